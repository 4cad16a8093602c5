"""Keras as its users run it, ``compile`` and ``fit``: a second look at the reference from outside.

Importing this room imports neither Keras nor TensorFlow.
"""

import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.keras_fit.implementation import KerasFit


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer ``fit``, if there is Keras."""
    return [KerasFit()] if importlib.util.find_spec("keras") else []
