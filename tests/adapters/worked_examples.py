"""The worked examples in docs/examples: their cases, and the text of what the harness says about each.

``python tests/adapters/worked_examples.py`` writes the texts anew.
"""

import sys
from pathlib import Path

from harness import Case, Conv2D, Dense, Flatten, MaxPooling2D, Network, SparseCategoricalCrossentropy
from harness.implementation.contract import Implementation
from harness.plugins.loading import load_plugins
from harness.report import Report
from harness.report.failure import failure_text
from harness.report.severity import counted
from harness.verification import verification_with

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
# Lines of the adapter, without imports and blank lines.
LIMITS = {"channels_first_classes": 15, "updating_backward": 25, "functions_with_caches": 25, "fit_and_predict": 25}
SIZES = (9, 8, 2)


def case_of(example: str) -> Case:
    """Return a case that wakes the example's fault."""
    pool = MaxPooling2D(3, strides=2) if example == "functions_with_caches" else MaxPooling2D(2)
    convolved = (Conv2D(3, 3, activation="relu"), pool, Flatten())
    if example == "functions_with_caches":
        layers, loss = (*convolved, Dense(4)), SparseCategoricalCrossentropy(from_logits=True)
        return Case(Network(SIZES, layers), loss=loss, dtype="float64", name=example)
    layers = (*convolved, Dense(4, "softmax"))
    return Case(Network(SIZES, layers), loss="categorical_crossentropy", dtype="float64", name=example)


def implementation_of(example: str) -> Implementation:
    """Load an example's file as ``--impl`` does."""
    sys.modules.pop("my_cnn", None)
    sys.modules.pop("mine", None)
    folder = str(FOLDER / example)
    try:
        plugins = load_plugins([f"{folder}/mine.py"])
    finally:
        sys.path[:] = [path for path in sys.path if path != folder]
        sys.modules.pop("my_cnn", None)
        sys.modules.pop("mine", None)
    assert plugins.quarantined == (), plugins.quarantined
    return plugins.implementations["mine"]


def report_of(example: str) -> str:
    """Return what is said about an example: the failure with its likely cause, the findings, the counts."""
    case, mine = case_of(example), implementation_of(example)
    verification = verification_with(load_plugins(), None)
    verification.plan([(case, mine.name)])
    rows = verification.rows(case, mine)
    planned = sum(row.required for row in rows)
    report = Report(tuple(rows), {(case.name, mine.name): planned}, {})
    lines = [failure_text(rows), "", *report.noted, f"rows: {counted(rows)}"]
    return "\n".join(lines) + "\n"


def lines_of(example: str) -> int:
    """Count the adapter's lines without imports and blank lines."""
    lines = (FOLDER / example / "mine.py").read_text().splitlines()
    return sum(bool(line.strip()) and not line.startswith(("import ", "from ")) for line in lines)


def write_anew(example: str) -> None:
    """Write an example's report, beside it and into the page."""
    path, page = FOLDER / example / "report.txt", FOLDER / "README.md"
    old, new = path.read_text(encoding="utf-8"), report_of(example)
    page.write_text(page.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    for each in LIMITS:
        write_anew(each)
