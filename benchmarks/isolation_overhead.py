"""What a process of its own adds to a small case.

    python benchmarks/isolation_overhead.py [--cases 1000]

The same operators run in this process and in a worker, case after case, each of them first in every other case. A
case's time is what the harness pays for the run and the declarations: in this process with the look at the inputs
before and after, in a worker with the way there and back. Every case is another one, so that nothing asked before is
remembered. The figures are medians, and minima, which other work on the machine disturbs less.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from harness import Case, Conv2D, Dense, Flatten, Implementation, MaxPooling2D, Network, Problem, make_problem
from harness.judging.judge import Subject
from harness.judging.purity import run_watched
from harness.plugins.found import Loaded
from harness.plugins.loading import attempt_named
from harness.workers.isolated import Loader
from harness.workers.limits import Limits

GOAL = 1.0

SOURCE = """
from harness import Layerwise
from harness.layerwise import operators_in
from impls import vectorized

mine = Layerwise("mine", operators=operators_in(vectorized))
"""

NETWORKS = {
    "small, 7x6x3": Network((7, 6, 3), (Conv2D(4, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(5))),
    "dense, 6": Network((6,), (Dense(4),)),
    "larger, 28x28x32": Network((28, 28, 32), (Conv2D(32, 3, padding="same"), MaxPooling2D(2))),
}


def implementation_in(loaded: object) -> Implementation:
    """Return the only implementation of a plugin."""
    if not isinstance(loaded, Loaded):
        raise SystemExit(f"expected the plugin to load, got {loaded}")
    (found,) = loaded.implementations
    return found


def seconds(implementation: Implementation, problem: Problem) -> float:
    """Return what the run of one case and the declarations take, in the order of a verification."""
    start = time.perf_counter()
    trace = run_watched(implementation, problem)
    Subject.of(implementation, problem.case)
    taken = time.perf_counter() - start
    if trace.status != "ok":
        raise SystemExit(f"expected an answer, got {trace}")
    return taken


def in_words(times: Sequence[tuple[float, float]], figure: Callable[[Sequence[float]], float]) -> str:
    """Return one figure of the times here and there in milliseconds, and their ratio."""
    own, away = (figure(column) * 1e3 for column in zip(*times, strict=True))
    return f"{own:.2f} ms here, {away:.2f} ms there, ratio {away / own:.2f}"


def main() -> None:
    """Print milliseconds for one case."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=1000)
    count = parser.parse_args().cases
    print(f"python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.py"
        path.write_text(SOURCE, encoding="utf-8")
        start = time.perf_counter()
        there = implementation_in(Loader(Limits())("mine", str(path)))
        print(f"start of a worker: {time.perf_counter() - start:.2f} s")
        here = implementation_in(attempt_named("mine", str(path)))
        for name, network in NETWORKS.items():
            times: list[tuple[float, float]] = []
            for seed in range(count if "larger" not in name else count // 10):
                problem = make_problem(Case(network, seed=seed))
                pair = (here, there) if seed % 2 else (there, here)
                first, second = (seconds(implementation, problem) for implementation in pair)
                times.append((first, second) if seed % 2 else (second, first))
            added = statistics.median(away - own for own, away in times) * 1e3
            met = "" if "larger" in name else f"; goal: at most {GOAL:g} ms ({'met' if added <= GOAL else 'missed'})"
            print(f"{name}: {in_words(times, statistics.median)}, added {added:.2f} ms{met}")
            print(f"  least: {in_words(times, min)}")
        there.close()


if __name__ == "__main__":
    main()
