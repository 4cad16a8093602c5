"""The catalogue: errors that people make, one file an operator, each a right operator with one thing wrong.

The right operator is whatever it is planted in; the wrong thing is computed here, in NumPy, from the same inputs and in
their format.
"""

from harness.faults import Fault
from harness.plugins.hook_specifications import hookimpl
from impls.faults.catalogue import catalogue


@hookimpl
def harness_faults() -> list[Fault]:
    """Offer every fault of this package."""
    return list(catalogue())
