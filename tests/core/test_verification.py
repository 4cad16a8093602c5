"""One case and one implementation: the reference is checked, marginal failures are looked at twice."""

import numpy as np
import pytest

from harness import Dense, Implementation, Report
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.diagnosis.reproducing import Diagnosis
from harness.numerics import FLOAT32
from harness.stores.oracle import Oracle
from harness.verdict.expected import local
from harness.verification import Check, Reference, Verification, in_float64

CASE = Case(Network((400,), (Dense(5), Dense(3, "tanh"))), batch_size=4, name="wide")
KERNEL = "1/gradient/dense/kernel"
FORWARD = "1/forward/dense"


class Based(Implementation):
    """Right numbers, some of them changed by a function."""

    def __init__(self, honest, change=None, name="mine"):
        self.name = name
        self.honest = honest
        self.change = change or (lambda problem, shown: {})
        self.runs = 0

    def run(self, problem):
        self.runs += 1
        shown = dict(self.honest.run(problem))
        return {**shown, **self.change(problem, shown)}


def doubled(problem, shown):
    return {KERNEL: 2 * shown[KERNEL]}


@pytest.fixture
def verification(vectorized):
    return Verification(Reference(Based(vectorized, name="keras"), None))


def by_name(rows):
    return {row.observable.name: row for row in rows}


def test_keras_that_agrees_with_the_definition_stands_nowhere_alone(vectorized):
    reference = Reference(Based(vectorized, name="keras"), None)
    assert reference.check(make_problem(CASE).astype("float64")) == Check(frozenset())


def test_where_keras_stands_alone_nobody_else_is_blamed_and_the_row_says_so(vectorized):
    verification = Verification(Reference(Based(vectorized, doubled, "keras"), None))
    mine = Based(vectorized)
    rows = by_name(verification.rows(CASE, mine))
    assert all(row.passed for row in rows.values())
    # The step that Keras took with its doubled gradient is another than the right one gives.
    assert {name for name, row in rows.items() if row.reference == "stands alone"} == {KERNEL, "1/update/dense/kernel"}
    required = sum(row.required for row in rows.values())
    report = Report(tuple(rows.values()), {(CASE.name, "mine"): required}, {})
    assert any("Keras in float64 differs from the definition in 2 observables (Dense)" in each for each in report.noted)


def test_a_reference_that_fails_is_an_error_of_every_row(vectorized):
    def stumble(problem, shown):
        raise MemoryError("out of memory")

    verification = Verification(Reference(Based(vectorized, stumble, "keras"), None))
    rows = verification.rows(CASE, Based(vectorized))
    assert {row.verdict for row in rows} == {"error"}
    assert rows[0].reason.startswith("Keras, the reference, could not compute this case: ")
    assert "out of memory" in rows[0].reason


@pytest.mark.parametrize("dtype", [object, str, complex])
@pytest.mark.parametrize("name", [FORWARD, KERNEL])
def test_what_holds_no_numbers_ends_as_a_row_of_its_format_with_witnesses_and_diagnosis_at_work(
    vectorized, name, dtype
):
    verification = Verification(
        Reference(Based(vectorized, name="keras"), None), Based(vectorized, name="loops"), Diagnosis([], {})
    )

    def words(problem, shown):
        return {name: np.full(shown[name].shape, "1j" if dtype is not complex else 1j).astype(dtype)}

    (row, *_) = [row for row in verification.rows(CASE, Based(vectorized, words)) if row.failed]
    assert (row.observable.name, row.verdict) == (name, "dtype")


def test_what_was_found_out_about_keras_is_stored(vectorized, tmp_path):
    keras = Based(vectorized, doubled, "keras")
    for _ in range(2):
        oracle = Oracle(tmp_path / "oracle.sqlite")
        check = Reference(keras, oracle).check(make_problem(CASE).astype("float64"))
        assert KERNEL in check.alone
        oracle.close()
    assert keras.runs == 1


def test_another_version_of_the_verdict_finds_out_anew_from_stored_results(vectorized, tmp_path, monkeypatch):
    keras = Based(vectorized, name="keras")
    oracle = Oracle(tmp_path / "oracle.sqlite")
    problem = make_problem(CASE).astype("float64")
    Reference(keras, oracle).check(problem)
    before = len(oracle)
    monkeypatch.setattr("harness.verification.VERDICT_VERSION", -1)
    Reference(keras, oracle).check(problem)
    assert len(oracle) == before + 1
    assert keras.runs == 1
    oracle.close()


def marginal(problem, shown):
    """Return an output off by 12 standard deviations in one element, far below the worst case."""
    estimate = local(problem, shown, FLOAT32)[FORWARD].estimate
    off = np.array(shown[FORWARD])
    off[2, 1] = estimate.value[2, 1] + 12 * np.sqrt(estimate.variance[2, 1])
    assert 12 * np.sqrt(estimate.variance[2, 1]) < estimate.worst_case[2, 1]
    return {FORWARD: off}


