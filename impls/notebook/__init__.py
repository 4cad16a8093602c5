"""The course notebook's own network: the vectorized operators with the faults that its examples wake.

It is left out of runs that do not name it. With it, the worked examples give the numbers that the notebook printed.
"""

import numpy as np

from harness.faults import faulty
from harness.implementation.contract import Implementation
from harness.layerwise import operators_in
from harness.plugins.hook_specifications import hookimpl
from impls import vectorized
from impls.faults.catalogue import structural_faults

ACTIVE = (
    "conv2d-kernel-reshaped-not-transposed",
    "conv2d-input-gradient-kernel-transposed",
    "conv2d-kernel-gradient-over-all-channels",
    "conv2d-bias-gradient-over-all-filters",
    "conv2d-bias-kept-from-construction",
    "max-pooling2d-place-in-row-of-channel",
    "flatten-channels-first",
)


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the notebook's network."""
    faults = {fault.name: fault for fault in structural_faults()}
    active = [faults[name] for name in ACTIVE]
    return [faulty(active, operators_in(vectorized), "notebook", version=f"numpy {np.__version__}")]
