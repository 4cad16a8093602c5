"""Adapters for implementations that train a whole network by themselves."""

from harness.adapters.network import WholeNetwork
from harness.adapters.update import UpdateOnly

__all__ = ["UpdateOnly", "WholeNetwork"]
