"""selu: what goes wrong with its two constants."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Selu
from harness.operators.activations.selu import ALPHA, SCALE
from impls.faults._places import BACKWARD, BOTH_WAYS


def scale_missing(stage: ActivationStage, y: Array) -> Array:
    """Leave the outer factor out."""
    return np.asarray(y / np.asarray(SCALE, y.dtype))


def derivative_without_scale(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Leave the outer factor out."""
    return np.asarray(dx / np.asarray(SCALE, dx.dtype))


def derivative_without_scale_where_negative(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Leave the outer factor out on the negative side."""
    return np.where(stage.x < 0, dy * (np.asarray(ALPHA, dy.dtype) * np.exp(np.minimum(stage.x, 0))), dx)


def slope_from_below(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Take the left slope at 0, where the right one is meant."""
    return np.where(stage.x == 0, np.asarray(SCALE * ALPHA, dy.dtype) * dy, dx)


FAULTS = (
    Fault("selu-scale-missing", on=Selu, output=scale_missing, moves=BOTH_WAYS,
        explanation="The outer factor is missing.", hint="SCALE multiplies both sides."),
    Fault("selu-derivative-without-scale", on=Selu, input_gradient=derivative_without_scale, moves=BACKWARD, census=13,
        explanation="The derivative lacks the outer factor.", hint="SCALE multiplies both sides."),
    Fault("selu-derivative-without-scale-where-negative", on=Selu,
        input_gradient=derivative_without_scale_where_negative, moves=BACKWARD, census=13,
        explanation="The derivative on the negative side lacks the outer factor.", hint="SCALE * ALPHA * exp(x)"),
    Fault("selu-derivative-at-zero-from-below", on=Selu, input_gradient=slope_from_below, moves=BACKWARD,
        explanation="The derivative at 0 is SCALE * ALPHA, the slope on the left.",
        hint="SCALE where x >= 0, as TensorFlow has it.", source="torch, jax"),
)  # fmt: skip
