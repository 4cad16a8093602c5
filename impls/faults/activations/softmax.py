"""softmax: what goes wrong in its sums and its Jacobian."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import ActivationStage
from harness.operators.activations import Softmax
from impls.faults._places import BACKWARD, BOTH_WAYS
from impls.faults.activations import _any_activation as any_activation


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


FAULTS = (
    Fault("softmax-not-stabilised", on=Softmax, output=not_stabilised, moves=BOTH_WAYS, census=9,
        explanation="exp of large inputs overflows.", hint="Take each row's largest input off first.",
        source="singa#540, nupic#3818, straight-dope#3"),
    Fault("softmax-shifted-by-batch", on=Softmax, output=stabilised_by_batch, moves=BOTH_WAYS, census=9,
        explanation="The largest input of the whole batch is taken off, so that samples far below it vanish.",
        hint="Each row has its own maximum: axis=-1, keepdims=True."),
    Fault("softmax-over-batch", on=Softmax, output=over_batch, moves=BOTH_WAYS, census=3,
        explanation="The sum is over samples.", hint="A sample's classes sum to 1: axis=-1."),
    Fault("softmax-over-everything", on=Softmax, output=over_everything, moves=BOTH_WAYS, census=3,
        explanation="The sum is over samples and classes.", hint="A sample's classes sum to 1: axis=-1."),
    Fault("softmax-without-exp", on=Softmax, output=without_exp, moves=BOTH_WAYS, census=5,
        explanation="Inputs are divided by their sum.", hint="exp first."),
    Fault("softmax-applied-twice", on=Softmax, output=applied_twice, moves=BOTH_WAYS, census=5,
        explanation="Softmax is applied to its own result.", hint="Does the loss or the layer apply it already?"),
    Fault("softmax-derivative-diagonal-only", on=Softmax, input_gradient=any_activation.derivative_of_sigmoid,
        moves=BACKWARD, census=5,
        explanation="The derivative is y (1 - y), which is the Jacobian's diagonal.",
        hint="Every input changes every output: y * (dy - sum(dy * y)).", source="libnd4j#440, jorgenkg#6"),
    Fault("softmax-derivative-of-input", on=Softmax, input_gradient=any_activation.derivative_of_sigmoid_at_the_input,
        moves=BACKWARD, census=5,
        explanation="The derivative is z (1 - z) of the input.", hint="The Jacobian is made of outputs."),
    Fault("softmax-derivative-without-sum", on=Softmax, input_gradient=any_activation.derivative_is_the_function,
        moves=BACKWARD, census=5,
        explanation="The derivative lacks the sum over classes.", hint="y * (dy - sum(dy * y))"),
    Fault("softmax-derivative-of-first-sample", on=Softmax, input_gradient=jacobian_of_first_sample,
        moves=BACKWARD, census=3,
        explanation="The first sample's Jacobian is used for all.", hint="Each sample has its own."),
    Fault("softmax-derivative-of-first-class", on=Softmax, input_gradient=first_class_only, moves=BACKWARD, census=5,
        explanation="Only the first non-zero gradient of each sample is used.", hint="Sum over all classes."),
    Fault("softmax-derivative-forgotten", on=Softmax, input_gradient=any_activation.derivative_forgotten,
        moves=BACKWARD, census=5,
        explanation="The gradient goes through unchanged.",
        hint="That is right only where softmax and cross-entropy are differentiated together."),
    Fault("softmax-derivative-applied-twice", on=Softmax, input_gradient=jacobian_twice, moves=BACKWARD, census=5,
        explanation="The Jacobian is applied twice.", hint="Is it in the loss's gradient already?"),
)  # fmt: skip
