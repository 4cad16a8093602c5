"""The examples in C and JavaScript: built as documented, right on cases of the suite, and wrong where a fault is."""

import runpy
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from harness.cases.case import Case
from harness.cases.data import ties
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.operators.layers import Conv2D, Dense, Flatten, MaxPooling2D
from harness.workers.programs import Process

ROOT = Path(__file__).parents[2]
C = ROOT / "docs" / "examples" / "c"
JAVASCRIPT = ROOT / "docs" / "examples" / "javascript"

needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler named cc is installed")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

WARNINGS = ("-Wall", "-Wextra", "-Wno-sign-compare", "-Werror")

# Collections of the suite by file and name, and of how many cases one is taken where each starts a process.
COLLECTIONS = (
    ("test_convolution.py", "WINDOWS", 7),
    ("test_dense.py", "SIZES", 3),
    ("test_dense.py", "FUSED_ACTIVATIONS", 3),
    ("test_max_pooling.py", "WINDOWS", 9),
    ("test_max_pooling.py", "STACKS", 4),
    ("test_flatten.py", "FLATTENED", 3),
    ("test_training.py", "CNNS", 1),
)


def collection(file, name):
    return tuple(runpy.run_path(str(ROOT / "cases" / file))[name])


def build(folder, *options, change=("", "")):
    """Compile the example with one passage replaced by another, and return the program."""
    before, after = change
    for file in C.iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "network.c" and before:
            assert text.count(before) == 1
            text = text.replace(before, after)
        (folder / file.name).write_text(text, encoding="utf-8")
    flags = () if before else WARNINGS
    subprocess.run(["cc", "-O2", *flags, *options, "network.c", "-o", "network"], cwd=folder, check=True, timeout=60)
    return folder / "network"


def rows_of(process, case):
    problem = make_problem(case)
    return judge(problem, Subject.of(process, case), run(process, problem)).rows


def agreement(process, cases, seldom=1):
    """Return how many rows passed and which were declined; anything else is an error of the example."""
    verdicts = Counter()
    for case in cases[::seldom]:
        rows = rows_of(process, case)
        assert [(row.observable.name, row.reason) for row in rows if row.failed] == [], case.name
        verdicts.update(row.verdict for row in rows)
    assert set(verdicts) <= {"pass", "unsupported"}
    return verdicts


def first_failure(process, case):
    failed = [row for row in rows_of(process, case) if row.failed]
    return failed[0].observable.name if failed else None


@pytest.fixture(scope="session")
def c_programs(tmp_path_factory):
    """Programs by format and way."""
    options = {"float32": (), "float64": ("-DReal=double",)}
    ways = {"folders": (), "worker": ("-DWORKER",)}
    return {
        (dtype, way): build(tmp_path_factory.mktemp("c"), *options[dtype], *ways[way])
        for dtype in options
        for way in ways
    }


@needs_cc
@pytest.mark.parametrize(("file", "name", "seldom"), COLLECTIONS)
def test_the_c_example_is_right_on_the_suite_s_cases_one_shot(c_programs, file, name, seldom):
    process = Process("c", [c_programs["float32", "folders"]])
    cases = [case for case in collection(file, name) if case.dtype == "float32"]
    assert agreement(process, cases, seldom)["pass"] > 0


@needs_cc
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("file", "name", "seldom"), COLLECTIONS)
def test_the_c_example_is_right_on_the_suite_s_cases_as_a_worker(c_programs, file, name, seldom, dtype):
    process = Process("c", [c_programs[dtype, "worker"]], way="worker")
    cases = [case.with_(dtype=dtype) for case in collection(file, name)]
    assert agreement(process, cases)["pass"] > 0
    process.close()


@needs_node
@pytest.mark.parametrize(("file", "name", "seldom"), COLLECTIONS)
def test_the_javascript_example_is_right_on_the_suite_s_cases_as_a_worker(file, name, seldom):
    process = Process("javascript", ["node", JAVASCRIPT / "network.mjs"], way="worker")
    assert agreement(process, collection(file, name))["pass"] > 0
    process.close()


@needs_node
def test_the_javascript_example_is_right_one_shot():
    process = Process("javascript", ["node", JAVASCRIPT / "network.mjs"])
    assert agreement(process, collection("test_training.py", "CNNS"), 6)["pass"] > 0


# Every stage of the examples has something to get wrong here, and both steps of it.
TRAINED = Case(
    Network((5, 7, 3), (Conv2D(3, (3, 2), activation="relu"), MaxPooling2D(2, 1), Flatten(), Dense(2))),
    batch_size=3,
    steps=2,
)
TIED = Case(Network((7, 5, 3), (MaxPooling2D((3, 2), 1),)), batch_size=3, data=ties)


