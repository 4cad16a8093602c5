"""gelu: what goes wrong between its two forms."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Gelu
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class GeluRule(any_function.FunctionRule):
    """gelu with knobs."""

    operator: ClassVar[type[Specification]] = Gelu


def tanh_form(stage: ActivationStage, y: Array) -> Array:
    """Compute the approximation by tanh."""
    x = stage.x
    inner = np.asarray(math.sqrt(2 / math.pi), x.dtype) * (x + np.asarray(0.044715, x.dtype) * x**3)
    return np.asarray(x * (1 + np.tanh(inner)) / 2)


def sigmoid_form(stage: ActivationStage, y: Array) -> Array:
    """Compute the approximation by sigmoid, x / (1 + exp(-1.702 x))."""
    x = stage.x
    return np.asarray(x * (1 + np.tanh(np.asarray(0.851, x.dtype) * x)) / 2)


def without_density(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Forget the product rule's second term, x φ(x)."""
    return np.asarray(dx - dy * stage.x * _density(stage.x))


def density_without_x(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Forget the factor x of the second term."""
    return np.asarray(dx + dy * (1 - stage.x) * _density(stage.x))


def _density(x: Array) -> Array:
    return np.asarray(np.exp(-x * x / 2) / np.asarray(math.sqrt(2 * math.pi), x.dtype))


FAULTS = (
    Fault(
        "gelu-tanh-form", GeluRule(output=tanh_form), FORWARD, "The approximation by tanh is computed.",
        "Keras's default is the exact form, with erf.", census=13, source="neural-api#21",
    ),
    Fault(
        "gelu-sigmoid-form", GeluRule(output=sigmoid_form), FORWARD, "The approximation by sigmoid is computed.",
        "Keras's default is the exact form, with erf.", census=13,
    ),
    Fault(
        "gelu-derivative-without-density", GeluRule(gradient=without_density), BACKWARD,
        "The derivative lacks the term x φ(x).", "x Φ(x) is a product: two terms.", census=13,
    ),
    Fault(
        "gelu-derivative-density-without-x", GeluRule(gradient=density_without_x), BACKWARD,
        "The derivative's second term lacks its factor x.", "Φ(x) + x φ(x)", census=13,
    ),
)  # fmt: skip
