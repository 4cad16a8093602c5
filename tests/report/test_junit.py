import re
from pathlib import Path

import numpy as np

from harness.report.junit import junit_properties

DOCUMENT = Path(__file__).parents[2] / "docs" / "reports.md"


def test_the_worst_and_the_first_wrong_observable_are_named(make_run, failing):
    wrong = {"1/forward/dense": failing, "1/gradient/dense/kernel": failing | {"ratio": 1e6}}
    properties = dict(junit_properties(make_run(wrong)))
    assert properties["harness.verdicts"] == "10 pass, 2 fail"
    assert properties["harness.worst_observable"] == "1/gradient/dense/kernel"
    assert properties["harness.worst_ratio"] == "1000000.0"
    assert properties["harness.first_wrong_forward"] == "1/forward/dense"
    assert properties["harness.first_wrong_backward"] == "1/gradient/dense/kernel"
    assert properties["harness.case_key"] == "k" * 32


def test_of_a_passing_run_the_row_nearest_to_failing_is_named(make_run):
    properties = dict(junit_properties(make_run({"final/loss": {"ratio": 0.9}})))
    assert properties["harness.worst_observable"] == "final/loss"
    assert properties["harness.worst_verdict"] == "pass"
    assert properties["harness.first_wrong_forward"] == ""


def test_all_values_are_plain_strings(make_run):
    rows = make_run(seed=np.int64(3), version=np.str_("1"), ratio=np.float64(0.5), seconds=np.float64(1.0))
    properties = junit_properties(rows)
    assert {type(part) for pair in properties for part in pair} == {str}
    assert ("harness.worst_ratio", "0.5") in properties


def test_every_property_is_documented(make_run):
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## JUnit\n")[1].split("\n## ")[0]
    assert sorted(set(re.findall(r"`(harness\.\w+)`", section))) == sorted(dict(junit_properties(make_run())))
