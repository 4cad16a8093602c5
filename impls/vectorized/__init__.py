"""NumPy only: no Python loop over samples, filters, channels or output positions; heavy work in matrix products.

Every operator works in the format of its inputs, float32 or float64, and writes into none of them.
"""

import sys

import numpy as np

from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise, operators_in
from harness.plugins.hook_specifications import hookimpl


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the vectorized operators."""
    return [Layerwise("vectorized", version=f"numpy {np.__version__}", operators=operators_in(sys.modules[__name__]))]
