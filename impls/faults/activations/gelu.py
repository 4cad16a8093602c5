"""gelu: what goes wrong between its two forms."""

import math

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Gelu
from impls.faults._places import BACKWARD, FORWARD


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
    Fault("gelu-tanh-form", on=Gelu, output=tanh_form, moves=FORWARD, census=13,
        explanation="The approximation by tanh is computed.", hint="Keras's default is the exact form, with erf.",
        source="neural-api#21"),
    Fault("gelu-sigmoid-form", on=Gelu, output=sigmoid_form, moves=FORWARD, census=13,
        explanation="The approximation by sigmoid is computed.", hint="Keras's default is the exact form, with erf."),
    Fault("gelu-derivative-without-density", on=Gelu, input_gradient=without_density, moves=BACKWARD, census=13,
        explanation="The derivative lacks the term x φ(x).", hint="x Φ(x) is a product: two terms."),
    Fault("gelu-derivative-density-without-x", on=Gelu, input_gradient=density_without_x, moves=BACKWARD, census=13,
        explanation="The derivative's second term lacks its factor x.", hint="Φ(x) + x φ(x)"),
)  # fmt: skip
