import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from harness.report.html_page import page

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'`&amp; $data ${policy}\nnew line — ☃ \u2028 <!--"
)


class Parsed(HTMLParser):
    """The parts of a page by the way a browser reads them."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.scripts, self.styles, self.tags, self.meta = [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        if tag == "script":
            self.scripts.append([attributes.get("type", ""), ""])
        if tag == "style":
            self.styles.append("")
        if tag == "meta" and "http-equiv" in attributes:
            self.meta[attributes["http-equiv"]] = attributes["content"]

    def handle_data(self, data):
        if self.lasttag == "script" and self.scripts:
            self.scripts[-1][1] += data
        if self.lasttag == "style":
            self.styles[-1] += data

    def handle_endtag(self, tag):
        self.lasttag = ""

    @property
    def data(self):
        return json.loads(self.scripts[0][1])


def column(data, name):
    (found,) = (each for each in data["columns"] if each["name"] == name)
    return [found["values"][code] for code in found["codes"]] if "codes" in found else found["values"]


@pytest.fixture
def hostile(make_run, make_report):
    rows = make_run({"1/loss": {"verdict": "error", "reason": HOSTILE}}, implementation=HOSTILE, version=HOSTILE)
    return make_report(
        rows,
        findings=(HOSTILE,),
        environment={HOSTILE: HOSTILE},
        tests={("a-case", HOSTILE): HOSTILE},
    )


def test_nothing_from_a_plugin_becomes_markup(hostile, make_run, make_report):
    page_of_hostile, harmless = Parsed(page(hostile)), Parsed(page(make_report(make_run())))
    assert page_of_hostile.tags == harmless.tags
    assert [kind for kind, _ in page_of_hostile.scripts] == ["application/json", ""]
    assert page(hostile).count("<script") == 2
    assert "<img" not in page(hostile)


def test_what_a_plugin_said_is_in_the_data_as_it_said_it(hostile):
    data = Parsed(page(hostile)).data
    assert data["findings"][0] == HOSTILE
    assert data["environment"] == [[HOSTILE, HOSTILE]]
    assert column(data, "reason")[2] == HOSTILE
    assert set(column(data, "implementation")) == {HOSTILE}


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(hostile):
    parsed = Parsed(page(hostile))

    def digest(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    policy = parsed.meta["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == digest(parsed.scripts[1][1])
    assert directives["style-src"] == digest(parsed.styles[0])
    assert "unsafe" not in policy


def test_the_policy_stands_before_everything_that_it_governs(hostile):
    text = page(hostile)
    assert text.index("Content-Security-Policy") < min(text.index("<style"), text.index("<script"))


def test_the_page_loads_nothing(make_run, make_report):
    text = page(make_report(make_run()))
    assert not re.search(r"https?:|\bsrc=|\bhref=|@import|url\(", text)


def test_the_script_puts_text_on_the_page_in_one_way_only():
    script = files("harness.report").joinpath("page.js").read_text(encoding="utf-8")
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval", "Function(", "setHTML"):
        assert way not in script
    assert "textContent" in script


def test_a_planted_failure_is_in_the_data_with_all_its_digits(make_run, make_report, failing):
    data = Parsed(page(make_report(make_run({"1/loss": failing | {"expected": 0.1 + 0.2}})))).data
    assert data["passed"] is False
    assert data["faults"] == ["1 of 12 observables failed"]
    assert column(data, "verdict")[2] == "fail"
    assert column(data, "expected")[2] == 0.1 + 0.2
    assert column(data, "index")[2] == "[2, 0, 1]"
    assert column(data, "repeat")[2] == "pytest 'cases/test_it.py::test_it[a-case-mine]'"
    kinds, cells = data["layer_kinds"], data["matrix"]
    assert cells[kinds.index("MeanSquaredError")] == [[2, 1, 0]]
    assert cells[kinds.index("Conv2D")] == [[4, 0, 0]]


def test_a_good_run_is_called_good(make_run, make_report):
    data = Parsed(page(make_report(make_run()))).data
    assert data["passed"] is True
    assert data["faults"] == []


def test_an_interrupted_run_names_what_was_not_carried_out(make_run, make_report):
    report = make_report(make_run(), planned={("a-case", "mine"): 12, ("b-case", "mine"): 12})
    assert Parsed(page(report)).data["not_run"] == ["b-case by mine"]


def test_numbers_that_json_lacks_are_texts(make_run, make_report):
    odd = {"verdict": "nonfinite", "got": math.nan, "ratio": math.inf}
    missing = {"verdict": "missing", "reason": "not returned"}
    data = Parsed(page(make_report(make_run({"1/loss": odd, "final/loss": missing})))).data
    assert column(data, "got")[2] == "nan"
    assert column(data, "ratio")[2] == "inf"
    assert column(data, "expected")[11] is None


def test_five_thousand_rows_fit_in_two_megabytes(make_run, make_report, failing):
    rows = []
    for i in range(418):
        case = f"conv2d-{i}-of-a-rather-long-name-kernel3x2-stride2-same-dilation1-float32"
        different = {"expected": math.sin(i), "got": math.cos(i), "error": math.exp(-i / 7), "ratio": math.tan(i) ** 2}
        for row_number, row in enumerate(make_run(case=case, key=f"{i:032x}", seed=i, seconds=i / 7)):
            changed = {name: value * (1 + row_number / 97) for name, value in different.items()}
            wrong = {"verdict": "fail", "reason": failing["reason"]} if i % 2 else {}
            rows.append(replace(row, figures=replace(row.figures, **changed), **wrong))
    assert len(rows) > 5000
    assert len(page(make_report(rows)).encode()) < 2_000_000
