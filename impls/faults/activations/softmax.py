"""softmax: what goes wrong in its sums and its Jacobian."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Softmax
from harness.operators.specification import Specification
from impls.faults._places import BACKWARD, FORWARD
from impls.faults.activations import _rule as any_function


@dataclass(frozen=True)
class SoftmaxRule(any_function.FunctionRule):
    """softmax with knobs."""

    operator: ClassVar[type[Specification]] = Softmax


def not_stabilised(stage: ActivationStage, y: Array) -> Array:
    """Take exp of the input as it is."""
    return _shares(stage.x, 0)


def stabilised_by_batch(stage: ActivationStage, y: Array) -> Array:
    """Take off the largest input of the whole batch."""
    return _shares(stage.x, stage.x.max())


def over_batch(stage: ActivationStage, y: Array) -> Array:
    """Divide by the sum over samples."""
    powers = np.exp(stage.x - stage.x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=0, keepdims=True))


def over_everything(stage: ActivationStage, y: Array) -> Array:
    """Divide by the sum over samples and classes."""
    powers = np.exp(stage.x - stage.x.max())
    return np.asarray(powers / powers.sum())


def without_exp(stage: ActivationStage, y: Array) -> Array:
    """Divide by the sum without taking exp."""
    return np.asarray(stage.x / stage.x.sum(axis=-1, keepdims=True))


def applied_twice(stage: ActivationStage, y: Array) -> Array:
    """Apply it to its own result."""
    return stage.forward(y)


def diagonal_only(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use y (1 - y), the Jacobian's diagonal."""
    y = stage.forward()
    return np.asarray(dy * y * (1 - y))


def diagonal_of_input(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use z (1 - z) of the input."""
    return np.asarray(dy * stage.x * (1 - stage.x))


def off_diagonal_forgotten(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Multiply by the output alone."""
    return dy * stage.forward()


def jacobian_of_first_sample(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use the first sample's Jacobian for all."""
    y = np.broadcast_to(stage.forward()[:1], dy.shape)
    return np.asarray(y * (dy - (dy * y).sum(axis=-1, keepdims=True)))


def jacobian_twice(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Multiply by the Jacobian once more."""
    return stage.backward(dx)


def first_class_only(stage: ActivationStage, dy: Array, dx: Array) -> Array:
    """Use the first non-zero gradient of each sample and stop."""
    first = np.zeros_like(dy)
    place = (dy != 0).argmax(axis=-1)[..., np.newaxis]
    np.put_along_axis(first, place, np.take_along_axis(dy, place, axis=-1), axis=-1)
    return stage.backward(first)


def _shares(x: Array, shift: Array | int) -> Array:
    with np.errstate(all="ignore"):
        powers = np.exp(x - shift)
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


BOTH = (*FORWARD, *BACKWARD)

FAULTS = (
    Fault(
        "softmax-not-stabilised", SoftmaxRule(output=not_stabilised), BOTH,
        "exp of large inputs overflows.", "Take each row's largest input off first.", census=9,
        source="singa#540, nupic#3818, straight-dope#3",
    ),
    Fault(
        "softmax-shifted-by-batch", SoftmaxRule(output=stabilised_by_batch), BOTH,
        "The largest input of the whole batch is taken off, so that samples far below it vanish.",
        "Each row has its own maximum: axis=-1, keepdims=True.", census=9,
    ),
    Fault(
        "softmax-over-batch", SoftmaxRule(output=over_batch), BOTH, "The sum is over samples.",
        "A sample's classes sum to 1: axis=-1.", census=3,
    ),
    Fault(
        "softmax-over-everything", SoftmaxRule(output=over_everything), BOTH,
        "The sum is over samples and classes.", "A sample's classes sum to 1: axis=-1.", census=3,
    ),
    Fault(
        "softmax-without-exp", SoftmaxRule(output=without_exp), BOTH, "Inputs are divided by their sum.",
        "exp first.", census=5,
    ),
    Fault(
        "softmax-applied-twice", SoftmaxRule(output=applied_twice), BOTH, "Softmax is applied to its own result.",
        "Does the loss or the layer apply it already?", census=5,
    ),
    Fault(
        "softmax-derivative-diagonal-only", SoftmaxRule(gradient=diagonal_only), BACKWARD,
        "The derivative is y (1 - y), which is the Jacobian's diagonal.",
        "Every input changes every output: y * (dy - sum(dy * y)).", census=5, source="libnd4j#440, jorgenkg#6",
    ),
    Fault(
        "softmax-derivative-of-input", SoftmaxRule(gradient=diagonal_of_input), BACKWARD,
        "The derivative is z (1 - z) of the input.", "The Jacobian is made of outputs.", census=5,
    ),
    Fault(
        "softmax-derivative-without-sum", SoftmaxRule(gradient=off_diagonal_forgotten), BACKWARD,
        "The derivative lacks the sum over classes.", "y * (dy - sum(dy * y))", census=5,
    ),
    Fault(
        "softmax-derivative-of-first-sample", SoftmaxRule(gradient=jacobian_of_first_sample), BACKWARD,
        "The first sample's Jacobian is used for all.", "Each sample has its own.", census=3,
    ),
    Fault(
        "softmax-derivative-of-first-class", SoftmaxRule(gradient=first_class_only), BACKWARD,
        "Only the first non-zero gradient of each sample is used.", "Sum over all classes.", census=5,
    ),
    Fault(
        "softmax-derivative-forgotten", SoftmaxRule(gradient=any_function.derivative_forgotten), BACKWARD,
        "The gradient goes through unchanged.",
        "That is right only where softmax and cross-entropy are differentiated together.", census=5,
    ),
    Fault(
        "softmax-derivative-applied-twice", SoftmaxRule(gradient=jacobian_twice), BACKWARD,
        "The Jacobian is applied twice.", "Is it in the loss's gradient already?", census=5,
    ),
)  # fmt: skip
