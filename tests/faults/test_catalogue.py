"""Every fault, run as an implementation, is caught at a stage that it declares, and moves no other stage."""

import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from fault_cases import cases_of

from harness.cases.problem import make_problem
from harness.errors import Unsupported
from harness.faults import faulty
from harness.faults.planted import planted_class
from harness.faults.stages import Setting
from harness.implementation.contract import run
from harness.layerwise import Layerwise
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from impls.faults import harness_faults

FAULTS = {fault.name: fault for fault in harness_faults()}
STRUCTURAL = [name for name, fault in FAULTS.items() if fault.kind == "structural"]
GRADED = [name for name, fault in FAULTS.items() if fault.kind == "graded"]
OPERATORS = {fault.on.kind: fault.on for fault in FAULTS.values()}
# Neither has anything to compute.
WITHOUT_FAULTS = ("Activation", "Linear")


def strays(fault, case, stages):
    """Return the stages that fail where the fault is not."""
    return [(case.name, stage) for stage in stages if stage not in fault.stages(case)]


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_structural_fault_is_caught_where_it_is_and_nowhere_else(name, operators, failing_stages):
    fault = FAULTS[name]
    found = {case: failing_stages(faulty(fault, operators, name), case) for case in cases_of(fault.on.kind)}
    assert any(found.values()), "no case wakes it"
    assert [stray for case, stages in found.items() for stray in strays(fault, case, stages or [])] == []


@pytest.mark.parametrize("name", GRADED)
def test_a_graded_fault_is_caught_in_float64_where_it_is_and_nowhere_else(name, operators, failing_stages):
    fault = FAULTS[name]
    implementation = faulty(fault, operators, name)
    for case in cases_of(fault.on.kind):
        stages = failing_stages(implementation, case)
        assert strays(fault, case, stages) == []
        if stages:
            return
    pytest.fail("no case wakes it")


def test_a_fault_that_moves_what_it_does_not_declare_is_found(operators, failing_stages):
    fault = replace(FAULTS["conv2d-bias-never-added"], moves=("gradient/kernel",))
    case = cases_of("Conv2D")[0]
    stages = failing_stages(faulty(fault, operators, "faulty"), case)
    assert stages == [stage for _, stage in strays(fault, case, stages)]
    assert stages == ["1/forward/conv2d", "2/forward/conv2d", "3/forward/conv2d", "final/forward"]


@pytest.mark.parametrize("kind", sorted(OPERATORS))
def test_the_right_operators_are_caught_nowhere_on_the_same_cases(kind, operators, failing_stages):
    right = Layerwise("right", operators=operators)
    assert cases_of(kind)
    assert [failing_stages(right, case) for case in cases_of(kind)] == [[]] * len(cases_of(kind))


@pytest.mark.parametrize("name", ["conv2d-forward-whole-off-by-1e-7", "dense-gradient-kernel-whole-off-by-1e-7"])
def test_an_error_below_the_rounding_of_float32_is_not_caught_there(name, operators, failing_stages):
    fault = FAULTS[name]
    cases = cases_of(fault.on.kind, "float32")
    assert not any(failing_stages(faulty(fault, operators, name), case) for case in cases)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", OPERATORS)
def test_an_operator_in_which_nothing_is_done_otherwise_computes_the_same_bits(kind, dtype, operators):
    on = OPERATORS[kind]
    for case in cases_of(kind, dtype):
        problem = make_problem(case)
        unchanged = planted_class(on)({}, operators[on], Setting(case, operators))
        planted = Layerwise("planted", operators={**operators, on: unchanged})
        expected = run(Layerwise("right", operators=operators), problem).observables
        got = run(planted, problem).observables
        assert expected.keys() == got.keys()
        assert all(np.array_equal(expected[key], got[key], equal_nan=True) for key in expected)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_two_runs_of_one_faulty_implementation_give_the_same_bits(name, operators):
    fault = FAULTS[name]
    implementation = faulty(fault, operators, name)
    problem = make_problem(cases_of(fault.on.kind)[0])
    first, second = run(implementation, problem), run(implementation, problem)
    assert first.status == second.status
    assert first.observables.keys() == second.observables.keys()
    assert all(
        np.array_equal(first.observables[key], second.observables[key], equal_nan=True) for key in first.observables
    )


def test_a_fault_works_in_the_format_of_its_inputs(operators):
    other = {}
    for name in STRUCTURAL:
        case = cases_of(FAULTS[name].on.kind, "float32")[0]
        trace = run(faulty(FAULTS[name], operators, name), make_problem(case))
        other |= {(name, key): a.dtype for key, a in trace.observables.items() if a.dtype != np.float32}
    assert other == {}


def test_names_are_unique_and_every_operator_has_several():
    assert len(FAULTS) == len(harness_faults())
    assert len(STRUCTURAL) >= 80
    counts = Counter(FAULTS[name].on.kind for name in STRUCTURAL)
    operators = {*LAYERS, *ACTIVATIONS, *LOSSES, *OPTIMIZERS} - set(WITHOUT_FAULTS)
    assert {kind for kind in operators if counts[kind] < 3} == set()


def test_every_fault_is_explained_apart_and_can_be_sent_to_another_process():
    does = Counter((fault.on, *fault.changes.items()) for fault in FAULTS.values())
    assert does.most_common(1)[0][1] == 1
    for fault in FAULTS.values():
        sent = pickle.loads(pickle.dumps(fault))
        assert (sent, hash(sent)) == (fault, hash(fault))
        assert len(fault.changes) <= 2


def test_a_kernel_that_is_not_square_has_no_transposed_one(operators):
    fault = FAULTS["conv2d-input-gradient-kernel-transposed"]
    with pytest.raises(Unsupported, match="square"):
        faulty(fault, operators, "transposed").run(make_problem(cases_of("Conv2D")[0]))


def without(kind):
    """Return cases that use an operator of no kind named ``kind``."""
    other = {"Flatten": "Reshape", "SGD": "Adam", "MeanSquaredError": "Huber"}.get(kind, "Flatten")
    return cases_of(other)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_fault_applies_to_the_cases_with_its_operator_and_to_no_others(name):
    fault = FAULTS[name]
    if fault.moves not in (("gradient/gamma",), ("gradient/beta",)):
        assert all(fault.applies_to(case) for case in cases_of(fault.on.kind))
    assert not any(fault.applies_to(case) for case in without(fault.on.kind))
