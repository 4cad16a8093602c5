"""The whole default suite by two implementations, with and without Keras's results in the store.

    python benchmarks/suite.py [--impl loops --impl vectorized] [--warm 3]

Each run is a pytest process of its own, the cold one into an empty folder.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

GOALS = {"cold": 120.0, "warm": 40.0}
GOAL_MEMORY = 1.5


def run(implementations: list[str], reports: Path) -> tuple[float, str]:
    """Return the wall time of one run and its last line."""
    options = [word for name in implementations for word in ("--impl", name)]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "cases", *options, "--reports", str(reports)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - start, done.stdout.rstrip().rpartition("\n")[2]


def peak_memory() -> float:
    """Return the largest memory of any run so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20


def main() -> None:
    """Print times and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--impl", action="append", metavar="NAME", help="default: loops and vectorized")
    parser.add_argument("--warm", type=int, default=3, help="repetitions of the warm run (default: 3)")
    options = parser.parse_args()
    implementations = options.impl or ["loops", "vectorized"]
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "keras", "tensorflow", "pytest"))
    print(f"python {platform.python_version()}, {versions}, {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as name:
        cold, line = run(implementations, Path(name))
        print(f"cold {cold:6.1f} s (goal {GOALS['cold']:g}): {line}")
        memory = peak_memory()
        warm = [run(implementations, Path(name)) for _ in range(options.warm)]
        median = statistics.median(seconds for seconds, _ in warm)
        print(f"warm {median:6.1f} s (goal {GOALS['warm']:g}): {warm[-1][1]}")
    print(f"memory {memory:.2f} GiB at most (goal {GOAL_MEMORY:g})")


if __name__ == "__main__":
    main()
