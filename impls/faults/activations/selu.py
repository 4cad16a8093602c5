"""selu: what goes wrong with its two constants."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Selu
from harness.operators.activations.selu import ALPHA, SCALE
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class SeluRule(any_function.FunctionRule):
    """selu with knobs."""

    operator: ClassVar[type[Specification]] = Selu


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
    Fault(
        "selu-scale-missing", SeluRule(output=scale_missing), (*FORWARD, *BACKWARD),
        "The outer factor is missing.", "SCALE multiplies both sides.",
    ),
    Fault(
        "selu-derivative-without-scale", SeluRule(gradient=derivative_without_scale), BACKWARD,
        "The derivative lacks the outer factor.", "SCALE multiplies both sides.", census=13,
    ),
    Fault(
        "selu-derivative-without-scale-where-negative", SeluRule(gradient=derivative_without_scale_where_negative),
        BACKWARD, "The derivative on the negative side lacks the outer factor.", "SCALE * ALPHA * exp(x)", census=13,
    ),
    Fault(
        "selu-derivative-at-zero-from-below", SeluRule(gradient=slope_from_below), BACKWARD,
        "The derivative at 0 is SCALE * ALPHA, the slope on the left.", "SCALE where x >= 0, as TensorFlow has it.",
        source="torch, jax",
    ),
)  # fmt: skip
