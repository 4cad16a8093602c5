"""JAX's functions and their vector-Jacobian products, operator by operator; registered where jax is installed.

Every operator is one function of arrays, and its backward pass is ``jax.vjp``. Importing this room does not import jax.
"""

import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.jax.implementation import Jax


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer JAX, if there is one."""
    return [Jax()] if importlib.util.find_spec("jax") else []
