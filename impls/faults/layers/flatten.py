"""Flatten: an image becomes a row in the wrong order."""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults import Fault
from harness.operators.layers import Flatten
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.layers._ordered import OrderedRule


@dataclass(frozen=True)
class FlattenRule(OrderedRule):
    """Flatten with knobs."""

    operator: ClassVar[type[Specification]] = Flatten


FAULTS = (
    Fault(
        "flatten-channels-first", FlattenRule(order="CHW"), (*FORWARD, *BACKWARD),
        "Elements come in (channels, height, width) order; the dense weights are in (height, width, channels) order.",
        "The order of the features is that of the next layer's weights: transpose before reshaping.",
        source="the course notebook's own network; tfjs#2205, keras#13830",
    ),
    Fault(
        "flatten-column-by-column", FlattenRule(order="WHC"), (*FORWARD, *BACKWARD),
        "Elements come in (width, height, channels) order.", "Try an image that is higher than wide.", census=6,
    ),
    Fault(
        "flatten-reversed", FlattenRule(order="CWH"), (*FORWARD, *BACKWARD),
        "Elements come in (channels, width, height) order, as Fortran stores them.", "Row-major: order='C'.",
    ),
    Fault(
        "flatten-backward-channels-first", FlattenRule(backward_order="CHW"), BACKWARD,
        "The gradient is read in (channels, height, width) order though features were written in another.",
        "Backward undoes forward: reshape to the shape that was flattened.",
    ),
    Fault(
        "flatten-backward-column-by-column", FlattenRule(backward_order="WHC"), BACKWARD,
        "The gradient is read in (width, height, channels) order though features were written in another.",
        "Backward undoes forward: reshape to the shape that was flattened.", census=6,
    ),
)  # fmt: skip
