"""Flatten: an image becomes a row in the wrong order."""

from harness.faults import Fault, Partial
from harness.operators.layers import Flatten
from impls.faults._places import BACKWARD, BOTH_WAYS, NOTEBOOK
from impls.faults.layers import _ordered as ordered

FAULTS = (
    Fault("flatten-channels-first", on=Flatten, **ordered.in_order("CHW"), moves=BOTH_WAYS,
        explanation="Elements come in (channels, height, width) order; the dense weights are in (height, width, "
                    "channels) order.",
        hint="The order of the features is that of the next layer's weights: transpose before reshaping.",
        source=f"{NOTEBOOK}; tfjs#2205, keras#13830"),
    Fault("flatten-column-by-column", on=Flatten, **ordered.in_order("WHC"), moves=BOTH_WAYS, census=6,
        explanation="Elements come in (width, height, channels) order.", hint="Try an image that is higher than wide."),
    Fault("flatten-reversed", on=Flatten, **ordered.in_order("CWH"), moves=BOTH_WAYS,
        explanation="Elements come in (channels, width, height) order, as Fortran stores them.",
        hint="Row-major: order='C'."),
    Fault("flatten-backward-channels-first", on=Flatten, input_gradient=Partial(ordered.gradient_read, order="CHW"),
        moves=BACKWARD,
        explanation="The gradient is read in (channels, height, width) order though features were written in another.",
        hint="Backward undoes forward: reshape to the shape that was flattened."),
    Fault("flatten-backward-column-by-column", on=Flatten, input_gradient=Partial(ordered.gradient_read, order="WHC"),
        moves=BACKWARD, census=6,
        explanation="The gradient is read in (width, height, channels) order though features were written in another.",
        hint="Backward undoes forward: reshape to the shape that was flattened."),
)  # fmt: skip
