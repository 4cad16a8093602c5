"""An answer depends on the problem alone: each way in which it does not is named, and one that does is left alone."""

from dataclasses import replace

import impure
import numpy as np
import pytest
from impure import KERNEL, NETWORKS, Impure

from harness import Adam, Case, make_problem
from harness.cases.problem import Batch, Problem
from harness.judging.judge import Judged, Subject, judge
from harness.judging.purity import (
    AFTER_ANOTHER,
    AUDITED,
    INPUTS,
    LEFT_OVER,
    ORDER,
    SURROUNDINGS,
    TWICE,
    always_audited,
    audit,
    findings,
    is_audited,
    reordered,
    run_watched,
)
from harness.plugins.found import Loaded, Plugins
from harness.verification import Reference, Verification, verify


def looked_at(look, implementation, case, changed=None):
    """Return the rows about purity by what was looked at."""
    problem = make_problem(case)

    def judged(given: Problem, trace) -> Judged:
        return judge(given, Subject.of(implementation, given.case), trace)

    trace = replace(run_watched(implementation, problem), changed=changed)
    first = judged(problem, trace)
    rows = look(first, implementation, judged).rows[len(first.rows) :]
    assert all(row.observable.name.startswith("purity/") for row in rows)
    assert {row.observable.kind for row in rows} | {row.layer_kind for row in rows} <= {"purity"}
    return {row.observable.name.removeprefix("purity/"): row for row in rows}


@pytest.mark.parametrize(
    ("spoil", "name", "observable"),
    [
        (impure.every_run_a_little, TWICE, KERNEL),
        (impure.every_other_run, TWICE, KERNEL),
        (impure.the_sum_of_all_problems, AFTER_ANOTHER, KERNEL),
        (impure.the_first_sample_alone, ORDER, "1/forward/dense"),
    ],
)
def test_an_answer_that_becomes_wrong_fails_the_row_of_what_it_depends_on_with_the_figures_of_the_worst(
    spoil, name, observable
):
    rows = looked_at(audit, Impure(spoil), Case(NETWORKS["dense"]))
    row = rows[name]
    assert row.verdict == "fail"
    assert f" observables are wrong, from {observable} on and most of all " in row.reason
    assert row.figures.ratio > 1
    assert row.figures.expected != row.figures.got
    assert len(row.figures.index) == 2


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (impure.fewer_answers_the_second_time, f"and then {KERNEL} is wrong: impure did not return"),
        (
            impure.more_answers_the_second_time,
            "and then 1/moon is wrong: impure returned 1/moon, which the case does not ask for",
        ),
        (impure.an_error_the_second_time, "RuntimeError: busy"),
    ],
)
def test_a_second_run_that_gives_something_else_than_numbers_fails_with_what_came(spoil, words):
    row = looked_at(audit, Impure(spoil), Case(NETWORKS["dense"]))[TWICE]
    assert row.verdict == "fail"
    assert words in row.reason
    assert row.figures is None


def test_an_answer_that_changes_within_rounding_passes_with_a_reason():
    rows = looked_at(audit, Impure(impure.one_run_one_rounding), Case(NETWORKS["dense"]))
    assert rows[TWICE].passed
    assert rows[TWICE].reason == f"answers change when the same problem is run twice, within rounding: {KERNEL}"


def test_what_changes_by_itself_is_not_put_down_to_another_problem():
    assert AFTER_ANOTHER not in looked_at(audit, Impure(impure.every_run_a_little), Case(NETWORKS["dense"]))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize("steps", [1, 2])
def test_a_pure_implementation_passes_all_that_was_looked_at_without_a_reason(network, dtype, batch_size, steps):
    case = Case(network, dtype=dtype, batch_size=batch_size, steps=steps)
    rows = looked_at(audit, Impure(), case, changed=())
    assert {(row.verdict, row.reason) for row in rows.values()} == {("pass", "")}
    expected = [INPUTS, TWICE, AFTER_ANOTHER]
    expected += [ORDER] if batch_size > 1 else []
    expected += [LEFT_OVER] if steps > 1 else []
    assert list(rows) == expected
    assert looked_at(findings, Impure(), case, changed=()) == {}


@pytest.mark.parametrize("changed", [None, ()], ids=["not looked at", "unchanged"])
@pytest.mark.parametrize("look", [findings, audit])
def test_surroundings_that_nobody_saw_changed_have_no_row(look, changed):
    assert SURROUNDINGS not in looked_at(look, Impure(), Case(NETWORKS["dense"]), changed=changed)


def test_batches_in_reverse_order_have_their_targets_with_them():
    problem = make_problem(Case(NETWORKS["dense"], steps=2))
    for before, after in zip(problem.batches, reordered(problem).batches, strict=True):
        assert isinstance(after, Batch)
        assert (after.x == before.x[::-1]).all()
        assert (after.y == before.y[::-1]).all()


@pytest.mark.parametrize("look", [findings, audit])
@pytest.mark.parametrize("optimizer", ["sgd", Adam(0.5)])
def test_what_is_left_from_the_step_before_fails_with_the_figures_of_the_first_wrong_row(look, optimizer):
    case = Case(NETWORKS["dense"], steps=2, optimizer=optimizer)
    row = looked_at(look, Impure(impure.gradients_that_add_up), case)[LEFT_OVER]
    assert row.verdict == "fail"
    assert row.reason == (
        "state is left from the step before: a run that begins with the weights before step 2 gets "
        "2/gradient/dense/kernel right"
    )
    assert row.figures.ratio > 1


