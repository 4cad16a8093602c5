"""What the worker loads: the backend is chosen here, before Keras is imported."""

import os

os.environ["KERAS_BACKEND"] = "torch"

from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise
from harness.plugins.hook_specifications import hookimpl
from impls.keras_torch.operators import OPERATORS


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the operators."""
    return [Layerwise("keras-torch", operators=OPERATORS, default=False)]
