"""What a Fault must say, how faults are put together, and what a plugin that offers them is told."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import lattice
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.errors import PluginError, SpecificationError
from harness.faults import Fault, Partial, Perturbation, faulty, planted
from harness.implementation.contract import run
from harness.operators.layers import BatchNormalization, Conv2D, Dense, Flatten, Layer
from harness.operators.optimizers import SGD
from harness.plugins.asking import offered
from harness.plugins.loading import load_plugins
from impls.faults import harness_faults

FAULTS = {fault.name: fault for fault in harness_faults()}
ONE = FAULTS["conv2d-bias-kept-from-construction"]


def zeros(stage, *results):
    """Return zeros for what is right."""
    return np.zeros_like(results[-1])


def described(**changes):
    right = {"name": "a-fault", "on": Conv2D, "output": zeros, "moves": ("forward",), "hint": "Look."}
    return Fault(**{**right, "explanation": "It is wrong.", **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "A Fault"}, "Fault 'A Fault' expected name to be lower-case words with hyphens, got name='A Fault'"),
        ({"name": "größe"}, "expected name to be lower-case words"),
        (
            {"on": "conv2d"},
            "expected on to be the class of a layer, an activation, a loss or an optimizer, got on='con",
        ),
        ({"on": dict}, "expected on to be the class of a layer, an activation, a loss or an optimizer, got on=<class"),
        ({"output": None}, "expected one or more of output, input_gradient, gradients, read, written, got none"),
        ({"output": "zeros"}, "expected output to be a function, got output='zeros'"),
        ({"loss": zeros}, "expected loss to be left out: of Conv2D a fault gives output or input_gradient"),
        ({"inference": zeros}, "expected inference to be left out: of Conv2D a fault gives output or input_gradient"),
        ({"on": SGD}, "expected output to be left out: of SGD a fault gives update, got output=<function zeros"),
        ({"gradients": zeros}, "expected gradients to be functions by name (Conv2D has kernel, bias), got gradients=<"),
        ({"gradients": {"gamma": zeros}}, "expected gradients to be functions by name (Conv2D has kernel, bias), got"),
        (
            {"read": {"bias": 0}},
            "expected read to be functions by name (Conv2D has kernel, bias), got read={",
        ),
        ({"moves": ()}, "expected moves to be one or more kinds of observable"),
        ({"moves": "forward"}, "expected moves to be one or more kinds of observable"),
        ({"moves": ("gradient",)}, "such as 'gradient/bias', got moves=('gradient',)"),
        ({"explanation": "wrong"}, "expected explanation to be a sentence, got explanation='wrong'"),
        ({"hint": ""}, "expected hint to be text for the author, got hint=''"),
        ({"kind": "odd"}, "expected kind to be 'structural' or 'graded', got kind='odd'"),
        ({"kind": "graded"}, "expected size to be a number, got size=None"),
        ({"size": 0.5}, "expected size to be None, got size=0.5"),
    ],
)
def test_a_fault_says_what_is_wrong_with_its_description(changes, message):
    with pytest.raises(SpecificationError) as raised:
        described(**changes)
    assert message in str(raised.value)


def test_a_fault_lists_what_it_does_otherwise_by_place():
    assert described().changes == {"output": zeros}
    several = described(
        gradients={"kernel": zeros, "bias": zeros}, read={"bias": zeros}, perturbation=Perturbation("forward")
    )
    places = ["output", "perturbation", "gradients/kernel", "gradients/bias", "read/bias"]
    assert list(several.changes) == places


def test_faults_of_one_operator_are_planted_together(operators):
    both = [ONE, FAULTS["conv2d-bias-gradient-over-all-filters"]]
    case = Case(Network((6, 5, 2), Conv2D(3, 2)), steps=2, dtype="float64")
    problem = make_problem(case)
    together = run(faulty(both, operators, "both"), problem).observables
    alone = [run(faulty(fault, operators, "one"), problem).observables for fault in both]
    # Both begin with the same forward pass, so that the first step's gradients and the second's forward pass show each.
    assert np.array_equal(together["1/gradient/conv2d/bias"], alone[1]["1/gradient/conv2d/bias"])
    assert not np.array_equal(together["1/gradient/conv2d/bias"], alone[0]["1/gradient/conv2d/bias"])
    assert not np.array_equal(together["2/forward/conv2d"], alone[1]["2/forward/conv2d"])


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("flatten-channels-first", "flatten-reversed", "output"),
        ("conv2d-kernel-gradient-zero", "conv2d-kernel-gradient-turned", "gradients/kernel"),
        ("dense-forward-in-tf32", "dense-backward-in-tf32", "perturbation"),
    ],
)
def test_two_faults_that_do_different_things_at_one_place_are_refused(first, second, place, operators):
    message = f"fault '{second}' expected {place} at its default, got what fault '{first}' does there."
    with pytest.raises(SpecificationError, match=message):
        faulty([FAULTS[first], FAULTS[second]], operators, "both")


def test_two_faults_that_do_the_same_at_one_place_are_planted_once(operators):
    one = FAULTS["flatten-channels-first"]
    case = Case(Network((3, 2, 2), Flatten()))
    alone, twice = (run(faulty(faults, operators, "x"), make_problem(case)) for faults in (one, [one, one]))
    assert np.array_equal(alone.observables["1/forward/flatten"], twice.observables["1/forward/flatten"])


def test_a_parameter_is_read_before_and_its_gradient_written_after_all_else(operators):
    """A kernel's gradient is computed for the kernel as it is read, and then given back."""
    fault = described(
        on=Dense,
        output=None,
        read={"kernel": lambda stage, kernel: 2 * kernel},
        gradients={"kernel": lambda stage, dy, gradient: gradient + stage.weights["kernel"]},
        written={"kernel": lambda stage, gradient: 4 * gradient},
    )
    case = Case(Network((2,), Dense(3)), batch_size=2, dtype="float64", data=lattice)
    problem = make_problem(case)
    shown = run(faulty(fault, operators, "otherwise"), problem).observables
    (x, dy), kernel = (problem.batches[0].x, shown["1/backward/loss"]), problem.weights["dense"]["kernel"]
    assert np.array_equal(shown["1/forward/dense"], x @ (2 * kernel) + problem.weights["dense"]["bias"])
    assert np.allclose(shown["1/gradient/dense/kernel"], 4 * (x.T @ dy + 2 * kernel), rtol=1e-14)
    assert np.allclose(shown["1/backward/dense"], dy @ (2 * kernel).T, rtol=1e-14)


