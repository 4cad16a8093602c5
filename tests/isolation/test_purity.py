"""An answer depends on the problem alone: each way in which it does not is named, and one that does is left alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from harness import Adam, BatchNormalization, Case, Conv2D, Dense, Flatten, Implementation, Network, make_problem
from harness.comparison import Comparison
from harness.judging import Author, judge
from harness.problem import Batch, Problem
from harness.purity import (
    AFTER_ANOTHER,
    AUDITED,
    LEFT_OVER,
    ORDER,
    TWICE,
    audit,
    is_audited,
    left_over,
    reordered,
    run_watched,
    surroundings,
    with_findings,
)
from harness.verification import Reference, Verification
from impls.vectorized import harness_implementations

NETWORKS = {
    "dense": Network((6,), (Dense(4, "tanh"), Dense(3))),
    "normalized": Network((5, 4, 2), (Conv2D(3, 2), BatchNormalization(), Flatten(), Dense(3))),
}
KERNEL = "1/gradient/dense/kernel"


class Impure(Implementation):
    """Rightly computed answers, spoilt by a function of them, the problem and the number of the run."""

    name = "impure"

    def __init__(self, spoil: Callable[..., None] | None = None) -> None:
        self.spoil = spoil
        self.runs = 0

    def run(self, problem: Problem):
        self.runs += 1
        answer = {k: np.array(v) for k, v in harness_implementations()[0].run(problem).items()}
        if self.spoil is not None:
            self.spoil(self, problem, answer)
        return answer


def looked_at(look, implementation: Implementation, case: Case):
    """Return the findings by name, and the rows with them."""
    problem = make_problem(case)

    def judged(given: Problem, trace) -> list[Comparison]:
        return judge(given, Author.of(implementation, given.case), trace)

    trace = run_watched(implementation, problem)
    rows = judged(problem, trace)
    findings = look(implementation, problem, trace, rows, judged)
    return {finding.name for finding in findings}, {row.observable: row for row in with_findings(rows, findings)}


def every_run_a_little(self, problem, answer):
    answer[KERNEL] *= 1 + 0.01 * (self.runs - 1)


def one_run_one_rounding(self, problem, answer):
    # The third run is the second of the same problem.
    if self.runs == 3:
        answer[KERNEL][0, 0] = np.nextafter(answer[KERNEL][0, 0], np.float32(9))


def the_sum_of_all_problems(self, problem, answer):
    key = problem.batches[0].x.tobytes()
    self.last = getattr(self, "last", key)
    if key != self.last:
        self.spoilt = True
    if getattr(self, "spoilt", False):
        answer[KERNEL] *= 2


def the_first_sample_alone(self, problem, answer):
    # What is right for the order that the case has, and for no other.
    self.first = getattr(self, "first", problem.batches[0].x.copy())
    near = np.abs(problem.batches[0].x - self.first).max() < 0.1
    if not near:
        answer["1/forward/dense"] = answer["1/forward/dense"][::-1].copy()


@pytest.mark.parametrize(
    ("spoil", "name", "observable"),
    [
        (every_run_a_little, TWICE, KERNEL),
        (the_sum_of_all_problems, AFTER_ANOTHER, KERNEL),
        (the_first_sample_alone, ORDER, "1/forward/dense"),
    ],
)
def test_an_impure_answer_fails_its_row_and_names_what_it_depends_on(spoil, name, observable):
    names, rows = looked_at(audit, Impure(spoil), Case(NETWORKS["dense"]))
    assert name in names
    assert rows[observable].verdict == "fail"
    assert rows[observable].reason.startswith(f"{name}, and then this is wrong: ")


def test_an_answer_that_changes_within_rounding_is_a_remark_and_passes():
    names, rows = looked_at(audit, Impure(one_run_one_rounding), Case(NETWORKS["dense"]))
    assert names == {TWICE}
    assert rows[KERNEL].passed
    assert rows[KERNEL].reason == f"{TWICE}, within rounding"


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_a_pure_implementation_has_no_finding(network, dtype, batch_size):
    case = Case(network, dtype=dtype, batch_size=batch_size, steps=2)
    assert looked_at(audit, Impure(), case)[0] == set()
    assert looked_at(left_over, Impure(), case)[0] == set()


def test_batches_in_reverse_order_have_their_targets_with_them():
    problem = make_problem(Case(NETWORKS["dense"], steps=2))
    for before, after in zip(problem.batches, reordered(problem).batches, strict=True):
        assert isinstance(after, Batch)
        assert (after.x == before.x[::-1]).all()
        assert (after.y == before.y[::-1]).all()


def gradients_that_add_up(self, problem, answer):
    if len(problem.batches) > 1:
        answer["2/gradient/dense/kernel"] += answer[KERNEL]


def a_wrong_gradient(self, problem, answer):
    for step in range(1, len(problem.batches) + 1):
        answer[f"{step}/gradient/dense/kernel"] *= 2


@pytest.mark.parametrize("optimizer", ["sgd", Adam(0.5)])
def test_what_is_left_from_the_step_before_is_named_in_the_first_wrong_row(optimizer):
    case = Case(NETWORKS["dense"], steps=2, optimizer=optimizer)
    names, rows = looked_at(left_over, Impure(gradients_that_add_up), case)
    assert names == {LEFT_OVER}
    assert rows["2/gradient/dense/kernel"].verdict == "fail"
    assert LEFT_OVER in rows["2/gradient/dense/kernel"].reason


def test_what_is_wrong_in_every_step_is_not_left_from_the_one_before():
    implementation = Impure(a_wrong_gradient)
    assert looked_at(left_over, implementation, Case(NETWORKS["dense"], steps=2))[0] == set()
    assert implementation.runs == 1


def audited_case(wanted: bool) -> Case:
    cases = (Case(NETWORKS["dense"], seed=seed) for seed in range(1000))
    return next(case for case in cases if is_audited(make_problem(case), []) == wanted)


def test_one_case_in_sixteen_is_audited():
    found = sum(is_audited(make_problem(Case(NETWORKS["dense"], seed=seed)), []) for seed in range(50 * AUDITED))
    # Four standard deviations of a binomial.
    assert abs(found - 50) < 4 * 50**0.5


def test_a_verification_audits_the_chosen_cases_and_no_other():
    verification = Verification(Reference(Impure(), None))
    for wanted, runs in ((True, 4), (False, 1)):
        implementation = Impure()
        rows = verification.rows(audited_case(wanted), implementation)
        assert {row.verdict for row in rows} == {"pass"}
        assert {row.reason for row in rows} == {""}
        assert implementation.runs == runs


def test_a_verification_fails_what_an_audit_finds():
    rows = Verification(Reference(Impure(), None)).rows(audited_case(True), Impure(the_sum_of_all_problems))
    failed = {row.observable: row for row in rows if row.failed}
    assert KERNEL in failed
    assert failed[KERNEL].reason.startswith(AFTER_ANOTHER)
    assert any(row.first_wrong for row in rows)


def test_what_a_process_found_beside_the_answer_is_a_remark_on_the_first_row():
    implementation = Impure()
    problem = make_problem(Case(NETWORKS["dense"]))
    rows = judge(problem, Author.of(implementation, problem.case), run_watched(implementation, problem))
    trace = replace(run_watched(implementation, problem), findings=("impure changed sys.path; it was put back",))
    told = with_findings(rows, surroundings(rows, trace))
    assert told[0].passed
    assert told[0].reason == "impure changed sys.path; it was put back"
    assert not any(row.reason for row in told[1:])
