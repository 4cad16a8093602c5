"""What holds for every operator, shown on its samples: values, gradients, bounds, shapes, and its canonical form."""

import importlib

import numpy as np
import pytest
from every_operator import (
    CLASSES,
    SUBJECTS,
    OfActivation,
    OfLayer,
    OfLoss,
    OfOptimizer,
    arguments_of,
    derived,
    exact,
    held,
    implementation_of,
    is_defined,
    named,
    own,
    subjects_of,
)
from single_precision import in_float32, wrong

import harness
from harness.cases.case import Case
from harness.cases.network import Network
from harness.numerics import FLOAT32, FLOAT64
from harness.numerics.finite_differences import derivative
from harness.operators import OPERATORS, layers
from harness.operators.activations import Sigmoid
from harness.operators.layers import Activation, Dense

BATCH = 4
PLANTED = 2.0**-13
# Of each array that a gradient is with respect to.
LOOKED_AT = 2


def drawn(subject, batch=BATCH, seed=0):
    return subject.drawn(np.random.default_rng(seed), batch)


DEFINED = [subject for subject in SUBJECTS if is_defined(subject)]
DIFFERENTIATED = [subject for subject in SUBJECTS if not isinstance(subject, OfOptimizer)]
VECTORIZED = [subject for subject in SUBJECTS if implementation_of("vectorized", subject)]
# What they round depends on their samples alone, not on the numbers.
SOMETIMES_EXACT = [
    subject
    for subject in SUBJECTS
    if any(estimate.is_exact for estimate in own(subject, exact(drawn(subject)), FLOAT32).values())
]

every = pytest.mark.parametrize("subject", SUBJECTS, ids=named)
defined = pytest.mark.parametrize("subject", DEFINED, ids=named)
in_both_formats = pytest.mark.parametrize("arithmetic", [FLOAT32, FLOAT64], ids=lambda each: each.precision)
differentiated = pytest.mark.parametrize("subject", DIFFERENTIATED, ids=named)


def test_every_operator_has_samples():
    assert {type(subject.operator) for subject in SUBJECTS} == set(OPERATORS.values())


@pytest.mark.parametrize("batch", [1, BATCH])
@defined
def test_values_and_gradients_are_those_of_the_definition(subject, batch):
    given = exact(drawn(subject, batch))
    by_hand, by_definition = own(subject, given, FLOAT64), derived(subject, given, FLOAT64)
    for observable, definition in by_definition.items():
        hand = by_hand[observable]
        assert (np.abs(hand.value - definition.value) <= hand.worst_case + definition.worst_case).all(), observable
        assert np.isfinite(hand.value).all()


def unlike_finite_differences(subject):
    """Return the names of the arrays whose gradients are not those of the values."""
    arrays, unlike = drawn(subject, batch=2), set()
    gradients = subject.gradients(own(subject, exact(arrays), FLOAT64))
    rule, generator = type(subject.operator), np.random.default_rng(1)

    for name, gradient in gradients.items():

        def summed(at, name=name):
            y = subject.forward(rule, exact(arrays | {name: at}), FLOAT64).value
            return float((y * arrays.get("dy", 1.0)).sum())

        for place in generator.choice(gradient.value.size, min(LOOKED_AT, gradient.value.size), replace=False):
            index = np.unravel_index(place, gradient.shape)
            value, error = derivative(summed, arrays[name], index)
            assert error < 1e-6
            if not abs(value - gradient.value[index]) <= error + gradient.worst_case[index]:
                unlike.add(name)
    return unlike


@differentiated
def test_gradients_are_those_of_finite_differences(subject):
    assert unlike_finite_differences(subject) == set()


def test_a_wrong_gradient_is_unlike_finite_differences(monkeypatch):
    right = Sigmoid.backward

    def backward(self, x, y, dy, arithmetic):
        return right(self, x, y, dy, arithmetic).scaled(1 + 1e-5)

    monkeypatch.setattr(Sigmoid, "backward", backward)
    (subject,) = subjects_of(Sigmoid)
    assert unlike_finite_differences(subject) == {"x"}


@defined
def test_a_right_computation_in_float32_passes(subject):
    for seed in range(3):
        arrays = drawn(subject, seed=seed)
        got = in_float32(subject, arrays)
        observed = {"y": got["forward"]} if isinstance(subject, OfActivation) else {}
        assert wrong(got, own(subject, exact(arrays | observed), FLOAT32)) == {}


