from pathlib import Path

import pytest

from harness.report.notebook import as_html
from harness.report.terminal import percentage, summary

SCRIPT = "<script>alert(1)</script>"


def test_a_planted_failure_is_in_the_summary_with_its_place_and_size(make_run, make_report, failing):
    rows = make_run(implementation="loops") + make_run({"1/gradient/conv2d/kernel": failing})
    lines = summary(make_report(rows), [Path("reports/report.html")])
    assert "the failing observable" in lines
    assert "  mine · a-case · step 1 · gradient of conv2d.kernel" in lines
    assert any(line.startswith("    4,300 times what rounding can explain; worst element [2, 0, 1]") for line in lines)
    assert lines[-4:] == ["NOT GOOD", "  1 of 24 observables failed", "", "reports: reports/report.html"]


def test_a_good_run_lists_no_failures(make_run, make_report):
    lines = summary(make_report(make_run()))
    assert not any("worst" in line or "FAIL" in line for line in lines)
    assert lines[-1] == "GOOD: 12 observables passed, none failed"


def test_the_matrix_counts_each_layer_kind_and_the_loss(make_run, make_report, failing):
    unseen = {"verdict": "unobserved", "reason": "not shown"}
    rows = make_run(implementation="loops") + make_run({"1/forward/conv2d": failing, "1/loss": unseen})
    assert summary(make_report(rows))[:4] == [
        "                  loops   mine",
        "Conv2D            4 pass  3 pass, 1 FAIL",
        "Dense             5 pass  5 pass",
        "MeanSquaredError  3 pass  2 pass, 1 not judged",
    ]


def test_one_bug_in_many_cases_is_shown_once_with_its_worst_case(make_run, make_report, failing):
    rows = []
    for i in range(30):
        rows += make_run({"1/gradient/dense/kernel": failing | {"ratio": 2.0 + i}}, case=f"case-{i:02}")
    lines = summary(make_report(rows))
    start = lines.index("the worst of 30 failing observables")
    assert lines[start + 1] == (
        "  mine · case-29 · step 1 · gradient of dense.kernel (and 29 more like it; 30 cases in all)"
    )
    assert len([line for line in lines[start:] if line.startswith("  mine · ")]) == 1


def test_the_worst_of_many_stages_come_first_and_at_most_ten_are_shown(make_run, make_report, failing):
    rows = []
    for i in range(30):
        rows += make_run({"1/loss": failing | {"ratio": 2.0 + i, "layer_kind": f"Loss{i:02}"}}, case=f"case-{i:02}")
    lines = summary(make_report(rows))
    start = lines.index("the worst of 30 failing observables")
    shown = [line for line in lines[start:] if line.startswith("  mine · ")]
    assert len(shown) == 10
    assert shown[0] == "  mine · case-29 · step 1 · loss"
    assert "  and 20 at other stages" in lines


def test_passes_that_cannot_be_trusted_are_counted(make_run, make_report):
    doubtful = {"untrusted": "95% of the expected values are 0"}
    lines = summary(make_report(make_run({"1/loss": doubtful, "1/forward/dense": doubtful})))
    assert "mine: 12 pass (2 of the passes untrusted); judged 12 of 12 observables (100 %)" in lines
    assert lines[-1] == "GOOD: 12 observables passed (2 of them untrusted), none failed"


def test_a_failure_without_a_figure_is_worse_than_any_figure(make_run, make_report, failing):
    rows = make_run({"1/loss": failing | {"ratio": 1e30}}) + make_run(
        {"1/loss": {"verdict": "missing", "reason": "mine did not return 1/loss"}}, case="b-case"
    )
    lines = summary(make_report(rows))
    worst = lines[lines.index("the worst of 2 failing observables") + 1]
    assert worst == "  mine · b-case · step 1 · loss (and 1 more like it; 2 cases in all)"


def test_one_reason_that_ends_many_cases_is_shown_once(make_run, make_report, failing):
    rows = make_run({"1/loss": failing}, case="other")
    for i in range(30):
        reason = f"  File x\nTypeError: no dy\nin step 1, backward of dense_{i} with dy ({i}, 3): TypeError: no dy"
        rows += make_run(case=f"case-{i:02}", verdict="error", reason=reason)
    rows += make_run(case="case-zz", verdict="error", reason="  File x\nTypeError: no x\nin step 1, forward of dense")
    lines = summary(make_report(rows))
    assert "  mine · case-00 and 29 more cases for the same reason" in lines
    assert "  mine · case-zz" in lines
    assert "  mine · other · step 1 · loss" in lines


def test_findings_and_what_was_not_carried_out_are_listed(make_run, make_report):
    planned = {("a-case", "mine"): 12} | {(f"b-{i}", "mine"): 12 for i in range(30)}
    lines = summary(make_report(make_run(), findings=("plugin 'x' (x.py): no\nsecond line",), planned=planned))
    start = lines.index("findings")
    assert lines[start + 1 : start + 3] == ["  plugin 'x' (x.py): no", "    second line"]
    assert "  b-0 by mine" in lines
    assert "  and 25 more" in lines
    assert "mine: 12 pass; judged 12 of 372 observables (3.2 %)" in lines


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 1, "100 %"), (9999, 10_000, "99.9 %"), (1, 10_000, "0.1 %"), (0, 3, "0 %"), (0, 0, "nothing required")],
)
def test_a_percentage_rounds_nothing_away(part, whole, text):
    assert percentage(part, whole) == text


def test_no_line_holds_a_control_character(make_run, make_report):
    rows = make_run(verdict="error", reason="\x1b[2J", implementation="\x1b]0;x\x07\ny", case="a")
    lines = summary(make_report(rows, findings=("\x1b[1m",)))
    assert all(line.isprintable() for line in lines)


def test_many_implementations_make_several_blocks_of_bounded_width(make_run, make_report):
    rows = [row for i in range(9) for row in make_run(implementation=f"implementation-{i}")]
    lines = summary(make_report(rows))
    heads = [line.split() for line in lines if line.startswith("  ") and line.strip().startswith("implementation-")]
    assert [len(head) for head in heads] == [4, 4, 1]


def test_the_notebook_shows_failures_escaped(make_run, make_report, failing):
    html = as_html(
        make_report(
            make_run({"1/loss": {"verdict": "shape", "reason": SCRIPT}}, implementation=SCRIPT),
            findings=(SCRIPT,),
        )
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert "NOT GOOD: 1 of 12 observables failed" in html


def test_the_notebook_of_a_good_run_lists_no_failure(make_run, make_report):
    html = make_report(make_run())._repr_html_()
    assert "GOOD: 12 observables passed" in html
    assert "worst" not in html
