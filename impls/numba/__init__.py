"""Loops over scalars, compiled by Numba; registered where numba is installed.

Every sum is written out, as in the room of loops, and taken in float64; results are stored in the format of the inputs.
Importing this room does not import numba.
"""

import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.numba.implementation import Numba


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the compiled loops, if there is a compiler."""
    return [Numba()] if importlib.util.find_spec("numba") else []