C_FAULTS = [
    (("l->relu && sum < 0 ? 0 : sum", "sum"), TRAINED, "1/forward/conv2d"),
    (("sum += l->w.at[k]", "sum += (k > 2) * l->w.at[k]"), TRAINED, "1/forward/conv2d"),
    (("loss.at[0] += dy.at[i] * dy.at[i] / x.size", "loss.at[0] += dy.at[i] * dy.at[i]"), TRAINED, "1/loss"),
    (("dy.at[i] *= 2.0 / x.size", "dy.at[i] *= 1.0 / x.size"), TRAINED, "1/backward/loss"),
    (("l->db.at[o % units] += d", "l->db.at[o % units] += dy ? dy[o] / 2 : 0"), TRAINED, "1/gradient/dense/bias"),
    (("l->dx.at[i] += l->w.at[k] * d", "l->dx.at[i] -= l->w.at[k] * d"), TRAINED, "1/backward/dense"),
    (("(l->relu && l->y.at[o] <= 0)", "0"), TRAINED, "1/gradient/conv2d/kernel"),
    (("> l->x.at[best]", ">= l->x.at[best]"), TIED, "1/backward/max_pooling2d"),
    (("w.at[i] -= rate", "w.at[i] += rate"), TRAINED, "1/update/conv2d/kernel"),
    (("rate * dw.at[i]", "rate * dw.at[i] * step"), TRAINED, "2/update/conv2d/kernel"),
]


@needs_cc
@pytest.mark.parametrize(
    ("change", "case", "stage"), C_FAULTS, ids=[fault[2] + " " + fault[0][1] for fault in C_FAULTS]
)
def test_a_fault_in_the_c_example_fails_first_at_its_stage(tmp_path, change, case, stage):
    assert first_failure(Process("c", [build(tmp_path, change=change)]), case) == stage


@needs_cc
@pytest.mark.parametrize("case", [TRAINED, TIED], ids=["trained", "tied"])
def test_without_a_fault_the_c_example_fails_nowhere_on_the_same_cases(c_programs, case):
    assert first_failure(Process("c", [c_programs["float32", "folders"]]), case) is None


JAVASCRIPT_FAULTS = [
    (("Math.max(value, 0)", "Math.abs(value)"), TRAINED, "1/forward/conv2d"),
    (("(2 * value) / off.length", "value / off.length"), TRAINED, "1/backward/loss"),
    (
        ("gradients.kernel.at[w] += d[o] * x[i]", "gradients.kernel.at[w] = d[o] * x[i]"),
        TRAINED,
        "1/gradient/dense/kernel",
    ),
    (("y[o] > 0 ? value : 0", "value"), TRAINED, "1/gradient/conv2d/kernel"),
    (("x[at(r, c, f)] > x[best]", "x[at(r, c, f)] >= x[best]"), TIED, "1/backward/max_pooling2d"),
]


@needs_node
@pytest.mark.parametrize(
    ("change", "case", "stage"), JAVASCRIPT_FAULTS, ids=[fault[2] + " " + fault[0][1] for fault in JAVASCRIPT_FAULTS]
)
def test_a_fault_in_the_javascript_example_fails_first_at_its_stage(tmp_path, change, case, stage):
    before, after = change
    for file in ("network.mjs", "protocol.mjs"):
        text = (JAVASCRIPT / file).read_text(encoding="utf-8")
        assert text.count(before) == (file == "network.mjs")
        (tmp_path / file).write_text(text.replace(before, after), encoding="utf-8")
    assert first_failure(Process("javascript", ["node", tmp_path / "network.mjs"]), case) == stage


@needs_node
@pytest.mark.parametrize("case", [TRAINED, TIED], ids=["trained", "tied"])
def test_without_a_fault_the_javascript_example_fails_nowhere_on_the_same_cases(case):
    assert first_failure(Process("javascript", ["node", JAVASCRIPT / "network.mjs"]), case) is None


@needs_cc
def test_the_program_for_one_format_declines_the_other(c_programs):
    process = Process("c", [c_programs["float64", "folders"]])
    trace = run(process, make_problem(TRAINED))
    assert (trace.status, trace.reason) == ("unsupported", "dtype float32")


def lines(*files):
    """Count lines with code: blank ones, those of the preprocessor and those of a comment alone are none."""
    text = [line.strip() for file in files for line in (C / file).read_text(encoding="utf-8").splitlines()]
    return sum(
        bool(line) and not line.startswith("#") and not (line.startswith("/*") and line.endswith("*/")) for line in text
    )


def test_the_c_example_has_at_most_120_lines_and_its_protocol_60():
    assert lines("network.c", "folders.h", "tensor.h") <= 120
    assert lines("folders.h", "tensor.h") <= 60
    assert lines("frames.h", "tensor.h") <= 60
    assert max(len(line) for file in C.iterdir() for line in file.read_text(encoding="utf-8").splitlines()) <= 120


@needs_node
def test_the_javascript_example_s_file_is_an_implementation_as_it_stands():
    mine = runpy.run_path(str(JAVASCRIPT / "mine.py"))["mine"]
    assert agreement(mine, [TRAINED, TIED])["pass"] > 0
    mine.close()


@needs_cc
def test_the_c_example_s_file_is_an_implementation_once_it_is_built(tmp_path):
    trace = run(runpy.run_path(str(shutil.copy(C / "mine.py", tmp_path)))["mine"], make_problem(TRAINED))
    assert "there is no ./network" in trace.reason
    build(tmp_path)
    assert agreement(runpy.run_path(str(tmp_path / "mine.py"))["mine"], [TRAINED, TIED])["pass"] > 0
