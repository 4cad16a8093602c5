"""Concatenate: what goes wrong where branches are put side by side."""

from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import Concatenate
from impls.faults._places import BACKWARD, FORWARD


def reversed_inputs(stage: LayerStage, y: Array) -> Array:
    """Put the last input first."""
    return np.concatenate(stage.x[::-1], axis=-1)


def interleaved(stage: LayerStage, y: Array) -> Array:
    """Write channels first and read channels last."""
    return np.concatenate([np.moveaxis(each, -1, 1) for each in stage.x], axis=1).reshape(y.shape)


def split_from_the_end(stage: LayerStage, dy: Array, dx: Any) -> Any:
    """Give the first input the last channels."""
    sizes = [each.shape[-1] for each in stage.x]
    ends = np.cumsum(sizes[:-1])
    total = dy.shape[-1]
    starts = [0, *(int(end) for end in ends)]
    return tuple(dy[..., total - start - size : total - start] for start, size in zip(starts, sizes, strict=True))


def first_channels_for_all(stage: LayerStage, dy: Array, dx: Any) -> Any:
    """Start at channel 0 for every input."""
    return tuple(dy[..., : each.shape[-1]] for each in stage.x)


FAULTS = (
    Fault("concatenate-reversed", on=Concatenate, output=reversed_inputs, moves=FORWARD,
        explanation="The last input comes first.", hint="Inputs keep their order along the last axis."),
    Fault("concatenate-axes-mixed", on=Concatenate, output=interleaved, moves=FORWARD,
        explanation="Channels are put together channels first and read channels last.",
        hint="Concatenate along axis=-1."),
    Fault("concatenate-gradient-split-from-the-end", on=Concatenate, input_gradient=split_from_the_end, moves=BACKWARD,
        explanation="The first input gets the gradient of the last channels.",
        hint="Split where the inputs were joined."),
    Fault("concatenate-gradient-of-first-channels", on=Concatenate, input_gradient=first_channels_for_all,
        moves=BACKWARD,
        explanation="Every input gets the gradient of the first channels.",
        hint="Each input's channels start where the last one's end."),
)  # fmt: skip
