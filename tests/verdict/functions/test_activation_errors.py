"""Activations: what is right passes however it is computed, what is wrong by one rule fails."""

import math

import numpy as np
import pytest

from harness.numerics import Estimate
from harness.operators.activations import Elu, Gelu, LeakyRelu, Linear, Relu, Selu, Sigmoid, Softmax, Softplus, Tanh
from harness.operators.activations.selu import ALPHA, SCALE

ALL = (Relu(), LeakyRelu(), Elu(), Elu(alpha=0.7), Selu(), Sigmoid(), Tanh(), Softplus(), Gelu(), Softmax())
RANGES = {"unit": 1.0, "tiny": 2.0**-13, "saturated": 30.0, "far": 2.0**13}


def names(specification):
    return "".join(str(part) for part in specification.as_dict().values())


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def density(x):
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@pytest.fixture
def drawn(judge):
    """Inputs with a zero among them, and gradients of several sizes."""

    def draw(scale=2.0, shape=(40, 6)):
        generator = np.random.default_rng(5)
        x = generator.normal(size=shape) * scale
        x[0, 0] = 0
        return judge.array(x), judge.array(generator.normal(size=shape) * 10)

    return draw


@pytest.mark.parametrize("scale", RANGES.values(), ids=RANGES.keys())
@pytest.mark.parametrize("activation", ALL, ids=names)
def test_the_vectorized_activation_passes_in_every_range(judge, vectorized, drawn, activation, scale):
    x, dy = drawn(scale)
    y, cache = vectorized(activation).forward(activation, x)
    assert judge.forward(activation, x, y) == ""
    assert judge.backward(activation, x, y, dy, vectorized(activation).backward(activation, cache, dy)) == ""


# Other ways to compute the same function, by name: activation and y from x.
OTHER_FORWARDS = {
    "sigmoid as exp(x) / (1 + exp(x))": (Sigmoid(), lambda x: np.exp(x) / (1 + np.exp(x))),
    "tanh by sigmoid of 2x": (Tanh(), lambda x: np.tanh(x * 0.5 * 2)),
    "elu as exp(x) - 1": (Elu(), lambda x: np.where(x > 0, x, np.exp(x) - 1)),
    "selu as exp(x) - 1": (Selu(), lambda x: np.where(x > 0, SCALE * x, SCALE * ALPHA * (np.exp(x) - 1))),
    "softplus as log(1 + exp(x))": (Softplus(), lambda x: np.log(1 + np.exp(x))),
    "gelu by erf": (Gelu(), lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2)))),
    "gelu with a constant in float32": (Gelu(), lambda x: 0.5 * x * (1 + erf(x / x.dtype.type(np.float32(2**0.5))))),
    "leaky_relu with a slope in float32": (
        LeakyRelu(),
        lambda x: np.where(x > 0, x, x.dtype.type(np.float32(0.2)) * x),
    ),
    "softmax without the maximum taken off": (Softmax(), lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)),
}


@pytest.mark.parametrize(("activation", "forward"), OTHER_FORWARDS.values(), ids=OTHER_FORWARDS.keys())
def test_another_way_to_compute_an_activation_passes(judge, drawn, activation, forward):
    x, _ = drawn()
    assert judge.forward(activation, x, forward(x)) == ""


def whole_jacobian(x, y, dy):
    jacobian = y[..., np.newaxis] * (np.eye(y.shape[-1], dtype=y.dtype) - y[..., np.newaxis, :])
    return np.einsum("bij,bj->bi", jacobian, dy)


OTHER_BACKWARDS = {
    "sigmoid from its input": (Sigmoid(), lambda x, y, dy: dy * sigmoid(x) * (1 - sigmoid(x))),
    "sigmoid from both tails": (Sigmoid(), lambda x, y, dy: dy * sigmoid(x) * sigmoid(-x)),
    "tanh by a square": (Tanh(), lambda x, y, dy: dy * (1 - y * y)),
    "tanh by cosh": (Tanh(), lambda x, y, dy: dy / np.cosh(x) ** 2),
    "elu from its output": (Elu(alpha=0.7), lambda x, y, dy: np.where(x > 0, dy, dy * (y + 0.7))),
    "selu from its output": (Selu(), lambda x, y, dy: np.where(x >= 0, SCALE * dy, dy * (y + SCALE * ALPHA))),
    "gelu by erf": (Gelu(), lambda x, y, dy: dy * (0.5 * (1 + erf(x / math.sqrt(2))) + x * density(x))),
    "softmax by its whole Jacobian": (Softmax(), whole_jacobian),
}


