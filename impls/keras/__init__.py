"""Keras 3 on TensorFlow, the reference. Importing this room imports neither."""

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.keras.implementation import Keras


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer Keras."""
    return [Keras()]
