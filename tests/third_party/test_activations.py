"""Activations are found by their names in each library, also those that somebody else brings."""

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.layerwise import Layerwise
from harness.operators.activations import Activation, Elu
from harness.operators.layers import Dense
from tests.third_party.conftest import installed


class Celu(Activation):
    alpha: float = 1.0


class HardSigmoid(Activation):
    pass


class Unheard(Activation):
    pass


def trace(name, activation):
    implementation = installed(name)
    if name != "onnxruntime":
        known = implementation.layerwise.operators
        implementation = Layerwise(name, operators={**known, type(activation): known[Elu]})
    return run(implementation, make_problem(Case(Network((6,), Dense(4, activation)))))


def expect_forward(name, activation, definition):
    found = trace(name, activation)
    assert found.reason == ""
    linear = trace(name, None).observables["1/forward/dense"]
    assert linear.min() < 0 < linear.max()
    np.testing.assert_allclose(found.observables["1/forward/dense"], definition(linear), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["torch", "jax", "onnxruntime"])
def test_a_function_of_its_name_is_given_its_fields(name):
    expect_forward(name, Celu(0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x / 0.5)))


@pytest.mark.parametrize("name", ["jax", "onnxruntime"])
def test_what_a_library_has_to_be_told_is_told(name):
    expect_forward(name, HardSigmoid(), lambda x: np.clip(x / 6 + 0.5, 0, 1))


@pytest.mark.parametrize(
    ("name", "activation", "reason"),
    [
        ("torch", HardSigmoid(), "torch.nn.functional has no hard_sigmoid"),
        ("torch", Unheard(), "torch.nn.functional has no unheard"),
        ("jax", Unheard(), "jax.nn has no unheard"),
        ("onnxruntime", Unheard(), "ONNX has no operator Unheard"),
    ],
)
def test_what_a_library_does_not_have_is_declined(name, activation, reason):
    found = trace(name, activation)
    assert (found.status, found.reason) == ("unsupported", reason)


class Doubled(Dense):
    """A layer that no room knows."""


def test_a_layer_without_a_function_is_declined():
    found = run(installed("onnxruntime"), make_problem(Case(Network((6,), Doubled(4)))))
    assert (found.status, found.reason) == ("unsupported", "onnxruntime: no graph for Doubled")
