"""Keras 3 on JAX, in a process of its own, because a process has one backend; registered where jax is installed.

Importing this room imports neither Keras nor JAX: the worker does, see ``impls.keras_jax.worker``.
"""

import importlib.metadata
import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from harness.workers.isolated import Isolated, Source
from harness.workers.limits import Limits

# A first case compiles everything it needs.
LIMITS = Limits(seconds=60.0, mebibytes=4096)


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer Keras on JAX, if both are there."""
    if not all(importlib.util.find_spec(package) for package in ("keras", "jax")):
        return []
    version = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("keras", "jax"))
    source = Source("keras-jax", "impls.keras_jax.worker", ".", LIMITS)
    return [Isolated(source, {"name": "keras-jax", "version": version, "default": False})]