@pytest.mark.parametrize(("place", "in_training"), [("output", True), ("inference", False)])
def test_inference_is_a_place_of_its_own_where_a_layer_has_moving_statistics(place, in_training, operators):
    fault = described(on=BatchNormalization, **{"output": None, place: zeros}, moves=("forward", "final/forward"))
    case = Case(Network((3,), BatchNormalization()))
    shown = run(faulty(fault, operators, "zeros"), make_problem(case)).observables
    assert (not shown["1/forward/batch_normalization"].any()) is in_training
    assert (not shown["final/forward"].any()) is not in_training


def test_a_plugins_operator_may_have_faults(operators):
    class Doubled(Layer):
        """Twice its input."""

        parameter_names = ("offset",)

        def output_shape(self, *input_shapes):
            return input_shapes[0]

    class Right:
        def forward(self, layer, weights, x):
            return 2 * x, None

        def backward(self, layer, weights, cache, dy):
            return 2 * dy, {}

    fault = described(on=Doubled, output=zeros, gradients={"offset": zeros}, moves=("forward", "final/forward"))
    case = Case(Network((3,), Doubled()))
    assert {name for name in fault.stages(case) if "forward" in name} == {"1/forward/doubled", "final/forward"}
    shown = run(faulty(fault, {**operators, Doubled: Right()}, "zeros"), make_problem(case)).observables
    assert not shown["1/forward/doubled"].any()
    assert shown["1/backward/doubled"].any()


def test_functions_with_values_are_equal_where_both_are():
    assert Partial(zeros, place=1) == Partial(zeros, place=1) != Partial(zeros, place=2)
    assert hash(Partial(zeros, place=1)) == hash(Partial(zeros, place=1))
    assert described(output=Partial(zeros, place=1)) != described()


def test_a_fault_of_an_operator_that_is_not_given_is_refused(operators):
    others = {kind: operator for kind, operator in operators.items() if kind is not Conv2D}
    with pytest.raises(SpecificationError, match="expected a right Conv2D to replace, got operators without it"):
        faulty(ONE, others, "faulty")


