"""Operators that plugins bring: what is refused, who reads cases with them, and who declines these."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness import Case, Dense, Layer, Layerwise, Network, SpecificationError, samples_of, verify
from harness.operators import OPERATORS, Operator, discovery
from harness.operators.checking import check_operator, sources_of
from harness.operators.losses import Loss
from harness.plugins.found import Loaded, Plugins, Quarantined
from harness.plugins.loading import attempt, load_plugins

OPERATOR = """
from harness import Layer
from harness.operators.activations import Activation


class Doubled(Layer):
    def output_shape(self, *input_shapes):
        return self.expect_one_input(input_shapes)

    def output(self, *x, **weights):
        return x[0] + x[0]


def harness_operators():
    return [Doubled]
"""


def plugin(tmp_path, name, source=OPERATOR):
    (tmp_path / f"{name}.py").write_text(source)
    return str(tmp_path / f"{name}.py")


def test_an_operator_of_a_plugin_is_loaded_with_the_cases_of_its_samples(tmp_path):
    plugins = load_plugins([plugin(tmp_path, "doubling")])
    assert list(plugins.operators) == ["Doubled"]
    names = [case.name for case in plugins.cases]
    assert names == ["sample-doubled-float32", "sample-doubled-float64"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (OPERATOR.replace("Doubled", "Dense"), "it offers the operator 'Dense' ("),
        (
            OPERATOR.replace("def output(self", "def nothing(self"),
            "expected a function output that defines it, got none",
        ),
        (
            OPERATOR.replace("    def output_shape", "    operator_version = 2\n\n    def output_shape"),
            "operator_version=2",
        ),
        (OPERATOR.replace("return [Doubled]", "return [Activation]"), "expected to be a subclass of one of Layer,"),
        (OPERATOR.replace("return [Doubled]", "return ['Doubled']"), "must return a list of type, got one with str"),
        (
            OPERATOR.replace("    def output_shape", "    samples = ({'by': 2},)\n\n    def output_shape"),
            "Doubled got by=2",
        ),
    ],
)
def test_a_plugin_is_set_aside_with_its_reason_and_the_rest_goes_on_if(tmp_path, source, reason):
    plugins = load_plugins([plugin(tmp_path, "mistaken", source)])
    (aside,) = plugins.quarantined
    assert reason in aside.reason
    assert "vectorized" in plugins.implementations


def test_a_name_that_two_plugins_offer_is_refused_with_both_places(tmp_path):
    plugins = load_plugins([plugin(tmp_path, "first"), plugin(tmp_path, "second")])
    (aside,) = plugins.quarantined
    assert aside.reason.startswith(
        f"it offers the operator 'Doubled' ({tmp_path / 'second.py'}), a name already taken by"
    )
    assert f"plugin 'first' ({tmp_path / 'first.py'}). Expected another name." in aside.reason


def test_a_name_of_this_package_is_refused_with_both_places(tmp_path):
    path = plugin(tmp_path, "dense", OPERATOR.replace("Doubled", "Dense"))
    (aside,) = load_plugins([path]).quarantined
    assert path in aside.reason
    assert "taken by this package (" in aside.reason
    assert "dense.py). Expected another name." in aside.reason


class Scale(Layer):
    """What no hook brings."""

    def output_shape(self, *input_shapes):
        return self.expect_one_input(input_shapes)

    def output(self, *x, **weights):
        return 2.0 * x[0]


def test_without_the_hook_a_stored_case_says_where_operators_come_from():
    case = Case(Network((3,), (Scale(),)))
    with pytest.raises(
        SpecificationError, match=r"unknown layer 'Scale'.* Operators come from the hook harness_operators"
    ):
        Case.from_json(case.json)


def test_an_implementation_without_an_operator_declines_its_cases():
    (case,) = samples_of(Scale, dtype="float64")
    report = verify(Layerwise("empty"), case.with_(loss="mean_absolute_error"))
    assert {row.verdict for row in report.rows} <= {"unsupported", "error"}


def test_a_sample_of_every_operator_here_fits_it():
    for kind in OPERATORS.values():
        check_operator(kind)
        assert len(samples_of(kind, dtype="float32")) == len(kind.samples)


def test_a_class_that_is_no_operator_has_no_samples():
    with pytest.raises(
        SpecificationError, match="expected a layer, an activation, a loss or an optimizer, got Operator"
    ):
        samples_of(Operator)


def test_a_base_class_is_no_operator():
    with pytest.raises(SpecificationError, match=r"Loss .* expected to be a subclass of one of"):
        check_operator(Loss)


READING = """
import sys
from harness import Case

