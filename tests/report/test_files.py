import csv
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

from harness.errors import HarnessError
from harness.pytest_plugin.recording import plain
from harness.report.columns import FORMAT_VERSION, as_text, columns, row_of
from harness.report.csv_file import CsvWriter, read_csv
from harness.report.default_writers import default_writers
from harness.report.json_file import JsonWriter
from harness.report.writer import replace_file

VERSION_1 = Path(__file__).parent / "report_of_version_1.csv"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reports.md"
HOSTILE = "<script>alert('1')</script> \"quoted\", a,b;\nsecond line\r\nthird\rfourth — naïve ☃ \x00 \u2028 </SCRIPT "


def first_cells(heading, until):
    """The code words in the first column of the table between two headings of the document."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split(f"\n## {until}\n")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


def test_every_column_is_documented_in_its_order():
    assert first_cells("report.csv", "report.json") == ["format", *columns()]


def test_every_name_in_the_json_is_documented_in_its_order(make_run, make_report, tmp_path):
    file = JsonWriter().write(make_report(make_run()), tmp_path)
    assert first_cells("report.json", "report.html") == list(json.loads(file.read_text(encoding="utf-8")))


def test_seconds_come_last():
    assert columns()[-1] == "seconds"


def test_the_csv_reads_back_as_the_same_frame(make_run, make_report, failing, tmp_path):
    rows = make_run({"1/loss": failing, "final/loss": {"verdict": "missing", "reason": "not returned"}})
    report = make_report([*rows, *make_run(implementation="theirs", case="b", key="other")])
    pandas.testing.assert_frame_equal(read_csv(CsvWriter().write(report, tmp_path)), report.to_frame())


@pytest.mark.parametrize("number", [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, math.inf, -math.inf, math.nan])
def test_floats_come_back_to_the_bit(make_run, make_report, tmp_path, number):
    report = make_report(make_run({"1/loss": {"expected": number, "got": number}}))
    back = read_csv(CsvWriter().write(report, tmp_path)).loc[2, "expected"]
    assert back.hex() == number.hex()


def test_what_plugins_say_survives_the_csv_with_its_line_breaks(make_run, make_report, tmp_path):
    rows = make_run({"1/loss": {"verdict": "error", "reason": HOSTILE}}, version=HOSTILE, implementation="NA")
    back = read_csv(CsvWriter().write(make_report(rows), tmp_path))
    expected = HOSTILE.replace("\r\n", "\n").replace("\r", "\n")
    assert back.loc[2, "reason"] == expected
    assert set(back["version"]) == {expected}
    assert set(back["implementation"]) == {"NA"}
    assert len(back) == 12


def test_half_a_surrogate_pair_loses_no_report(make_run, make_report, tmp_path):
    report = make_report(make_run({"1/loss": {"verdict": "error", "reason": "a\udc80b"}}))
    for writer in default_writers():
        writer.write(report, tmp_path)
    assert read_csv(tmp_path / "report.csv").loc[2, "reason"] == "a\\udc80b"


def test_the_order_is_stable_however_the_rows_came(make_run, make_report, tmp_path):
    runs = [make_run(case=case, implementation=name) for case in ("b-case", "a-case") for name in ("mine", "loops")]
    one = CsvWriter().write(make_report([row for run in runs for row in run]), tmp_path / "1")
    # As it comes from several processes: the runs interleaved, each in its own order.
    two = CsvWriter().write(
        make_report([row for rows in zip(*reversed(runs), strict=True) for row in rows]), tmp_path / "2"
    )
    assert one.read_bytes() == two.read_bytes()
    back = read_csv(one)
    assert list(back["case"].unique()) == ["a-case", "b-case"]
    assert list(back["implementation"])[:24] == ["loops"] * 12 + ["mine"] * 12
    assert list(back["observable"])[:2] == ["1/forward/conv2d", "1/forward/dense"]


def test_two_runs_that_differ_in_one_row_differ_in_one_line_but_for_the_seconds(
    make_run, make_report, failing, tmp_path
):
    one = CsvWriter().write(make_report(make_run()), tmp_path / "1").read_text().splitlines()
    two = CsvWriter().write(make_report(make_run({"1/loss": failing})), tmp_path / "2").read_text().splitlines()
    assert [i for i in range(13) if one[i] != two[i]] == [3]


def damaged(text, tmp_path):
    path = tmp_path / "baseline.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("name,price\nsoap,3\n", "it lacks the columns format, case, key, dtype"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "is not UTF-8 text"),
        ('a,b\n1,"2\n', "or a damaged one"),
    ],
)
def test_a_file_that_is_no_report_is_refused_by_name(tmp_path, text, message):
    path = damaged(text, tmp_path)
    with pytest.raises(HarnessError, match=message) as caught:
        read_csv(path)
    assert str(path) in str(caught.value)


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(HarnessError, match=r"none\.csv cannot be read: No such file"):
        read_csv(tmp_path / "none.csv")


def test_a_csv_without_one_column_names_it(make_run, make_report, tmp_path):
    text = CsvWriter().write(make_report(make_run()), tmp_path).read_text().replace(",ratio,", ",something,", 1)
    with pytest.raises(HarnessError, match="it lacks the column ratio"):
        read_csv(damaged(text, tmp_path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: text.rindex(",36,2 0 1")], "row 12 has 20 cells of 38"),
        (lambda text: text[: len(text) - 5], "column seconds"),
        (lambda text: text.replace("0.001", "soon", 1), "column ratio: .*'soon'"),
        (lambda text: text + text.splitlines()[-1] + "\n", "got a-case · mine · final/loss twice"),
    ],
)
def test_a_damaged_csv_is_refused(make_run, make_report, tmp_path, change, message):
    text = CsvWriter().write(make_report(make_run()), tmp_path).read_text()
    with pytest.raises(HarnessError, match=message):
        read_csv(damaged(change(text), tmp_path))


def test_a_report_of_a_later_format_is_refused(make_run, make_report, tmp_path):
    text = CsvWriter().write(make_report(make_run()), tmp_path).read_text().replace("\n2,", "\n3,")
    with pytest.raises(HarnessError, match=r"expected a report\.csv of format 1 or 2, got format 3"):
        read_csv(damaged(text, tmp_path))


def test_a_report_of_format_1_comes_back_with_the_columns_of_today():
    with VERSION_1.open(encoding="utf-8", newline="") as file:
        before = list(csv.DictReader(file))
    today = read_csv(VERSION_1)
    assert list(today) == list(columns())
    same = [name for name in columns() if name in before[0] and name not in ("index", "declared")]
    assert {"ratio", "verdict", "reason", "seconds"} <= set(same)
    for name in same:
        kept = [as_text(value).replace("nan", "") for value in today[name]]
        assert kept == [row[name] for row in before], name
    assert list(today["smallest_detectable"]) == [float(row["sens"]) for row in before]
    assert [len(causes) for causes in today["causes"] if causes] == [1, 3]
    assert list(today["causes"]) == [tuple(row["cause"].split(" | ")) if row["cause"] else () for row in before]
    assert today[["tolerance", "keras", "difference"]].isna().all().all()


def test_causes_come_back_as_they_were_whatever_they_hold(make_run, make_report, tmp_path):
    causes = ("one | two", 'three;\n"four", naïve ☃')
    report = make_report(make_run({"1/loss": {"verdict": "fail", "causes": causes}}))
    assert read_csv(CsvWriter().write(report, tmp_path)).loc[2, "causes"] == causes
    written = json.loads(JsonWriter().write(report, tmp_path).read_text(encoding="utf-8"))
    assert written["rows"][2]["causes"] == list(causes)


@pytest.mark.parametrize("cell", ['"soon"', '"[1, 2]"', '"{}"'])
def test_causes_that_are_no_list_of_texts_are_refused(make_run, make_report, tmp_path, cell):
    text = CsvWriter().write(make_report(make_run({"1/loss": {"verdict": "fail", "causes": ("?",)}})), tmp_path)
    with pytest.raises(HarnessError, match="column causes"):
        read_csv(damaged(text.read_text().replace('"[""?""]"', cell), tmp_path))


def test_the_documented_version_is_the_one_that_is_written(make_run, make_report, tmp_path):
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"| `format` | integer | version of this format: {FORMAT_VERSION} |" in text
    assert f'| `format`, `format_version` | `"harness-report"` and {FORMAT_VERSION};' in text
    report = make_report(make_run())
    assert json.loads(JsonWriter().write(report, tmp_path).read_text())["format_version"] == FORMAT_VERSION
    assert set(pandas.read_csv(CsvWriter().write(report, tmp_path))["format"]) == {FORMAT_VERSION}


def test_a_row_is_the_same_after_its_way_between_processes(make_run, failing):
    for row in make_run({"1/loss": failing | {"causes": ("a", "b")}, "final/loss": {"verdict": "missing"}}):
        assert row_of(json.loads(json.dumps(plain(row)))) == row


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_the_json_is_strict_and_has_what_the_run_found(make_run, make_report, failing, tmp_path):
    odd = {"verdict": "nonfinite", "expected": 1.0, "got": math.nan, "error": math.inf, "ratio": -math.inf}
    report = make_report(
        make_run({"1/loss": failing, "final/loss": odd, "final/forward": {"verdict": "missing", "reason": HOSTILE}}),
        findings=(HOSTILE,),
        environment={"numpy": "2"},
        planned={("a-case", "mine"): 12, ("b-case", "mine"): 7},
    )
    data = json.loads(JsonWriter().write(report, tmp_path).read_text(encoding="utf-8"), parse_constant=refuse)
    assert data["passed"] is False
    assert data["faults"] == list(report.faults)
    assert data["findings"] == list(report.noted)
    assert data["findings"][0] == HOSTILE
    assert data["counts"] == {"fail": 1, "missing": 1, "nonfinite": 1, "pass": 9}
    assert data["not_run"] == [["b-case", "mine"]]
    assert [plan["observables"] for plan in data["planned"]] == [12, 7]
    rows = {row["observable"]: row for row in data["rows"]}
    assert rows["1/loss"]["index"] == [2, 0, 1]
    assert rows["1/loss"]["got"] == -0.01182265
    figures = [rows["final/loss"][name] for name in ("expected", "got", "error", "ratio")]
    assert figures == [1.0, "nan", "inf", "-inf"]
    assert rows["final/forward"]["ratio"] is None
    assert rows["final/forward"]["reason"] == HOSTILE


def test_every_writer_reports_an_empty_and_an_interrupted_run(make_run, make_report, tmp_path):
    empty = make_report([])
    interrupted = make_report(make_run(), planned={("a-case", "mine"): 12, ("b-case", "mine"): 12})
    for report in (empty, interrupted):
        for writer in default_writers():
            assert writer.write(report, tmp_path).exists()
        assert len(read_csv(tmp_path / "report.csv")) == len(report.rows)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.csv", "report.html", "report.json"]


def test_the_default_writers_have_different_names():
    assert [writer.name for writer in default_writers()] == ["csv", "json", "html"]


def test_the_reports_folder_is_made(make_run, make_report, tmp_path):
    assert CsvWriter().write(make_report(make_run()), tmp_path / "deep" / "er").exists()


def test_a_reports_folder_that_cannot_be_written_is_a_message_with_a_way_out(make_run, make_report, tmp_path):
    (tmp_path / "reports").write_text("I am a file")
    for writer in default_writers():
        with pytest.raises(HarnessError, match=r"reports' cannot be written .*choose another with --reports DIR"):
            writer.write(make_report(make_run()), tmp_path / "reports")


def test_a_write_that_breaks_off_leaves_the_report_that_was_there(tmp_path, monkeypatch):
    replace_file(tmp_path, "report.csv", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(HarnessError, match="No space left on device"):
        replace_file(tmp_path, "report.csv", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]
    assert (tmp_path / "report.csv").read_text() == "old"


def test_importing_the_writers_imports_no_pandas():
    program = "import sys, harness.report.default_writers, harness.report.terminal; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_writer_in_the_document_runs(make_run, make_report, tmp_path):
    (program,) = re.findall(
        r"```python\n(from pathlib.*?CountsWriter.*?)```",
        DOCUMENT.read_text(encoding="utf-8").split("## A writer")[1],
        re.S,
    )
    names = {}
    exec(program, names)
    (writer,) = names["harness_writers"]()
    assert writer.write(make_report(make_run()), tmp_path).read_text() == "pass 12\n"
