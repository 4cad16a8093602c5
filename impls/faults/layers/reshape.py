"""Reshape: elements under another shape in the wrong order."""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults import Fault
from harness.operators.layers import Reshape
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._ordered import OrderedRule


@dataclass(frozen=True)
class ReshapeRule(OrderedRule):
    """Reshape with knobs."""

    operator: ClassVar[type[Specification]] = Reshape


FAULTS = (
    Fault(
        "reshape-channels-first", ReshapeRule(order="CHW"), (*FORWARD, *BACKWARD),
        "Elements are taken in (channels, height, width) order.",
        "reshape takes elements in the order in which the array is indexed: the last axis runs fastest.",
    ),
    Fault(
        "reshape-fortran-order", ReshapeRule(order="CWH"), (*FORWARD, *BACKWARD),
        "Elements are taken with the first axis running fastest.", "Row-major: order='C'.",
    ),
    Fault(
        "reshape-backward-channels-first", ReshapeRule(backward_order="CHW"), BACKWARD,
        "The gradient is read in (channels, height, width) order though elements were written in another.",
        "Backward undoes forward: reshape to the input's shape.",
    ),
)  # fmt: skip
