"""What the harness adds to a case on a warm run, beside a bare pytest item.

    python benchmarks/harness_overhead.py [--repetitions 5]

Each run is a pytest process of its own: many cases of one network whose Keras results are stored, or as many empty
tests. The cost of one is the difference between a run of many and a run of few, so that start-up drops out; from a
case's the implementation's own time is taken off. The two ways take turns; the figures are medians.
"""

import argparse
import csv
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

GOAL = 2.0
FEW, MANY = 50, 450

CASES = """
from harness import Cases, Conv2D, Dense, Flatten, Case, MaxPooling2D, Network, verifies

NETWORK = Network((7, 6, 3), (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(5)))


@verifies(Cases(tuple(Case(NETWORK, seed=seed, name=f"case-{{seed}}") for seed in range({count}))))
def test_cases(): ...
"""

EMPTY = """
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_nothing(number):
    pass
"""


def seconds(folder: Path, file: str, *options: str) -> float:
    """Return the wall time of one pytest process."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file, *options],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def own_seconds(report: Path) -> float:
    """Return how long the implementation itself took for one case, on average."""
    with report.open(encoding="utf-8", newline="") as file:
        by_case = {row["case"]: float(row["seconds"]) for row in csv.DictReader(file)}
    return statistics.fmean(by_case.values())


def main() -> None:
    """Print medians in milliseconds for one case or test."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=5)
    repetitions = parser.parse_args().repetitions
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, pytest {pytest.__version__}, "
        f"{len(os.sched_getaffinity(0))} cores; {MANY} and {FEW} cases of 22 observables"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (FEW, MANY):
            (folder / f"test_cases_{count}.py").write_text(CASES.format(count=count), encoding="utf-8")
            (folder / f"test_empty_{count}.py").write_text(EMPTY.format(count=count), encoding="utf-8")
        seconds(folder, f"test_cases_{MANY}.py", "--impl", "vectorized")
        cases, empty, own = [], [], []
        for _ in range(repetitions):
            many, few = (seconds(folder, f"test_cases_{count}.py", "--impl", "vectorized") for count in (MANY, FEW))
            seconds(folder, f"test_cases_{MANY}.py", "--impl", "vectorized")
            own.append(own_seconds(folder / "reports" / "report.csv"))
            cases.append((many - few) / (MANY - FEW))
            many, few = (seconds(folder, f"test_empty_{count}.py") for count in (MANY, FEW))
            empty.append((many - few) / (MANY - FEW))
    case, bare, itself = (statistics.median(times) * 1e3 for times in (cases, empty, own))
    added = case - bare - itself
    print(f"case {case:.2f} ms = bare pytest item {bare:.2f} + vectorized itself {itself:.2f} + harness {added:.2f} ms")
    print(f"goal: at most {GOAL:g} ms ({'met' if added <= GOAL else 'missed'})")


if __name__ == "__main__":
    main()