@pytest.mark.parametrize(("activation", "backward"), OTHER_BACKWARDS.values(), ids=OTHER_BACKWARDS.keys())
def test_another_way_to_compute_a_derivative_passes(judge, vectorized, drawn, activation, backward):
    x, dy = drawn()
    y, _ = vectorized(activation).forward(activation, x)
    assert judge.backward(activation, x, y, dy, judge.array(backward(x, y, dy))) == ""


# The catalogue of faults has many more; these are not in it.
WRONG_FORWARDS = {
    "leaky_relu with another slope": (LeakyRelu(), lambda x: np.where(x > 0, x, 0.20001 * x)),
    "softplus as relu": (Softplus(), lambda x: np.maximum(x, 0)),
    "softmax with an epsilon": (Softmax(), lambda x: np.exp(x) / (np.exp(x).sum(axis=-1, keepdims=True) + 1e-3)),
}


@pytest.mark.parametrize(("activation", "forward"), WRONG_FORWARDS.values(), ids=WRONG_FORWARDS.keys())
def test_a_wrong_activation_fails(judge, drawn, activation, forward):
    x, _ = drawn()
    assert judge.forward(activation, x, judge.array(forward(x))) != ""


WRONG_BACKWARDS = {
    "linear with a factor": (Linear(), lambda x, y, dy: dy * (1 + 1e-5)),
    "leaky_relu with the slope's sign": (LeakyRelu(), lambda x, y, dy: np.where(x > 0, dy, -0.2 * dy)),
    "elu of its output": (Elu(), lambda x, y, dy: np.where(x > 0, dy, dy * np.exp(y))),
    "softmax's sum with the sign": (Softmax(), lambda x, y, dy: y * (dy + (dy * y).sum(axis=-1, keepdims=True))),
}


@pytest.mark.parametrize(("activation", "backward"), WRONG_BACKWARDS.values(), ids=WRONG_BACKWARDS.keys())
def test_a_wrong_derivative_fails(judge, vectorized, drawn, activation, backward):
    x, dy = drawn()
    y = x if activation == Linear() else vectorized(activation).forward(activation, x)[0]
    assert judge.backward(activation, x, y, dy, judge.array(backward(x, y, dy))) != ""


@pytest.mark.parametrize("activation", [Relu(), LeakyRelu(), Selu()], ids=names)
def test_the_observed_output_decides_a_kink_whose_input_is_not_known_exactly(judge, vectorized, activation):
    """A fused activation: what its input was is recomputed, here with the wrong sign, what came out was seen."""
    x, dy = judge.array([-1e-9, 1e-9]), judge.array([1, 1])
    y, cache = vectorized(activation).forward(activation, x)
    dx = vectorized(activation).backward(activation, cache, dy)
    recomputed = Estimate.exact(-x).off_by(1e-8)
    exact = activation.backward(recomputed, Estimate.exact(y), Estimate.exact(dy), judge.arithmetic)
    assert judge.close(dx, exact) == ""
    assert judge.close(dx[::-1], exact) != ""


@pytest.mark.parametrize("activation", [Relu(), LeakyRelu(), Elu(alpha=0.5), Selu()], ids=names)
def test_a_kink_within_the_error_may_be_passed_on_either_side_and_no_other(judge, vectorized, activation):
    x, dy = Estimate.exact([-1e-9, 1.0]).off_by(1e-8), judge.array([1, 1])
    y = activation.forward(x, judge.arithmetic)
    dx = activation.backward(x, y, Estimate.exact(dy), judge.arithmetic)

    def at(*points):
        _, cache = vectorized(activation).forward(activation, judge.array(points))
        return vectorized(activation).backward(activation, cache, dy)

    assert judge.end_to_end(at(-1e-9, 1), dx) == ""
    assert judge.end_to_end(at(1e-9, 1), dx) == ""
    assert judge.end_to_end(at(1e-9, -1), dx) != ""
