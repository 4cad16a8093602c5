"""The harness composes what an implementation gives operator by operator, and judges only what it was given."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import constant, lattice
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.errors import Unsupported
from harness.implementation.contract import run
from harness.layerwise import Layerwise
from harness.operators.activations import Relu, Tanh
from harness.operators.layers import Activation, Add, BatchNormalization, Concatenate, Conv2D, Dense, Flatten
from harness.operators.losses import MeanSquaredError
from harness.operators.optimizers import SGD, Adam
from harness.verification import Reference, Verification

CHAIN = Case(Network((6,), (Dense(4, "tanh"), Dense(3))), batch_size=5, dtype="float64")


@pytest.fixture
def made_of(vectorized):
    """The vectorized operators, with some replaced (a namespace of functions) or left out (None)."""

    def make(changes=None):
        operators = {**vectorized.operators, **(changes or {})}
        return Layerwise("mine", operators={kind: given for kind, given in operators.items() if given is not None})

    return make


@pytest.fixture
def changed(vectorized):
    """One vectorized operator with some of its functions replaced."""

    def change(kind, **functions):
        return {kind: SimpleNamespace(**{**vars(vectorized.operators[kind]), **functions})}

    return change


@pytest.fixture
def rows_of(vectorized, scripted):
    """Verdicts against the vectorized operators in float64."""

    def rows(case, implementation):
        found = Verification(Reference(scripted(vectorized.run, "keras"), None)).rows(case, implementation)
        return {row.observable.name: row for row in found}

    return rows


def test_exactly_the_required_observables_are_returned(made_of):
    case = CHAIN.with_(steps=2)
    assert made_of().run(make_problem(case)).keys() == {observable.name for observable in required(case)}


def unrounded(*layers):
    """Return a case of small integers and means over powers of two: in which order sums are taken does not matter."""
    return Case(Network((6,), layers), batch_size=4, dtype="float64", data=lattice)


def test_a_chain_is_what_its_definition_says(made_of):
    problem = make_problem(unrounded(Dense(8, "relu"), Dense(4)))
    shown = made_of().run(problem)
    x, y = problem.batches[0].x, problem.batches[0].y
    one, two = problem.weights["dense"], problem.weights["dense_1"]
    hidden = np.maximum(x @ one["kernel"] + one["bias"], 0)
    prediction = hidden @ two["kernel"] + two["bias"]
    dy = 2 * (prediction - y) / prediction.size
    dhidden = dy @ two["kernel"].T
    dlinear = dhidden * (hidden > 0)
    expected = {
        "1/forward/dense": hidden,
        "1/forward/dense_1": prediction,
        "1/loss": np.mean((prediction - y) ** 2),
        "1/backward/loss": dy,
        "1/backward/dense_1": dhidden,
        "1/gradient/dense/kernel": x.T @ dlinear,
        "1/gradient/dense/bias": dlinear.sum(axis=0),
        "1/backward/dense": dlinear @ one["kernel"].T,
        "1/update/dense/bias": one["bias"] - 0.5 * dlinear.sum(axis=0),
    }
    for name, array in expected.items():
        np.testing.assert_array_equal(shown[name], array, err_msg=name)


def test_where_several_layers_read_one_their_gradients_add_up(made_of):
    layers = (
        Dense(4, name="stem"),
        Dense(4, name="left"),
        Dense(4, name="right", inputs="stem"),
        Add(inputs=("left", "right", "stem")),
    )
    problem = make_problem(unrounded(*layers))
    shown = made_of().run(problem)
    dy = shown["1/backward/loss"]
    for source in ("left", "right", "stem"):
        np.testing.assert_array_equal(shown[f"1/backward/add/{source}"], dy)
    arriving = dy + shown["1/backward/left"] + shown["1/backward/right"]
    stem = problem.weights["stem"]
    np.testing.assert_array_equal(shown["1/backward/stem"], arriving @ stem["kernel"].T)
    np.testing.assert_array_equal(shown["1/gradient/stem/bias"], arriving.sum(axis=0))


def test_each_step_starts_from_the_weights_of_the_one_before_and_has_a_batch_of_its_own(made_of):
    case = CHAIN.with_(steps=3)
    problem = make_problem(case)
    shown = made_of().run(problem)
    bias = problem.weights["dense"]["bias"]
    for step in (1, 2, 3):
        np.testing.assert_array_equal(
            shown[f"{step}/update/dense/bias"], bias - 0.5 * shown[f"{step}/gradient/dense/bias"]
        )
        bias = shown[f"{step}/update/dense/bias"]
    assert not np.array_equal(shown["1/forward/dense"], shown["2/forward/dense"])


def test_the_end_is_in_inference_mode_on_the_first_batch(made_of):
    layer = BatchNormalization(momentum=0.5, epsilon=0.75)
    case = Case(Network((4, 2, 2), layer), batch_size=2, dtype="float64", steps=2, data=constant)
    # Two steps of constant images leave a quarter of this, which with epsilon is 1: the root is exact.
    state = {"moving_mean": np.zeros(2), "moving_variance": np.ones(2)}
    problem = replace(make_problem(case), state={"batch_normalization": state})
    shown = made_of().run(problem)
    last = {part: shown[f"2/update/batch_normalization/{part}"] for part in ("gamma", "beta")}
    mean, variance = (shown[f"2/update/batch_normalization/moving_{part}"] for part in ("mean", "variance"))
    expected = (problem.batches[0].x - mean) / np.sqrt(variance + 0.75) * last["gamma"] + last["beta"]
    np.testing.assert_array_equal(shown["final/forward"], expected)
    assert not np.array_equal(shown["final/forward"], shown["1/forward/batch_normalization"])


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ((Dense,), "mine does not implement Dense"),
        ((Tanh,), "mine does not implement Tanh"),
        ((Dense, Conv2D, Tanh, Flatten), "mine does not implement Conv2D, Dense, Flatten, Tanh"),
    ],
)
def test_layers_and_activations_that_are_not_given_make_a_case_unsupported_and_are_named(made_of, left_out, message):
    case = Case(Network((4, 3, 2), (Conv2D(3, 2), Flatten(), Dense(3, "tanh"))))
    with pytest.raises(Unsupported) as declined:
        made_of(dict.fromkeys(left_out)).run(make_problem(case))
    assert str(declined.value) == message


def test_what_a_case_does_not_need_may_be_left_out(made_of, rows_of):
    rows = rows_of(CHAIN, made_of({Conv2D: None, Relu: None, Adam: None}))
    assert {row.verdict for row in rows.values()} == {"pass"}


def test_an_activation_layer_needs_its_function_only(made_of, rows_of):
    case = Case(Network((6,), Activation("tanh")))
    assert {row.verdict for row in rows_of(case, made_of({Activation: None})).values()} == {"pass"}
    assert {row.verdict for row in rows_of(case, made_of({Tanh: None})).values()} == {"unsupported"}


def test_a_loss_computed_on_its_behalf_earns_no_pass_and_costs_no_failure(made_of, rows_of, vectorized, monkeypatch):
    monkeypatch.setattr("harness.layerwise.on_behalf.Loss", lambda: vectorized.operators[MeanSquaredError])
    verdicts = {name: row.verdict for name, row in rows_of(CHAIN, made_of({MeanSquaredError: None})).items()}
    assert [name for name, verdict in verdicts.items() if verdict == "unobserved"] == [
        "1/loss", "1/backward/loss", "final/loss",
    ]  # fmt: skip
    assert set(verdicts.values()) == {"pass", "unobserved"}


def test_an_optimizer_computed_on_its_behalf_earns_passes_for_moving_statistics_only(
    made_of, rows_of, vectorized, monkeypatch
):
    monkeypatch.setattr("harness.layerwise.on_behalf.Optimizer", lambda: vectorized.operators[SGD])
    case = Case(Network((4, 3, 2), (BatchNormalization(), Flatten(), Dense(3))), dtype="float64", steps=2)
    verdicts = {name: row.verdict for name, row in rows_of(case, made_of({SGD: None})).items()}
    hidden = {name for name, verdict in verdicts.items() if verdict == "unobserved"}
    assert hidden == {name for name in verdicts if "/update/" in name and "moving" not in name}
    assert verdicts["2/update/batch_normalization/moving_mean"] == "pass"
    assert set(verdicts.values()) == {"pass", "unobserved"}


def test_a_shape_that_the_next_operator_cannot_take_ends_the_run_and_is_reported_there(made_of, changed, rows_of):
    def transposed(layer, weights, cache, dy):
        return dy @ weights["kernel"].T, {"kernel": dy.T @ cache, "bias": dy.sum(axis=0)}

    rows = rows_of(CHAIN, made_of(changed(Dense, backward=transposed)))
    verdicts = {name: row.verdict for name, row in rows.items()}
    before = list(verdicts).index("1/gradient/dense_1/kernel")
    assert rows["1/gradient/dense_1/kernel"].reason.endswith("with shape (3, 4), expected (4, 3): transposed?")
    assert list(verdicts.values())[:before] == ["pass"] * before
    assert list(verdicts.values())[before:] == ["shape"] + ["missing"] * (len(verdicts) - before - 1)


def test_a_format_that_is_not_the_cases_is_reported_and_handed_on_in_the_right_one(
    made_of, changed, vectorized, rows_of
):
    def in_double(layer, weights, x):
        y, cache = vectorized.operators[Dense].forward(layer, weights, x)
        return y.astype(np.float64), cache

    case = Case(Network((6,), (Dense(4), Dense(3))))
    verdicts = {name: row.verdict for name, row in rows_of(case, made_of(changed(Dense, forward=in_double))).items()}
    wrong = {name for name, verdict in verdicts.items() if verdict == "dtype"}
    assert wrong == {"1/forward/dense", "1/forward/dense_1", "final/forward"}
    assert {verdicts[name] for name in verdicts.keys() - wrong} == {"pass"}


def test_a_gradient_that_is_not_returned_is_missing_and_what_follows_from_it_too(made_of, changed, rows_of):
    def without_bias(layer, weights, cache, dy):
        return dy @ weights["kernel"].T, {"kernel": cache.T @ dy}

    rows = rows_of(CHAIN, made_of(changed(Dense, backward=without_bias)))
    assert rows["1/gradient/dense_1/bias"].verdict == "missing"
    assert rows["1/gradient/dense_1/kernel"].verdict == "pass"
    assert rows["1/backward/dense"].verdict == "pass"
    assert rows["final/loss"].verdict == "missing"


def test_a_gradient_of_an_unknown_name_is_extra(made_of, changed, rows_of, vectorized):
    def with_another(layer, weights, cache, dy):
        dx, gradients = vectorized.operators[Dense].backward(layer, weights, cache, dy)
        return dx, {**gradients, "kernels": gradients["kernel"]}

    rows = rows_of(CHAIN, made_of(changed(Dense, backward=with_another)))
    assert {name for name, row in rows.items() if row.verdict == "extra"} == {
        "1/gradient/dense/kernels", "1/gradient/dense_1/kernels",
    }  # fmt: skip
    assert {row.verdict for row in rows.values()} == {"extra", "pass"}


@pytest.mark.parametrize(
    ("kind", "function", "replacement", "message"),
    [
        (Dense, "forward", lambda layer, weights, x: x[:, :4], "Dense.forward expected to return two values, got "),
        (Dense, "forward", lambda *_: None, "Dense.forward expected to return two values, got NoneType."),
        (
            Dense,
            "forward",
            lambda *_: ([[1.0]], None),
            "mine: expected an array for what Dense.forward returns for dense, got list.",
        ),
        (Dense, "backward", lambda *_: None, "mine: Dense.backward expected to return two values, got NoneType."),
        (
            Dense,
            "backward",
            lambda layer, weights, cache, dy: (cache, [dy]),
            "mine: Dense.backward expected gradients by parameter name, got list.",
        ),
        (
            Dense,
            "backward",
            lambda layer, weights, cache, dy: (None, {}),
            "mine: expected an array for 1/backward/dense_1, got NoneType.",
        ),
        (
            Dense,
            "backward",
            lambda layer, weights, cache, dy: (cache, {"kernel": 0.5}),
            "mine: expected an array for 1/gradient/dense_1/kernel, got float.",
        ),
        (Tanh, "forward", lambda activation, x: x, "mine: tanh.forward expected to return two values, got ndarray."),
        (SGD, "update", lambda *_: None, "mine: SGD.update expected to return two values, got NoneType."),
        (MeanSquaredError, "backward", lambda *_: 0.5, "mine: expected an array for 1/backward/loss, got float."),
    ],
)  # fmt: skip
def test_what_an_operator_may_not_return_is_an_error_that_names_it(
    made_of, changed, kind, function, replacement, message
):
    case = Case(Network((6,), (Dense(4), Dense(4, "tanh"))), dtype="float64") if kind is Tanh else CHAIN
    trace = run(made_of(changed(kind, **{function: replacement})), make_problem(case))
    assert trace.status == "error"
    assert message in trace.reason


def test_as_many_gradients_as_inputs_are_expected(made_of, changed):
    layers = (Dense(6), Concatenate(inputs=("dense", "input")))
    trace = run(
        made_of(changed(Concatenate, backward=lambda layer, weights, cache, dy: (dy, {}))),
        make_problem(Case(Network((6,), layers))),
    )
    assert "mine: Concatenate.backward expected a gradient for each of 2 inputs, got 1." in trace.reason


def test_operators_receive_arrays_they_cannot_write_into(made_of, changed, vectorized):
    def greedy(layer, weights, cache, dy):
        dy *= 2
        return vectorized.operators[Dense].backward(layer, weights, cache, dy)

    trace = run(made_of(changed(Dense, backward=greedy)), make_problem(CHAIN))
    assert trace.status == "error"
    assert "read-only" in trace.reason


def test_slots_are_empty_at_first_and_then_what_was_returned(made_of, changed):
    seen = []

    def remembering(optimizer, step, weight, gradient, slots):
        seen.append((step, weight.shape, dict(slots)))
        return weight - gradient, {"count": slots.get("count", 0) + 1}

    made_of(changed(SGD, update=remembering)).run(make_problem(Case(Network((6,), Dense(3)), steps=3)))
    assert seen == [
        (step, shape, {"count": step - 1} if step > 1 else {}) for step in (1, 2, 3) for shape in ((6, 3), (3,))
    ]
