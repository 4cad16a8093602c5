"""The plugin boundary: hooks, and loading what implements them."""

from harness.plugins.hook_specifications import hookimpl

__all__ = ["hookimpl"]
