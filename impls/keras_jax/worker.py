"""What the worker loads: the backend is chosen here, before Keras is imported."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax

# Without it JAX turns float64 into float32. Nobody else is in this process.
jax.config.update("jax_enable_x64", True)

from harness.implementation import Implementation  # noqa: E402
from harness.layerwise import Layerwise  # noqa: E402
from harness.plugins.hook_specifications import hookimpl  # noqa: E402
from impls.keras_jax.operators import OPERATORS  # noqa: E402


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the operators."""
    return [Layerwise("keras-jax", operators=OPERATORS, default=False)]
