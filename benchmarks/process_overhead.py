"""What a program in another language costs for each case: started anew, or kept as a worker.

    python benchmarks/process_overhead.py [--repetitions 100]

The example in C is compiled and asked about one small case again and again, both ways in turns, beside the same case
in Python by the vectorized implementation. What the program itself takes is part of the figures, which are medians.
Needs a C compiler named cc.
"""

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from harness import Case, Conv2D, Dense, Flatten, MaxPooling2D, Network, make_problem
from harness.cases.problem import Problem
from harness.implementation.contract import Implementation, run
from harness.workers.programs import Process
from harness.workers.programs.description import files_of
from impls.vectorized import harness_implementations

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "c" / "network.c"
NETWORK = Network((7, 6, 3), (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(5)))


def milliseconds(implementation: Implementation, problem: Problem) -> float:
    """Return the wall time of one run, which has to give an answer."""
    start = time.perf_counter()
    trace = run(implementation, problem)
    seconds = time.perf_counter() - start
    if trace.status != "ok":
        raise SystemExit(f"{implementation.name}: {trace.status}: {trace.reason}")
    return seconds * 1e3


def main() -> None:
    """Print medians in milliseconds for one case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=100)
    repetitions = parser.parse_args().repetitions
    problem = make_problem(Case(NETWORK))
    size = sum(map(len, files_of(problem).values()))
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores; "
        f"a case of {size / 1024:.1f} KiB, folders in {tempfile.gettempdir()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, options in (("once", ()), ("worker", ("-DWORKER",))):
            subprocess.run(["cc", "-O2", *options, EXAMPLE, "-o", f"{folder}/{name}"], check=True)
        once = Process("c-one-shot", [f"{folder}/once"])
        worker = Process("c-worker", [f"{folder}/worker"], way="worker")
        asked = (*harness_implementations(), once, worker)
        for implementation in asked:
            milliseconds(implementation, problem)
        times = [[milliseconds(implementation, problem) for implementation in asked] for _ in range(repetitions)]
        worker.close()
    for implementation, own in zip(asked, zip(*times, strict=True), strict=True):
        print(f"{implementation.name:12} {statistics.median(own):7.2f} ms (of {repetitions}, least {min(own):.2f})")


if __name__ == "__main__":
    main()