print(Case.from_json(sys.argv[1]).network.nodes[1].layer.kind)
"""


def test_every_process_reads_cases_with_operators_of_an_installed_package(with_example):
    network = {
        "kind": "Network", "input_shape": [4],
        "layers": [Dense(2, name="dense").as_dict() | {"inputs": ["input"]},
                   {"kind": "PReLU", "name": "p_re_lu", "inputs": ["dense"]}],
    }  # fmt: skip
    plain = json.loads(Case(Network((4,), (Dense(2),))).json) | {"network": network}
    command = [sys.executable, "-c", READING, json.dumps(plain)]
    done = subprocess.run(command, env=with_example, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "PReLU", done.stderr
    alone = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "unknown layer 'PReLU'" in alone.stderr


ISOLATED = """
from harness import Layerwise

mine = Layerwise("mine")


@mine.implements("PReLU")
class Rectified:
    def forward(self, layer, weights, x):
        return (x > 0) * x + (x < 0) * weights["alpha"] * x, x

    def backward(self, layer, weights, x, dy):
        return dy * ((x > 0) + (x < 0) * weights["alpha"]), {"alpha": (dy * x * (x < 0)).sum(axis=0)}
"""


def test_a_file_in_a_worker_process_computes_cases_with_operators_of_an_installed_package(project, with_example):
    project.makepyfile(mine=ISOLATED)
    command = [sys.executable, "-m", "pytest", "-v", "--impl", "mine.py", "-k", "p_re_lu"]
    done = subprocess.run(command, cwd=project.path, env=with_example, capture_output=True, text=True, timeout=120)
    assert "2 passed" in done.stdout, done.stdout


def test_what_cannot_be_loaded_has_no_operators_and_is_no_error_of_who_reads_a_case(monkeypatch):
    class Broken:
        name, value, dist = "broken", "broken", None

        def load(self):
            raise RuntimeError("broken")

    monkeypatch.setattr(discovery, "entry_points", lambda: [Broken()])
    assert discovery.installed.__wrapped__() == {}
    assert isinstance(attempt("broken", "broken", Broken().load), Quarantined)


def test_one_plugin_that_is_loaded_twice_keeps_its_operators():
    loaded = Loaded("once", "once", operators=(Scale,))
    assert Plugins((loaded, loaded), ()).operators == {"Scale": Scale}


def changed(**attributes):
    """The class that doubles its input, with other attributes."""
    return type("Twice", (Doubling,), attributes)


class Doubling(Layer):
    sample_shape = (4,)

    def output_shape(self, input_shape):
        return input_shape

    def output(self, *x, **weights):
        return 2.0 * x[0]


WRONG = {
    "plain NumPy": (
        {"output": lambda self, *x, **weights: np.tanh(x[0])},
        r"test_operators\.py:\d+.*harness",
    ),
    "nothing": (
        {"output": lambda self, *x, **weights: None},
        r"not be computed: AttributeError.*harness",
    ),
    "another shape": (
        {"output_shape": lambda self, shape: (7,)},
        r"output expected to have shape \(2, 7\)",
    ),
    "no shape": ({"output_shape": lambda self, shape: None}, r"output_shape expected to return a tuple .* got None"),
    "a parameter without a name": (
        {"parameters": lambda self, shape: {"g": (4,)}},
        r"expected to have g",
    ),
    "a huge sample": ({"sample_shape": (200_000, 200_000)}, r"sample_shape expected .*100,000 elements at most"),
    "no samples": ({"samples": ()}, r"expected samples"),
    "samples of another kind": ({"samples": None}, r"expected samples.*got None"),
    "an argument that it lacks": ({"samples": ({"units": 3},)}, r"Twice\(units=3\).*Expected one of: inputs, name"),
}


@pytest.mark.parametrize(("attributes", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_definition_is_told_before_any_case_is_judged_by_it(attributes, message):
    check_operator(changed())
    with pytest.raises(SpecificationError, match=message):
        check_operator(changed(**attributes))


@pytest.mark.parametrize("name", ["../evil", "<script>", "Größe"])
def test_an_operator_has_a_name_that_cases_and_files_can_have(name):
    with pytest.raises(SpecificationError, match="expected a name of ASCII letters, digits and underscores"):
        check_operator(type(name, (Doubling,), {}))


def test_what_keras_said_is_not_taken_for_an_operator_that_changed_since():
    assert sources_of(Case(Network((3,), (Dense(2, activation="relu"),)))) == ()
    (source,) = sources_of(Case(Network((4,), (Doubling(), Dense(2)))))
    assert source == Path(__file__).read_text(encoding="utf-8")
