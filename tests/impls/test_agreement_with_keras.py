"""Every operator of the vectorized implementation agrees with Keras, in both formats, and so does Keras in float32."""

import pytest
from operator_cases import cases_for

from harness.cases.case import DTYPES
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS

# An Activation layer has no operator of its own; its cases are those of the functions.
OPERATORS = [kind for kind in (*LAYERS, *ACTIVATIONS, *LOSSES, *OPTIMIZERS) if kind != "Activation"]
CASES = {case.name: case for kind in OPERATORS for dtype in DTYPES for case in cases_for(kind, dtype)}


def rows_that_do_not_pass(case, implementation):
    problem = make_problem(case)
    rows = judge(problem, Subject.of(implementation, case), run(implementation, problem)).rows
    assert len(rows) == len(required(case))
    return [(row.observable.name, row.verdict, row.figures.ratio, row.reason) for row in rows if not row.passed]


@pytest.mark.parametrize("name", CASES)
def test_vectorized_agrees_with_the_definition_at_every_observable(name, vectorized):
    assert rows_that_do_not_pass(CASES[name], vectorized) == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.dtype == "float64"])
def test_keras_in_float64_agrees_with_the_definition_at_every_observable(name, keras_implementation):
    assert rows_that_do_not_pass(CASES[name], keras_implementation) == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.dtype == "float32"])
def test_keras_in_float32_is_judged_by_the_same_rule_and_passes(name, keras_implementation):
    assert rows_that_do_not_pass(CASES[name], keras_implementation) == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", OPERATORS)
def test_keras_returns_exactly_what_is_required_in_the_format_of_the_problem(kind, dtype, keras_implementation):
    case = cases_for(kind, dtype)[0]
    trace = run(keras_implementation, make_problem(case))
    assert trace.reason == ""
    assert {name: (array.shape, array.dtype.name) for name, array in trace.observables.items()} == {
        observable.name: (observable.shape, dtype) for observable in required(case)
    }


def test_every_operator_has_a_case():
    assert all(cases_for(kind, "float32") for kind in OPERATORS)
