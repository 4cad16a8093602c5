"""Operators are found by their file's name or given under Keras's name, and checked when they are given."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import impls.vectorized
import impls.vectorized.activations.relu
from harness import Case, Dense, Network, make_problem
from harness.errors import SpecificationError
from harness.implementation.contract import run
from harness.layerwise import Layerwise, operators_in
from harness.layerwise.operators import operator_kind
from harness.operators.activations import ACTIVATIONS, Linear, Relu
from harness.operators.layers import LAYERS, Activation, Conv2D
from harness.operators.losses import LOSSES, MeanSquaredError
from harness.operators.optimizers import OPTIMIZERS, SGD
from harness.operators.specification import file_name

GIVEN = {"forward": lambda self: None, "backward": lambda self: None}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Conv2D", Conv2D), ("conv2d", Conv2D), ("relu", Relu), ("Relu", Relu), ("Activation", Activation),
        ("mean_squared_error", MeanSquaredError), ("MeanSquaredError", MeanSquaredError), ("SGD", SGD), ("sgd", SGD),
    ],
)  # fmt: skip
def test_an_operator_is_known_by_its_class_and_by_its_file(name, kind):
    assert operator_kind(name)[1] is kind


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Conv2d", "Did you mean Conv2D?"),
        ("sigmoyd", "Did you mean sigmoid?"),
        ("MeanSquareError", "Did you mean MeanSquaredError?"),
        ("mean_square_error", "Did you mean MeanSquaredError?"),
        ("Leaky_Relu", "Did you mean leaky_relu?"),
    ],
)
def test_an_unknown_operator_is_answered_by_the_nearest_and_costs_itself_alone(name, suggestion):
    mine = Layerwise("mine", operators={Relu: impls.vectorized.activations.relu})
    mine.functions(name, lambda *given: None, lambda *given: None)
    assert mine.implements(name)(SimpleNamespace) is SimpleNamespace
    mine.describes(name, SimpleNamespace)
    assert mine.operators.keys() == {Relu}
    case = Case(Network((3,), (Activation("relu"),)))
    (finding,) = run(mine, make_problem(case)).findings
    assert finding.startswith(f"mine's {name} is not used: unknown operator '{name}'.")
    assert suggestion in finding
    declined = run(mine, make_problem(Case(Network((3,), (Dense(2),)))))
    assert declined.reason == f"mine does not implement Dense; {finding}"


def test_a_name_like_no_operators_is_answered_by_all_of_them_each_once():
    with pytest.raises(SpecificationError, match="Expected one of: ") as raised:
        operator_kind("xyzzy")
    names = str(raised.value).partition("Expected one of: ")[2].partition(". ")[0].split(", ")
    kinds = [operator_kind(name)[1] for name in names]
    assert sorted(map(id, kinds)) == sorted(map(id, {*kinds}))
    assert {*kinds} == {*LAYERS.values(), *ACTIVATIONS.values(), *LOSSES.values(), *OPTIMIZERS.values()}


@pytest.mark.parametrize(
    ("name", "functions", "message"),
    [
        ("Conv2D", ("forward",), "mine's Conv2D expected the functions forward and backward, got no backward."),
        ("relu", ("backward",), "mine's relu expected the functions forward and backward, got no forward."),
        ("huber", (), "mine's huber expected the functions forward and backward, got no forward."),
        ("SGD", ("forward", "backward"), "mine's SGD expected the functions update, got no update."),
    ],
)
def test_an_operator_that_lacks_a_function_is_refused_when_given(name, functions, message):
    mine = Layerwise("mine")
    with pytest.raises(SpecificationError, match=re.escape(message)):
        mine.implements(name)(type("Given", (), dict.fromkeys(functions, GIVEN["forward"])))
    assert not mine.operators


def test_the_decorator_gives_the_class_back_and_registers_an_object_of_it():
    mine = Layerwise("mine")
    given = type("Given", (), GIVEN)
    assert mine.implements("relu")(given) is given
    assert isinstance(mine.operators[Relu], given)


def test_what_was_given_cannot_be_changed_from_outside():
    with pytest.raises(TypeError):
        Layerwise("mine").operators[Relu] = None


def test_the_operators_of_a_package_are_found_by_their_files():
    kinds = {*LAYERS.values(), *ACTIVATIONS.values(), *LOSSES.values(), *OPTIMIZERS.values()}
    # Neither needs an operator: the one applies another's function, the other does nothing.
    needed = kinds - {Activation, Linear}
    files = {path.stem for path in Path(impls.vectorized.__file__).parent.glob("*/*.py")}
    assert operators_in(impls.vectorized).keys() == {kind for kind in needed if file_name(kind) in files}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with the four folders and one extra file."""

    def make(file, source):
        root = tmp_path / "a_package_of_operators"
        for room in ("layers", "activations", "losses", "optimizers"):
            (root / room).mkdir(parents=True)
            (root / room / "__init__.py").write_text("")
        (root / file).write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
        return SimpleNamespace(__name__="a_package_of_operators")

    yield make
    for name in [name for name in sys.modules if name.startswith("a_package_of_operators")]:
        del sys.modules[name]


COMPLETE = "def forward(): ...\ndef backward(): ...\n"


def test_a_file_named_like_no_operator_is_answered_by_the_nearest(package):
    with pytest.raises(SpecificationError, match=r"layers has conv_2d\.py\. Did you mean conv2d\?"):
        operators_in(package("layers/conv_2d.py", COMPLETE))


def test_a_file_in_the_wrong_folder_is_no_operator(package):
    with pytest.raises(SpecificationError, match=r"layers has relu\.py"):
        operators_in(package("layers/relu.py", COMPLETE))


def test_a_file_that_lacks_a_function_is_refused(package):
    with pytest.raises(SpecificationError, match="conv2d expected the functions forward and backward, got no backward"):
        operators_in(package("layers/conv2d.py", "def forward(): ..."))


def test_a_complete_file_is_found(package):
    assert list(operators_in(package("layers/conv2d.py", COMPLETE))) == [Conv2D]


def test_a_file_with_an_underscore_is_left_alone(package):
    assert operators_in(package("layers/_windows.py", "")) == {}
