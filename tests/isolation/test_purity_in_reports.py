"""Rows about purity are told and fail a run, and are counted as no observable."""

import json
from dataclasses import replace

import impure
import pytest
from impure import Impure

from harness import Report
from harness.report.baseline import compare_with
from harness.report.csv_file import CsvWriter, read_csv
from harness.report.failure import failure_text, stage
from harness.report.html_page import content
from harness.report.json_file import JsonWriter
from harness.report.junit import junit_properties
from harness.report.matrix import matrix
from harness.verification import Reference, Verification

AFTER = "purity/after-another-problem"
INPUTS = "purity/inputs-unchanged"


def rows_of(spoil=None):
    return Verification(Reference(Impure(), None)).rows(impure.audited_case(True, name="audited"), Impure(spoil))


def report_of(rows):
    return Report(tuple(rows), {("audited", "impure"): 16}, {})


@pytest.fixture(scope="module")
def pure():
    return rows_of()


@pytest.fixture(scope="module")
def spoilt():
    return rows_of(impure.the_sum_of_all_problems)


def test_passing_looks_are_counted_beside_the_observables_and_as_no_coverage(pure):
    report = report_of(pure)
    assert report.headline == "GOOD: 16 observables passed, none failed"
    assert report.coverage == {"impure": (16, 16)}
    assert "impure: 16 pass; purity: 4 pass; judged 16 of 16 observables (100 %)" in str(report)
    assert matrix(report)["purity", "impure"].passed == 4
    assert matrix(report).layer_kinds[-1] == "purity"


def test_a_failing_look_fails_the_run_and_says_which(spoilt):
    report = report_of(spoilt)
    assert report.faults == ("1 of 3 looks at purity failed",)
    assert report.coverage == {"impure": (16, 16)}
    assert "impure · audited · purity · after another problem" in str(report)


def test_a_run_in_which_only_looks_at_purity_passed_is_not_good(pure):
    declined = [row if row.observable.kind == "purity" else replace(row, verdict="unsupported") for row in pure]
    assert report_of(declined).faults == ("nothing of impure passed (16 unsupported)",)
    assert report_of(declined).coverage == {"impure": (0, 16)}


def test_a_run_whose_observables_are_all_untrusted_is_not_good_by_its_purity(pure):
    doubtful = [row if row.observable.kind == "purity" else replace(row, untrusted="all are 0") for row in pure]
    assert report_of(doubtful).faults == ("nothing that impure passed can be trusted (16 untrusted)",)
    assert any("without any row that can be trusted" in each for each in report_of(doubtful).noted)


def test_a_failure_says_how_the_answer_comes_about_and_that_the_stages_are_right(spoilt):
    lines = failure_text(spoilt).splitlines()
    assert lines[0] == "  purity · after another problem"
    assert lines[1].startswith("    worst element [")
    assert any(line.startswith("    answers change after another problem was run, and then ") for line in lines)
    assert "    what the case asks for: 16 pass" in lines


def test_a_failure_of_an_observable_is_told_first_and_its_purity_after_it():
    first = impure.audited_case(True, name="audited", steps=2)
    rows = Verification(Reference(Impure(), None)).rows(first, Impure(impure.gradients_that_add_up))
    lines = failure_text(rows).splitlines()
    assert lines[0].startswith("  step 2 · gradient of dense.kernel")
    assert any(line.startswith("    purity · no state left: state is left from the step before") for line in lines)
    assert not any("purity" in line for line in lines if "stages" in line)


def test_a_written_input_is_an_error_of_all_observables_and_a_row_of_its_own():
    rows = rows_of(impure.writes_at_once)
    assert [(row.observable.name, row.verdict) for row in rows if row.verdict != "error"] == [(INPUTS, "fail")]
    assert failure_text(rows).splitlines()[0] == "  impure raised an error; none of 16 observables can be judged"
    assert report_of(rows).coverage == {"impure": (16, 16)}


def test_files_have_the_rows_and_junit_their_verdicts(spoilt, tmp_path):
    report = report_of(spoilt)
    table = read_csv(CsvWriter().write(report, tmp_path))
    assert list(table["observable"][table["kind"] == "purity"]) == [
        row.observable.name for row in spoilt if row.observable.kind == "purity"
    ]
    written = json.loads(JsonWriter().write(report, tmp_path).read_text())
    assert written["coverage"] == {"impure": {"judged": 16, "required": 16}}
    assert len(written["rows"]) == 19
    properties = dict(junit_properties(spoilt))
    assert properties["harness.verdicts"] == "16 pass"
    assert properties["harness.purity"] == "2 pass, 1 fail"
    assert properties["harness.worst_observable"] == AFTER
    assert properties["harness.first_wrong_forward"] == ""
    assert "purity" in content(report)["layer_kinds"]


def test_a_case_that_was_not_audited_has_no_verdict_on_purity_in_junit(pure):
    assert dict(junit_properties([row for row in pure if row.observable.kind != "purity"]))["harness.purity"] == ""


def test_stages_of_purity_read_as_words(pure):
    assert stage(pure[-1]) == "purity · order of samples"


def changes_between(before, after, folder):
    earlier = read_csv(CsvWriter().write(report_of(before), folder))
    return [(c.kind, c.observable) for c in compare_with(report_of(after), earlier, "before").changes]


def test_a_look_that_finds_something_is_a_regression_and_one_that_finds_nothing_is_no_change(pure, spoilt, tmp_path):
    unaudited = [row for row in pure if row.observable.kind != "purity"]
    assert changes_between(unaudited, spoilt, tmp_path) == [("newly-failing", AFTER)]
    assert changes_between(pure, spoilt, tmp_path) == [("newly-failing", AFTER)]
    assert changes_between(unaudited, pure, tmp_path) == []
    assert changes_between(pure, unaudited, tmp_path) == []
    assert changes_between(spoilt, pure, tmp_path) == [("newly-passing", AFTER)]
    assert changes_between(spoilt, unaudited, tmp_path) == [("vanished", AFTER)]


def test_an_implementation_that_passed_without_a_look_is_a_finding_and_one_with_a_look_or_the_reference_is_none(pure):
    without = [row for row in pure if row.observable.kind != "purity"]
    told = "the purity of {} was not looked at: it computes none of the cases that are run again for that"
    assert told.format("impure") in report_of(without).noted
    assert not any("was not looked at" in each for each in report_of(pure).noted)
    keras = [replace(row, run=replace(row.run, implementation="keras")) for row in without]
    assert Report(tuple(keras), {("audited", "keras"): 16}, {}).noted == ()
