"""Made-up rows and reports; their figures mean nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from harness.judging.row import Row
from harness.report import Report
from harness.report.columns import columns, row_of

MakeRow = Callable[..., Row]
MakeReport = Callable[..., Report]

# One convolution and one dense layer in the order of computation.
OBSERVABLES = (
    ("1/forward/conv2d", "forward", 1, "conv2d", ""),
    ("1/forward/dense", "forward", 1, "dense", ""),
    ("1/loss", "loss", 1, "loss", ""),
    ("1/backward/loss", "backward", 1, "loss", ""),
    ("1/gradient/dense/kernel", "gradient", 1, "dense", "kernel"),
    ("1/backward/dense", "backward", 1, "dense", ""),
    ("1/gradient/conv2d/kernel", "gradient", 1, "conv2d", "kernel"),
    ("1/backward/conv2d", "backward", 1, "conv2d", ""),
    ("1/update/conv2d/kernel", "update", 1, "conv2d", "kernel"),
    ("1/update/dense/kernel", "update", 1, "dense", "kernel"),
    ("final/forward", "forward", 0, "dense", ""),
    ("final/loss", "loss", 0, "loss", ""),
)
KINDS = {"conv2d": "Conv2D", "dense": "Dense", "loss": "MeanSquaredError"}
PASSING = {
    "elements": 36, "index": (2, 0, 1), "expected": 0.5, "got": 0.5, "error": 0.0, "tolerance": 1e-6, "keras": 0.5,
    "difference": 1e-8, "ratio": 0.001, "t": 0.008, "rms": 0.004, "bound": 0.001, "smallest_detectable": 3e-7,
    "end_to_end": 0.01,
}  # fmt: skip
FIGURES = {
    "elements": 36, "index": (2, 0, 1), "expected": 0.03417206, "got": -0.01182265, "error": 0.04599471,
    "tolerance": 1.0644e-05, "keras": 0.03417206, "difference": 0.05, "ratio": 4321.0, "t": 34568.0, "rms": 900.0,
    "bound": 123.0, "smallest_detectable": 6e-7, "end_to_end": None,
}  # fmt: skip
FAILING = FIGURES | {
    "verdict": "fail", "reason": "not what mine's own values before it give: t = 3.46e+04 exceeds 8",
    "witnesses": "Keras in float64 and float32 side with the expected value",
}  # fmt: skip


@pytest.fixture
def make_row() -> MakeRow:
    def make(observable: str = "1/forward/conv2d", **changes: Any) -> Row:
        """A row by columns; a passing one, and one of which some figures are given, has all figures."""
        known = {each[0]: each for each in OBSERVABLES}
        _, kind, step, layer, part = known.get(observable, (observable, "extra", 0, "", ""))
        made = dict.fromkeys(columns(), "") | {
            "case": "a-case", "key": "k" * 32, "dtype": "float32", "seed": 0, "implementation": "mine",
            "version": "1", "observable": observable, "kind": kind, "shape": (4, 3, 3), "step": step, "layer": layer,
            "layer_kind": KINDS.get(layer, ""), "part": part, "verdict": "pass", "causes": (), "seconds": 0.25,
        }  # fmt: skip
        figures = dict.fromkeys(FIGURES) | {"elements": 0, "index": ()}
        if changes.get("verdict", "pass") == "pass":
            figures |= PASSING
        elif changes.keys() & FIGURES.keys():
            figures |= FIGURES
        return row_of([(made | figures | changes)[name] for name in columns()])

    return make


@pytest.fixture
def make_run(make_row: MakeRow) -> Callable[..., list[Row]]:
    """All rows of one run; ``wrong`` replaces fields of the observables it names."""

    def make(wrong: dict[str, dict[str, Any]] | None = None, **changes: Any) -> list[Row]:
        return [make_row(each[0], **(changes | (wrong or {}).get(each[0], {}))) for each in OBSERVABLES]

    return make


@pytest.fixture
def make_report() -> MakeReport:
    def make(rows: Sequence[Row], **changes: Any) -> Report:
        planned = Counter((row.run.case, row.run.implementation) for row in rows if row.verdict != "extra")
        tests = {pair: f"cases/test_it.py::test_it[{pair[0]}-{pair[1]}]" for pair in planned}
        return Report(
            **({"rows": tuple(rows), "planned": planned, "environment": {"numpy": "2"}, "tests": tests} | changes)
        )

    return make


@pytest.fixture
def failing() -> dict[str, Any]:
    return dict(FAILING)