def test_what_is_wrong_in_every_step_is_not_left_from_the_one_before():
    implementation = Impure(impure.a_wrong_gradient)
    assert looked_at(findings, implementation, Case(NETWORKS["dense"], steps=2)) == {}
    assert implementation.runs == 1


def test_a_run_that_wrote_into_its_inputs_has_its_row_whatever_became_of_it():
    rows = looked_at(findings, Impure(impure.writes_at_once), Case(NETWORKS["dense"]))
    assert {name: row.verdict for name, row in rows.items()} == {INPUTS: "fail"}
    assert rows[INPUTS].reason == "impure wrote into its inputs; expected it to copy what it changes"


def test_a_later_run_that_writes_into_its_inputs_is_found_and_blamed_for_nothing_else():
    rows = looked_at(audit, Impure(impure.writes_the_third_time), Case(NETWORKS["dense"]))
    assert {name: row.verdict for name, row in rows.items()} == {INPUTS: "fail"}


def test_changed_surroundings_pass_with_what_was_changed_because_they_were_put_back():
    for look in (findings, audit):
        row = looked_at(look, Impure(), Case(NETWORKS["dense"]), changed=("sys.path", "the umask"))[SURROUNDINGS]
        assert row.passed
        assert row.reason == "impure changed sys.path and the umask; its surroundings were put back"


@pytest.mark.parametrize("dtype", [object, complex])
def test_an_unjudged_array_without_numbers_is_compared_by_its_format(dtype):
    class Hiding(Impure):
        def exposes(self, case, observable):
            return observable.name != KERNEL

    def hidden(self, problem, answer):
        answer[KERNEL] = np.broadcast_to(np.array(None if dtype is object else 1j, dtype), answer[KERNEL].shape)

    assert looked_at(audit, Hiding(hidden), Case(NETWORKS["dense"]))[TWICE].passed


def test_one_case_in_sixteen_is_audited():
    case, rows = Case(NETWORKS["dense"]), Verification(Reference(Impure(), None)).rows
    passing = rows(case, Impure())
    found = sum(is_audited(Case(NETWORKS["dense"], seed=seed), passing) for seed in range(50 * AUDITED))
    # Four standard deviations of a binomial.
    assert abs(found - 50) < 4 * 50**0.5


def test_a_verification_audits_the_chosen_cases_and_no_other():
    verification = Verification(Reference(Impure(), None))
    for wanted, runs in ((True, 5), (False, 1)):
        implementation = Impure()
        rows = verification.rows(impure.audited_case(wanted), implementation)
        assert {row.verdict for row in rows} == {"pass"}
        assert {row.reason for row in rows} == {""}
        assert any(row.observable.kind == "purity" for row in rows) == wanted
        assert implementation.runs == runs


def test_a_verification_keeps_the_rows_of_observables_beside_what_an_audit_finds():
    perturbation = Impure(impure.the_sum_of_all_problems)
    rows = Verification(Reference(Impure(), None)).rows(impure.audited_case(True), perturbation)
    assert [row.observable.name for row in rows if row.failed] == ["purity/after-another-problem"]
    assert not any(row.first_wrong for row in rows)


@pytest.mark.parametrize("order", [1, -1])
def test_of_every_implementation_and_set_of_layer_kinds_one_planned_case_is_audited_in_whatever_order(order):
    cases = [Case(network, seed=seed, name=f"{seed}") for network in NETWORKS.values() for seed in range(9)]
    always = always_audited([(case, name) for case in cases for name in ("mine", "theirs")][::order])
    keys = {min(case.key for case in cases if case.network == network) for network in NETWORKS.values()}
    assert always == {(key, name) for key in keys for name in ("mine", "theirs")}


def test_networks_that_differ_in_an_activation_a_loss_or_the_number_of_steps_are_audited_each():
    one = Case(next(iter(NETWORKS.values())), name="one")
    others = [one.with_(steps=3), one.with_(loss="mean_absolute_error"), one.with_(optimizer="adam")]
    always = always_audited([(case, "mine") for case in (one, *others)])
    assert {key for key, _ in always} == {case.key for case in (one, *others)}
    assert len(always_audited([(one, "mine"), (one.with_(batch_size=7), "mine")])) == 1


def test_a_planned_run_audits_everyone_in_it_and_a_case_with_a_failure_where_it_is_the_first():
    case = impure.audited_case(False)
    for implementation, runs in ((Impure(), 5), (Impure(impure.a_wrong_gradient), 4)):
        verification = Verification(Reference(Impure(), None))
        verification.plan([(case, "impure")])
        rows = verification.rows(case, implementation)
        assert [row.verdict for row in rows if row.observable.kind == "purity"][:3] == ["pass"] * 3
        assert implementation.runs == runs


def test_what_declines_everything_is_not_audited():
    class Declining(Impure):
        def exposes(self, case, observable):
            return False

    verification = Verification(Reference(Impure(), None))
    case = impure.audited_case(True)
    verification.plan([(case, "impure")])
    assert {row.verdict for row in verification.rows(case, Declining())} == {"unobserved"}


@pytest.mark.parametrize(
    ("spoil", "verdicts"), [(None, ["pass"] * 4), (impure.every_other_run, ["pass", "fail"])], ids=["pure", "impure"]
)
def test_verify_audits_a_single_case(monkeypatch, spoil, verdicts):
    keras = Impure()
    keras.name = "keras"
    monkeypatch.setattr("harness.verification.load_plugins", lambda: Plugins((Loaded("keras", "", (keras,)),), ()))
    report = verify(Impure(spoil), impure.audited_case(False))
    assert [row.verdict for row in report.purity] == verdicts
    assert report.passed == (spoil is None)