def test_a_computation_in_float32_is_none_in_float64():
    for kind in (OPERATORS["Dense"], OPERATORS["Huber"], OPERATORS["Softmax"]):
        subject = next(subjects_of(kind))
        arrays = drawn(subject)
        assert wrong(in_float32(subject, arrays), own(subject, exact(arrays), FLOAT64), FLOAT64)


@in_both_formats
@pytest.mark.parametrize("subject", VECTORIZED, ids=named)
def test_the_same_in_another_order_passes(subject, arithmetic):
    vectorized = implementation_of("vectorized", subject)
    for seed in range(3):
        arrays = drawn(subject, seed=seed)
        got = subject.computed(vectorized, {name: array.astype(arithmetic.precision) for name, array in arrays.items()})
        observed = {"y": got["forward"]} if isinstance(subject, OfActivation) else {}
        assert wrong(got, own(subject, exact(arrays | observed), arithmetic), arithmetic) == {}


@in_both_formats
@every
def test_one_element_that_is_off_fails_there(subject, arithmetic):
    estimates = own(subject, exact(drawn(subject)), arithmetic)
    right = {name: held(estimate.value, arithmetic.precision) for name, estimate in estimates.items()}
    assert wrong(right, estimates, arithmetic) == {}
    for observable, values in right.items():
        off = values.copy()
        off[np.unravel_index(np.abs(off).argmax(), off.shape)] *= 1 + PLANTED
        assert wrong(right | {observable: off}, estimates, arithmetic).keys() == {observable}


@in_both_formats
@pytest.mark.parametrize("subject", SOMETIMES_EXACT, ids=named)
def test_where_nothing_is_rounded_the_last_bit_counts(subject, arithmetic):
    estimates = own(subject, exact(drawn(subject)), arithmetic)
    right = {name: held(estimate.value, arithmetic.precision) for name, estimate in estimates.items()}
    for observable in (name for name, estimate in estimates.items() if estimate.is_exact):
        off = right[observable].astype(arithmetic.precision)
        place = np.unravel_index(np.abs(off).argmax(), off.shape)
        off[place] = np.nextafter(off[place], off.dtype.type(np.inf))
        assert wrong(right | {observable: off}, estimates, arithmetic).keys() == {observable}


@pytest.mark.parametrize("batch", [1, BATCH])
@every
def test_what_comes_out_has_the_shapes_that_are_said(subject, batch):
    found = own(subject, exact(drawn(subject, batch)), FLOAT32)
    shapes = subject.shapes(batch)
    assert {name: estimate.shape for name, estimate in found.items()} == shapes
    assert all(part.shape == shapes[name] for name, each in found.items() for part in (each.worst_case, each.variance))


def case_of(subject) -> Case:
    operator = subject.operator
    if isinstance(subject, OfLayer):
        names = [f"branch{place}" for place in range(operator.sample_inputs)]
        branches = [Activation("linear", name=name, inputs="input") for name in names]
        last = type(operator)(**arguments_of(subject), inputs=names)
        return Case(Network(operator.sample_shape, [*branches, last]))
    if isinstance(subject, OfActivation):
        return Case(Network((CLASSES,), [Activation(operator)]))
    changed = {"loss": operator} if isinstance(subject, OfLoss) else {"optimizer": operator}
    return Case(Network((CLASSES,), [Dense(CLASSES)]), **changed)


@every
def test_the_canonical_form_says_all_that_makes_it_what_it_is(subject):
    case = case_of(subject)
    again = Case.from_json(case.json)
    assert (again.json, again.key) == (case.json, case.key)


@pytest.mark.parametrize("name", [name for name, kind in OPERATORS.items() if len(kind.samples) > 1])
def test_other_arguments_have_another_key(name):
    subjects = list(subjects_of(OPERATORS[name]))
    assert len({case_of(subject).key for subject in subjects}) == len(subjects)


@pytest.mark.parametrize("kind", OPERATORS.values(), ids=lambda kind: kind.kind)
def test_an_operator_is_offered_by_its_package_and_by_the_core_without_a_line_in_either(kind):
    package = importlib.import_module(kind.__module__.rpartition(".")[0])
    assert getattr(package, kind.kind) is kind
    assert kind.kind == "Activation" or getattr(harness, kind.kind) is kind


def test_a_name_that_is_no_operator_is_none_of_the_package():
    with pytest.raises(AttributeError, match="module 'harness\\.operators\\.layers' has no attribute 'Conv9D'"):
        layers.Conv9D  # noqa: B018
