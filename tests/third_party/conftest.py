"""The implementations over third-party libraries, each where its library is installed."""

import importlib
import importlib.util

import pytest

from harness.implementation.contract import Implementation

# The room of each implementation, and what has to be installed for it.
ROOMS = {
    "torch": ("impls.torch", ("torch",)),
    "jax": ("impls.jax", ("jax",)),
    "onnxruntime": ("impls.onnxruntime", ("onnx", "onnxruntime")),
    "keras-fit": ("impls.keras_fit", ("keras",)),
    "keras-jax": ("impls.keras_jax", ("keras", "jax")),
    "keras-torch": ("impls.keras_torch", ("keras", "torch")),
}


def offered(name: str) -> list[Implementation]:
    return importlib.import_module(ROOMS[name][0]).harness_implementations()


def installed(name: str) -> Implementation:
    """Return an implementation, or skip the test where its library is missing."""
    for package in ROOMS[name][1]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    (implementation,) = offered(name)
    return implementation
