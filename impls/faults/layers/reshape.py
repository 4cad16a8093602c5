"""Reshape: elements under another shape in the wrong order."""

from harness.faults import Fault, Partial
from harness.operators.layers import Reshape
from impls.faults._places import BACKWARD, BOTH_WAYS
from impls.faults.layers import _ordered as ordered

FAULTS = (
    Fault("reshape-channels-first", on=Reshape, **ordered.in_order("CHW"), moves=BOTH_WAYS,
        explanation="Elements are taken in (channels, height, width) order.",
        hint="reshape takes elements in the order in which the array is indexed: the last axis runs fastest."),
    Fault("reshape-fortran-order", on=Reshape, **ordered.in_order("CWH"), moves=BOTH_WAYS,
        explanation="Elements are taken with the first axis running fastest.", hint="Row-major: order='C'."),
    Fault("reshape-backward-channels-first", on=Reshape, input_gradient=Partial(ordered.gradient_read, order="CHW"),
        moves=BACKWARD,
        explanation="The gradient is read in (channels, height, width) order though elements were written in another.",
        hint="Backward undoes forward: reshape to the input's shape."),
)  # fmt: skip
