"""A kill matrix as text, CSV and Markdown."""

import csv
import io
import itertools
import math
import sys
from collections.abc import Iterable, Mapping, Sequence

from harness.calibration.kill_matrix import FORMATS, KillMatrix
from harness.calibration.markdown import table
from harness.calibration.power import CERTAIN, OUTCOMES, Outcome
from harness.faults import Fault

# What a cell of the matrix says; an empty one was not tried.
LETTERS: Mapping[Outcome, str] = {"killed": "K", "survived": "s", "unchanged": "u", "declined": "d"}
# How many a document or terminal lists before it refers to the CSV.
LISTED = 20
# Between which limits graded changes are counted together.
SIZES = (0.0, 0.1, 1.0, CERTAIN, 10 * CERTAIN, math.inf)


def summary(matrix: KillMatrix) -> str:
    """Return counts, survivors, holes, and how few cases would do."""
    cover, kills = matrix.cover, matrix.kills
    structural, graded = (
        [fault for fault in matrix.faults.values() if fault.kind == kind] for kind in ("structural", "graded")
    )
    lines = [
        f"{len(matrix.trials):,} trials: "
        + ", ".join(f"{sum(t.outcome == outcome for t in matrix.trials):,} {outcome}" for outcome in OUTCOMES),
        killed_of("structural faults", structural, matrix),
        killed_of("graded faults", graded, matrix),
        f"{len(matrix.holes):,} graded trials survived with a change of {CERTAIN:g} times the smallest "
        "detectable or more",
        f"{len(kills):,} cases: {sum(not killed for killed in kills.values()):,} kill nothing, "
        f"{len(kills) - len(matrix.only_killers):,} nothing that others don't; {len(cover):,} kill all (greedy)",
    ]
    lines += [f"survivor: {name}: {matrix.reason(name)}" for name in matrix.survivors]
    lines += [
        f"hole: {trial.fault} on {trial.case}: {trial.seen:.3g} times the smallest detectable"
        for trial in matrix.holes[:LISTED]
    ]
    if len(matrix.holes) > LISTED:
        lines.append(f"hole: and {len(matrix.holes) - LISTED:,} more in the CSV")
    return "\n".join(lines)


def killed_of(words: str, faults: Sequence[Fault], matrix: KillMatrix) -> str:
    """Return how many of some faults were killed, in any format and in each."""
    parts = [f"{_killed(faults, matrix, dtype):,} in {dtype}" for dtype in FORMATS]
    return f"{_killed(faults, matrix):,} of {len(faults):,} {words} killed ({', '.join(parts)})"


def matrix_csv(matrix: KillMatrix) -> str:
    """Return one row a case and one column a fault: K killed, s survived, u unchanged, d declined."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", *matrix.faults])
    cells = {(trial.case, trial.fault): LETTERS[trial.outcome] for trial in matrix.trials}
    for case in matrix.kills:
        writer.writerow([case, *(cells.get((case, name), "") for name in matrix.faults)])
    return text.getvalue()


def faults_csv(matrix: KillMatrix) -> str:
    """Return one row a fault: what it is, what became of it in each format, and why it survives if it does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    counts = [f"{outcome}_{dtype}" for dtype in FORMATS for outcome in OUTCOMES]
    writer.writerow(["fault", "operator", "kind", "size", *counts, "holes", "result", "explanation"])
    holes = [trial.fault for trial in matrix.holes]
    for name, fault in matrix.faults.items():
        numbers = [matrix.count(name, outcome, dtype) for dtype in FORMATS for outcome in OUTCOMES]
        size = "" if fault.size is None else f"{fault.size:g}"
        writer.writerow(
            [name, fault.on.kind, fault.kind, size, *numbers, holes.count(name), matrix.reason(name),
             fault.explanation]
        )  # fmt: skip
    return text.getvalue()


def cases_csv(matrix: KillMatrix) -> str:
    """Return one row a case: how many faults it kills, which ones it alone kills, and its place in the small set."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "kills", "kills_alone", "place_in_cover", "alone"])
    place = {case: number for number, case in enumerate(matrix.cover, 1)}
    for case, killed in matrix.kills.items():
        alone = sorted(matrix.only_killers.get(case, ()))
        writer.writerow([case, len(killed), len(alone), place.get(case, ""), " ".join(alone)])
    return text.getvalue()


def markdown(matrix: KillMatrix, environment: Mapping[str, str], tried: str) -> str:
    """Return the tables for a document.

    Args:
        matrix: complete.
        environment: versions by name.
        tried: which cases, and what the faults were planted in, in words.
    """
    versions = ", ".join(f"{name} {value}" for name, value in environment.items())
    first, *rest = summary(matrix).splitlines()
    columns = [f"{dtype} {word}" for dtype in FORMATS for word in ("trials", "killed")]
    return "\n".join(
        [
            f"{first}. {tried}. ({versions})",
            "",
            *(f"- {line}" for line in rest),
            "",
            "Structural faults, and the share of trials that kill them among those that change a number:",
            "",
            *table(("operator", "faults", "killed", "trials", "changed", "killed of changed"), _operators(matrix)),
            "",
            f"Graded faults by the size of the change, in units of what the row promises to see (from {CERTAIN:g} on, "
            "all should be killed):",
            "",
            *table(("change", *columns), _sizes(matrix)),
            "",
            "A small set of cases that kills all that any case kills, with what each adds:",
            "",
            *table(("case", "kills", "adds"), _cover(matrix)),
        ]
    )


def _killed(faults: Iterable[Fault], matrix: KillMatrix, dtype: str = "") -> int:
    return sum(matrix.count(fault.name, "killed", dtype) > 0 for fault in faults)


def _operators(matrix: KillMatrix) -> list[list[str]]:
    rows = []
    for kind in sorted({fault.on.kind for fault in matrix.faults.values()}):
        names = [f.name for f in matrix.faults.values() if f.on.kind == kind and f.kind == "structural"]
        if not names:
            continue
        trials = [trial for name in names for trial in matrix.by_fault[name]]
        killed = sum(trial.outcome == "killed" for trial in trials)
        changed = killed + sum(trial.outcome == "survived" for trial in trials)
        found = sum(bool(matrix.killers[name]) for name in names)
        share = f"{killed / changed:.1%}" if changed else ""
        rows.append([kind, f"{len(names)}", f"{found}", f"{len(trials):,}", f"{changed:,}", share])
    return rows


def _sizes(matrix: KillMatrix) -> list[list[str]]:
    graded = [t for t in matrix.trials if t.seen is not None and matrix.faults[t.fault].kind == "graded"]
    rows = []
    for low, high in itertools.pairwise(SIZES):
        row = [f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} and more"]
        for dtype in FORMATS:
            some = [t for t in graded if t.dtype == dtype and low <= _finite(t.seen) < high]
            row += [f"{len(some):,}", f"{sum(t.outcome == 'killed' for t in some) / len(some):.1%}" if some else ""]
        rows.append(row)
    return rows


def _finite(seen: float | None) -> float:
    return min(seen or 0.0, sys.float_info.max)


def _cover(matrix: KillMatrix) -> list[list[str]]:
    left = {name for name, cases in matrix.killers.items() if cases}
    rows = []
    for case in matrix.cover:
        rows.append([case, f"{len(matrix.kills[case]):,}", f"{len(matrix.kills[case] & left):,}"])
        left -= matrix.kills[case]
    return rows