def test_a_marginal_failure_that_is_gone_with_jittered_inputs_is_marginal(vectorized, verification):
    original = make_problem(CASE).batches[0].x

    def only_here(problem, shown):
        return marginal(problem, shown) if np.array_equal(problem.batches[0].x, original) else {}

    row = by_name(verification.rows(CASE, Based(vectorized, only_here)))[FORWARD]
    assert row.verdict == "pass"
    assert row.reason.startswith("marginal: ")
    assert row.untrusted
    assert row.first_wrong == ""


def test_a_marginal_failure_that_persists_is_a_failure(vectorized, verification):
    row = by_name(verification.rows(CASE, Based(vectorized, marginal)))[FORWARD]
    assert row.verdict == "fail"
    assert row.reason.endswith("it persists with inputs jittered by 1 %")
    assert row.first_wrong == "forward"


def test_a_failure_that_is_not_marginal_is_not_looked_at_again(vectorized, verification):
    mine = Based(vectorized, doubled)
    row = by_name(verification.rows(CASE, mine))[KERNEL]
    assert row.verdict == "fail"
    assert mine.runs == 1


def test_witnesses_are_heard_about_the_first_failing_rows(vectorized):
    verification = Verification(
        Reference(Based(vectorized, name="keras"), None), second_witness=Based(vectorized, name="loops")
    )
    rows = verification.rows(CASE, Based(vectorized, doubled))
    told = {row.observable.name: row.witnesses for row in rows if row.witnesses}
    everyone = "Keras in float64, Keras in float32, loops and finite differences side with the expected value"
    assert told[KERNEL] == everyone
    assert set(told) == {row.observable.name for row in rows if row.first_wrong}


def test_the_same_numbers_in_float64_belong_to_the_float64_case():
    problem = in_float64(make_problem(CASE))
    assert (problem.case.dtype, problem.dtype.name) == ("float64", "float64")
    assert np.array_equal(problem.batches[0].x, make_problem(CASE).batches[0].x)


def test_every_compared_row_says_how_far_it_is_from_keras(vectorized, verification):
    rows = by_name(verification.rows(CASE, Based(vectorized, doubled)))
    problem = make_problem(CASE)
    keras = vectorized.run(problem.astype("float64"))
    mine = {**vectorized.run(problem), **doubled(problem, vectorized.run(problem))}
    assert rows[KERNEL].failed
    assert rows[FORWARD].passed
    for name in keras:
        found = rows[name].figures
        assert found.keras == keras[name][found.index]
        assert found.difference == np.abs(mine[name] - keras[name]).max()
        assert (found.error > found.tolerance) == rows[name].failed


def test_keras_in_float32_is_compared_with_keras_in_float64(vectorized):
    keras = Based(vectorized, name="keras")
    row = by_name(Verification(Reference(keras, None)).rows(CASE, keras))[FORWARD]
    assert row.figures.keras == vectorized.run(make_problem(CASE).astype("float64"))[FORWARD][row.figures.index]


def test_what_everything_is_compared_with_is_compared_with_nothing(vectorized):
    keras = Based(vectorized, name="keras")
    rows = Verification(Reference(keras, None)).rows(CASE.with_(dtype="float64"), keras)
    assert {(row.figures.keras, row.figures.difference) for row in rows} == {(None, None)}


def test_keras_is_asked_once_for_all_implementations_of_a_case_and_never_where_it_is_stored(vectorized, tmp_path):
    for oracle, runs in ((None, 1), (Oracle(tmp_path / "oracle.sqlite"), 1), (Oracle(tmp_path / "oracle.sqlite"), 0)):
        keras = Based(vectorized, name="keras")
        verification = Verification(Reference(keras, oracle))
        for name in ("mine", "theirs"):
            rows = verification.rows(CASE, Based(vectorized, name=name))
            assert all(row.figures.keras is not None for row in rows if row.required)
        assert keras.runs == runs
        if oracle is not None:
            oracle.close()


def test_where_there_is_no_result_keras_is_not_asked_for_its_numbers(vectorized, tmp_path, monkeypatch):
    def stumble(problem, shown):
        raise MemoryError("out of memory")

    oracle = Oracle(tmp_path / "oracle.sqlite")
    reference = Reference(Based(vectorized, name="keras"), oracle)
    reference.check(make_problem(CASE).astype("float64"))
    monkeypatch.setattr(Reference, "trace", stumble)
    rows = Verification(reference).rows(CASE, Based(vectorized, stumble))
    assert {(row.verdict, row.figures) for row in rows} == {("error", None)}
    oracle.close()
