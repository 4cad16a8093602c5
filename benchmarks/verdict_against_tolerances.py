"""The verdict beside fixed tolerances: false alarms and power on the same traces.

    python benchmarks/verdict_against_tolerances.py [--every 15] [--seed 30000] [--write docs/verdict.md]

Every so many cases of the suite (an odd number, because its formats take turns) are run by Keras, loops and vectorized,
which are right, and by vectorized with every fault that applies and changes a number. Fixed tolerances compare each
observable with Keras in float64, NaN equal to NaN; a run counts as caught if any observable is out of bounds, or has
another shape, or is missing.
"""

import argparse
import functools
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.calibration.case_files import cases_in
from harness.calibration.markdown import aligned, table
from harness.calibration.processes import Progress, spread
from harness.calibration.stream import check_markers, insert
from harness.cases.case import Case
from harness.cases.problem import Array, make_problem
from harness.faults import Fault, faulty
from harness.implementation.contract import run
from harness.implementation.trace import Trace
from harness.judging.judge import Subject, judge
from harness.layerwise import Layerwise
from harness.plugins.found import Plugins
from harness.plugins.loading import load_plugins
from harness.report.environment import environment
from harness.verification import is_reference, reference_among

CORRECT = ("keras", "loops", "vectorized")
PLANTED_IN = "vectorized"
# Relative and absolute, by format, as documented by each.
TOLERANCES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "numpy.allclose": {"float32": (1e-5, 1e-8), "float64": (1e-5, 1e-8)},
    "torch.testing.assert_close": {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)},
    "keras.testing": {"float32": (1e-6, 1e-6), "float64": (1e-6, 1e-6)},
    "1e-3, 1e-4": {"float32": (1e-3, 1e-4), "float64": (1e-3, 1e-4)},
}
VERDICT = "this verdict"
WAYS = (VERDICT, *TOLERANCES)
NAME = "tolerances"


@dataclass(frozen=True)
class Result:
    """What one run was, and how each way of comparing it came out.

    Attributes:
        group: ``correct``, ``structural`` or the relative error of a graded fault.
        dtype: the case's format.
        caught: the ways that find something wrong.
        observables: how many observables were compared.
        wrong: by way, how many of them are out of bounds.
    """

    group: str
    dtype: str
    caught: frozenset[str]
    observables: int
    wrong: Mapping[str, int]


def main() -> None:
    """Compare, print the tables, and write them into a document if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--every",
        type=int,
        default=15,
        metavar="N",
        help="take every Nth case; odd, because formats alternate (default: 15)",
    )
    parser.add_argument("--seed", type=int, default=30_000, help="of every case (default: 30000)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: all)")
    parser.add_argument("--write", type=Path, help=f"a document with <!-- begin {NAME} --> and its end")
    options = parser.parse_args()
    if options.write:
        check_markers(options.write, NAME)
    plugins = load_plugins()
    suite = cases_in([Path(__file__).parents[1] / "cases"], plugins.cases).cases
    cases = [case.with_(seed=options.seed) for case in list(suite)[:: options.every]]
    progress = Progress(len(cases), "cases")
    results: list[Result] = []
    for some in spread(results_of, cases, options.jobs):
        results += some
        progress.step()
    versions = ", ".join(f"{name} {value}" for name, value in environment(reference_among(plugins)).items())
    head, *rows = tables(results)
    print("\n".join(aligned([head, *rows])))
    if options.write:
        words = f"Every {options.every}th of {len(suite):,} cases ({len(cases):,}), seed {options.seed}. ({versions})"
        insert(options.write, NAME, "\n".join([words, "", *table(head, rows)]))


def results_of(case: Case) -> list[Result]:
    """Run everything on one case and compare it in every way."""
    return list(_results(case, _plugins()))


def _results(case: Case, plugins: Plugins) -> Iterator[Result]:
    problem = make_problem(case)
    known = plugins.implementations
    expected = run(known["keras"], problem.astype("float64"))

    def result(group: str, subject: Subject, trace: Trace) -> Result:
        rows = judge(problem, subject, trace).rows
        wrong = {VERDICT: sum(row.failed for row in rows)}
        for name, by_format in TOLERANCES.items():
            wrong[name] = sum(
                not close(trace.observables.get(key), array, *by_format[case.dtype])
                for key, array in expected.observables.items()
            )
        return Result(group, case.dtype, frozenset(way for way in WAYS if wrong[way]), len(rows), wrong)

    for implementation in (known[name] for name in CORRECT):
        if not is_reference(case, implementation):
            yield result("correct", Subject.of(implementation, case), run(implementation, problem))
    right = known[PLANTED_IN]
    assert isinstance(right, Layerwise)
    before = run(right, problem)
    for fault in plugins.faults.values():
        if fault.applies_to(case):
            trace = run(faulty(fault, right.operators, right.name), problem)
            if trace.status == "unsupported" or unchanged(before, trace):
                continue
            yield result(group_of(fault), Subject.of(right, case), trace)


@functools.cache
def _plugins() -> Plugins:
    return load_plugins()


def group_of(fault: Fault) -> str:
    """Return what a fault is counted as."""
    if fault.kind == "structural":
        return "structural"
    form = fault.perturbation.format if fault.perturbation else ""
    return form or f"error of {fault.size:.0e}"


def unchanged(before: Trace, after: Trace) -> bool:
    """Tell whether two traces have the same numbers."""
    return before.observables.keys() == after.observables.keys() and all(
        np.array_equal(array, after.observables[name], equal_nan=True) for name, array in before.observables.items()
    )


def close(got: Array | None, expected: Array, relative: float, absolute: float) -> bool:
    """Tell whether every element is within the tolerances; NaN equals NaN, which is in a tolerance's favour."""
    if got is None or got.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(got, expected, rtol=relative, atol=absolute, equal_nan=True))


def tables(results: list[Result]) -> list[list[str]]:
    """Return the head and the rows: what was run, how many, and the share that each way finds wrong."""
    rows = [["runs", "format", "number", *WAYS]]
    groups = Counter((each.group, each.dtype) for each in results)
    for group, dtype in sorted(groups, key=lambda pair: (_order(pair[0]), pair)):
        some = [each for each in results if (each.group, each.dtype) == (group, dtype)]
        if group == "correct":
            total = sum(each.observables for each in some)
            shares = [f"{sum(each.wrong[way] for each in some) / total:.2%}" for way in WAYS]
            rows.append(["correct: observables (false alarms)", dtype, f"{total:,}", *shares])
        shares = [f"{sum(way in each.caught for each in some) / len(some):.1%}" for way in WAYS]
        words = {"correct": "correct: runs (false alarms)", "structural": "structural fault"}.get(group, group)
        rows.append([words, dtype, f"{len(some):,}", *shares])
    return rows


def _order(group: str) -> int:
    return 0 if group == "correct" else 1 if group == "structural" else 2 if group.startswith("error") else 3


if __name__ == "__main__":
    main()
