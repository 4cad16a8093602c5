"""Keras 3 on PyTorch, in a process of its own, because a process has one backend; registered where torch is installed.

Importing this room imports neither Keras nor PyTorch: the worker does, see ``impls.keras_torch.worker``.
"""

import importlib.metadata
import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from harness.workers.isolated import Isolated, Source
from harness.workers.limits import Limits

# A first case imports everything it needs.
LIMITS = Limits(seconds=60.0, mebibytes=4096)


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer Keras on PyTorch, if both are there."""
    if not all(importlib.util.find_spec(package) for package in ("keras", "torch")):
        return []
    version = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("keras", "torch"))
    source = Source("keras-torch", "impls.keras_torch.worker", ".", LIMITS)
    return [Isolated(source, {"name": "keras-torch", "version": version, "default": False})]
