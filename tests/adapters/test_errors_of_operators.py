"""An error that an operator raises says in which call: the step, the direction, the layer, and what it was given."""

from types import SimpleNamespace

import pytest

from harness import SGD, Case, Dense, Network
from harness.cases.problem import make_problem
from harness.errors import Unsupported
from harness.implementation.contract import run
from harness.layerwise import Layerwise
from harness.operators.activations import Tanh
from harness.operators.layers import Add, BatchNormalization
from harness.operators.losses import MeanSquaredError

CASE = Case(Network((7,), (Dense(4, "tanh"), Dense(3))), batch_size=5, steps=2)
BRANCHES = Case(Network((7,), (Dense(7), Add(inputs=("dense", "input")))), batch_size=5)
NORMALIZED = Case(Network((7,), BatchNormalization()), batch_size=5)


def failing(own, function, call):
    """An operator that raises at one of its calls, the first being 0."""
    calls = []

    def raising(*arguments):
        calls.append(arguments)
        if len(calls) > call:
            raise IndexError("out of\nrange")
        return getattr(own, function)(*arguments)

    return SimpleNamespace(**{**vars(own), function: raising})


def reason(right, case, kind, function, call):
    mine = Layerwise("mine", operators={**right, kind: failing(right[kind], function, call)})
    trace = run(mine, make_problem(case))
    assert trace.status == "error"
    return trace.reason


@pytest.mark.parametrize(
    ("case", "kind", "function", "call", "where"),
    [
        (CASE, Dense, "forward", 0, "in step 1, forward of dense with x (5, 7)"),
        (CASE, Dense, "forward", 3, "in step 2, forward of dense_1 with x (5, 4)"),
        (CASE, Dense, "backward", 0, "in step 1, backward of dense_1 with x (5, 4), dy (5, 3)"),
        (CASE, Dense, "backward", 3, "in step 2, backward of dense with x (5, 7), dy (5, 4)"),
        (CASE, Dense, "forward", 4, "after the last step, inference of dense with x (5, 7)"),
        (CASE, Tanh, "forward", 1, "in step 2, forward of dense's tanh with x (5, 4)"),
        (CASE, Tanh, "backward", 0, "in step 1, backward of dense's tanh with dy (5, 4)"),
        (CASE, MeanSquaredError, "forward", 0, "in step 1, forward of the loss with y_true (5, 3), y_pred (5, 3)"),
        (CASE, MeanSquaredError, "backward", 1, "in step 2, backward of the loss with y_true (5, 3), y_pred (5, 3)"),
        (CASE, MeanSquaredError, "forward", 2, "after the last step, forward of the loss with y_true (5, 3), y_pred"),
        (CASE, SGD, "update", 3, "in step 1, update of dense_1's bias with weight (3,), gradient (3,)"),
        (BRANCHES, Add, "forward", 0, "in step 1, forward of add with x (5, 7) and (5, 7)"),
        (BRANCHES, Add, "backward", 0, "in step 1, backward of add with x (5, 7) and (5, 7), dy (5, 7)"),
        (NORMALIZED, BatchNormalization, "moving", 0, "in step 1, moving statistics of batch_normalization with x (5,"),
        (NORMALIZED, BatchNormalization, "infer", 0, "after the last step, inference of batch_normalization with x (5"),
    ],
)
def test_an_error_says_in_which_call_it_was_raised(case, kind, function, call, where, right):
    said = reason(right, case, kind, function, call)
    last = said.splitlines()[-1]
    assert last.startswith(where)
    assert last.endswith(": IndexError: out of")
    assert said.count("in step") + said.count("after the last") == 1


def test_the_call_is_said_together_with_the_error_and_what_to_declare_in_the_last_lines(right):
    class Row:
        """A dense layer that insists on a bias (1, units)."""

        def forward(self, layer, weights, x):
            if weights["bias"].ndim != 2:
                raise ValueError("expected a bias in a row")
            return right[Dense].forward(layer, {**weights, "bias": weights["bias"][0]}, x)

        def backward(self, layer, weights, cache, dy):
            dx, gradients = right[Dense].backward(layer, weights, cache, dy)
            return dx, {**gradients, "bias": gradients["bias"][None]}

    trace = run(Layerwise("mine", operators={**right, Dense: Row()}), make_problem(CASE))
    assert trace.reason.splitlines()[-3:] == [
        "ValueError: expected a bias in a row",
        "in step 1, forward of dense with x (5, 7)",
        "Dense agrees exactly if you declare bias_axes='1O'; as it is, it raises ValueError: expected a bias in a row",
    ]


@pytest.mark.parametrize(
    ("conventions", "shapes"), [({}, "x (5, 7)"), ({"features": "FN"}, "x (5, 7) in Keras's axes")]
)
def test_shapes_are_said_to_be_in_keras_axes_where_the_operators_are_not(conventions, shapes, right):
    operators = {**right, Dense: failing(right[Dense], "forward", 0)}
    trace = run(Layerwise("mine", operators=operators, **conventions), make_problem(CASE))
    last = trace.reason.splitlines()[-1]
    assert last == f"in step 1, forward of dense with {shapes}: IndexError: out of"


def test_no_call_is_said_before_the_first(right):
    class Unbuildable:
        def __init__(self):
            raise ValueError("expected better weather")

    mine = Layerwise("mine", operators=right)
    mine.describes("Dense", Unbuildable)
    trace = run(mine, make_problem(CASE))
    assert trace.status == "error"
    assert trace.reason.splitlines()[-1] == "ValueError: expected better weather"


def test_no_call_is_said_where_a_case_is_declined(right):
    def forward(layer, weights, x):
        raise Unsupported("mine only knows good weather")

    own = SimpleNamespace(forward=forward, backward=right[Dense].backward)
    trace = run(Layerwise("mine", operators={**right, Dense: own}), make_problem(CASE))
    assert (trace.status, trace.reason) == ("unsupported", "mine only knows good weather")