def test_two_layers_described_alike_remember_apart(operators):
    # Small integers, and a mean over 2**6 numbers: nothing is rounded.
    network = Network((4, 4, 2), (Conv2D(2, 1), Conv2D(2, 1)))
    case = Case(network, steps=2, batch_size=2, dtype="float64", data=lattice)
    shown = run(faulty(ONE, operators, "kept"), make_problem(case)).observables
    problem = make_problem(case)
    for step, name, before in ((2, "conv2d", problem.batches[1].x), (2, "conv2d_1", shown["2/forward/conv2d"])):
        weight = shown[f"1/update/{name}/kernel"][0, 0]
        assert np.array_equal(shown[f"{step}/forward/{name}"], before @ weight + problem.weights[name]["bias"])


def test_planted_gives_operators_for_one_run_only(operators):
    case = Case(Network((6, 5, 2), Conv2D(2, 1)))
    first, second = planted(ONE, operators, case), planted(ONE, operators, case)
    assert first.keys() == operators.keys()
    assert first[Conv2D] is not second[Conv2D]
    assert first[Dense] is operators[Dense]


@pytest.mark.parametrize(
    ("perturbation", "expected"),
    [
        (Perturbation("forward", size=0.5), [[1.5, -6.0], [3.0, 0.75]]),
        (Perturbation("forward", size=0.5, part="element"), [[1.0, -6.0], [2.0, 0.5]]),
        (Perturbation("forward", size=0.5, part="channel"), [[1.0, -6.0], [2.0, 0.75]]),
        (Perturbation("backward", size=0.5), [[1.0, -4.0], [2.0, 0.5]]),
    ],
)
def test_a_graded_error_is_of_the_stated_size_at_the_stated_place(perturbation, expected):
    assert np.array_equal(perturbation.result("forward", np.array([[1.0, -4.0], [2.0, 0.5]])), expected)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("bfloat16", 1 + 2.0**-7, 1 + 2.0**-7),
        ("bfloat16", 1 + 2.0**-9, 1.0),
        ("tf32", 1 + 2.0**-10, 1 + 2.0**-10),
        ("tf32", 1 + 2.0**-12, 1.0),
        ("float16", 1 + 2.0**-10, 1 + 2.0**-10),
        ("float16", 1 + 2.0**-12, 1.0),
    ],
)
def test_a_format_keeps_its_digits_and_rounds_the_rest_away(name, value, expected):
    assert Perturbation("forward", format=name).result("forward", np.array([value], np.float32)).item() == expected


def plugin(returned):
    return SimpleNamespace(harness_faults=lambda: returned)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "plugin 'mine' (mine.py): harness_faults() must return a list of Fault, got None"),
        ("a fault", "harness_faults() must return a list of Fault, got str 'a fault'"),
        (["a fault"], "harness_faults() must return a list of Fault, got one with str 'a fault'"),
        ([Perturbation()], "harness_faults() must return a list of Fault, got one with Perturbation"),
    ],
)
def test_a_plugin_that_returns_something_else_is_told_what_was_expected(returned, message):
    with pytest.raises(PluginError) as raised:
        offered("mine", "mine.py", plugin(returned))
    assert message in str(raised.value)


def test_a_plugin_may_offer_faults():
    assert offered("mine", "mine.py", plugin([described()])).faults == (described(),)


def test_the_catalogue_is_loaded_by_name():
    plugins = load_plugins()
    assert plugins.faults == FAULTS
    assert not [aside for aside in plugins.quarantined if aside.name in ("faults", "notebook")]


PLUGIN = """
from harness.faults import Fault
from harness.operators.layers import Dense

def fault(name):
    return Fault(name, on=Dense, output=print, moves=("forward",), explanation="It is wrong.", hint="Look.")

def harness_faults():
    return [fault(name) for name in {names}]
"""


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["one", "one"], "it offers the fault 'one', a name already taken by plugin 'mine_faults'"),
        (["flatten-reversed"], "it offers the fault 'flatten-reversed', a name already taken by plugin 'faults'"),
    ],
)
def test_a_name_that_is_taken_sets_the_plugin_aside(tmp_path, monkeypatch, names, reason):
    monkeypatch.setattr("sys.path", list(sys.path))
    path = tmp_path / "mine_faults.py"
    path.write_text(PLUGIN.format(names=names))
    plugins = load_plugins([str(path)])
    assert [aside.reason for aside in plugins.quarantined if reason in aside.reason]
    assert plugins.faults == FAULTS


def test_a_fault_of_another_operator_is_another_fault():
    assert described(on=Dense) != described()
