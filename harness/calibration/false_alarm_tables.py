"""A calibration as text, CSV and Markdown."""

import csv
import io
from collections.abc import Mapping

import numpy as np

from harness.calibration.false_alarms import FIGURES, Calibration, Distribution
from harness.calibration.markdown import aligned, table
from harness.judging.row import Row

PERCENTILES = (50, 90, 99, 100)
# What a table in a document has room for.
SHOWN = (("t", 50), ("t", 90), ("t", 99), ("t", 100), ("rms", 100), ("bound", 100), ("end_to_end", 100))


def summary(calibration: Calibration) -> str:
    """Return counts and largest figures by implementation, then every alarm and every marginal row."""
    lines = [
        f"{calibration.count:,} comparisons, {len(calibration.alarms) or 'no'} "
        f"alarm{'' if len(calibration.alarms) == 1 else 's'}, {len(calibration.marginal) or 'no'} marginal",
        *aligned([_IMPLEMENTATION_HEAD, *_implementations(calibration)]),
    ]
    lines += [f"{number:,} rows of {name} {verdict}" for (name, verdict), number in calibration.not_judged.items()]
    lines += [f"alarm: {told(row)}" for row in calibration.alarms]
    lines += [f"marginal: {told(row)}" for row in calibration.marginal]
    return "\n".join(lines)


def told(row: Row) -> str:
    """Return what identifies a row, with all that was found out about it."""
    run = row.run
    parts = [f"{run.implementation} · {run.case} · seed {run.seed} · {row.observable.name}", row.verdict, row.reason]
    return "; ".join(part for part in (*parts, row.witnesses, row.reference and f"Keras {row.reference}") if part)


def markdown(calibration: Calibration, environment: Mapping[str, str], drawn: str) -> str:
    """Return the tables for a document.

    Args:
        calibration: complete.
        environment: versions by name.
        drawn: which cases and seeds, in words.
    """
    versions = ", ".join(f"{name} {value}" for name, value in environment.items())
    alarms = [f"- {told(row)}" for row in calibration.alarms] or ["No alarm."]
    marginal = [f"- {told(row)}" for row in calibration.marginal]
    return "\n".join(
        [
            f"{calibration.count:,} comparisons: {drawn}. ({versions})",
            "",
            *table(_IMPLEMENTATION_HEAD, _implementations(calibration)),
            "",
            *alarms,
            *(["", "Out of bounds at first, within them with jittered inputs:", "", *marginal] if marginal else []),
            "",
            "By operator and observable:",
            "",
            *table(_STAGE_HEAD, _stages(calibration)),
        ]
    )


def as_csv(calibration: Calibration) -> str:
    """Return all percentiles of all figures by operator and observable."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [f"{name}_{'max' if percent == 100 else percent}" for name in FIGURES for percent in PERCENTILES]
    writer.writerow(["operator", "observable", "comparisons", "untrusted", *names])
    for (operator, observable), found in sorted(calibration.by_stage.items()):
        figures = [percentile(found, name, percent) for name in FIGURES for percent in PERCENTILES]
        shown = ["" if value is None else f"{value:.6g}" for value in figures]
        writer.writerow([operator, observable, found.count, found.untrusted, *shown])
    return text.getvalue()


def percentile(distribution: Distribution, figure: str, percent: float) -> float | None:
    """Return the smallest of the numbers that no less than so many percent of them do not exceed; None of nothing."""
    numbers = distribution.figures[figure]
    if not numbers:
        return None
    return float(np.percentile(np.frombuffer(numbers), percent, method="inverted_cdf"))


_IMPLEMENTATION_HEAD = (
    "implementation", "version", "format", "comparisons", "untrusted", "largest t", "largest rms", "largest bound",
    "largest t end to end",
)  # fmt: skip
_STAGE_HEAD = (
    "operator", "observable", "comparisons", "t 50 %", "t 90 %", "t 99 %", "t max", "rms max", "bound max",
    "end to end t max",
)  # fmt: skip


def _implementations(calibration: Calibration) -> list[list[str]]:
    return [
        [*implementation, f"{found.count:,}", f"{found.untrusted:,}", *(_shown(found, name, 100) for name in FIGURES)]
        for implementation, found in sorted(calibration.by_implementation.items())
    ]


def _stages(calibration: Calibration) -> list[list[str]]:
    return [
        [*stage, f"{found.count:,}", *(_shown(found, name, percent) for name, percent in SHOWN)]
        for stage, found in sorted(calibration.by_stage.items())
    ]


def _shown(distribution: Distribution, figure: str, percent: float) -> str:
    value = percentile(distribution, figure, percent)
    if value is None:
        return ""
    return "0" if value == 0 else f"{value:.2f}"
