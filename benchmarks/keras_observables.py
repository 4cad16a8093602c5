"""Time of Keras's observables for one case: the reference here beside ``fit`` and ``predict`` on a fresh model.

    python benchmarks/keras_observables.py [--repetitions 15]

The network is that of the second worked example, float32, one step of SGD. The two ways take turns; the figures are
medians. ``cold`` is a network that was never seen; ``shared`` are more cases of one network, as a grid has them.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np
import tensorflow

from harness import SGD, Case, Conv2D, Dense, Flatten, Network, make_problem, notebook
from harness.cases.problem import Problem
from impls.keras.training import Trainer

GOAL_COLD = 12
GOAL_SHARED = 60
SHARED = (24, 200)

CASE = Case(
    Network(
        (7, 7, 1),
        (Conv2D(2, 3, activation="sigmoid"), Conv2D(1, 3, activation="sigmoid"), Flatten(), Dense(1, "sigmoid")),
    ),
    optimizer=SGD(learning_rate=100.0),
    batch_size=1,
    data=notebook,
)


def fit_and_predict(problem: Problem) -> None:
    """What a notebook does: a fresh model, compiled, weights set, one step by ``fit``, the prediction after it."""
    model = keras.Sequential(
        [
            keras.Input((7, 7, 1)),
            keras.layers.Conv2D(2, 3, activation="sigmoid"),
            keras.layers.Conv2D(1, 3, activation="sigmoid"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(100.0), loss="mean_squared_error")
    model.set_weights([array for arrays in problem.weights.values() for array in arrays.values()])
    (batch,) = problem.batches
    model.fit(batch.x, batch.y, epochs=1, batch_size=1, verbose=0)
    model.predict(batch.x, verbose=0)


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=15)
    repetitions = parser.parse_args().repetitions
    problems = [make_problem(CASE.with_(seed=seed)) for seed in range(max(SHARED))]
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, keras {keras.__version__}, "
        f"tensorflow {tensorflow.__version__}, {len(os.sched_getaffinity(0))} cores"
    )
    fit_and_predict(problems[0])
    Trainer().run(problems[0])
    notebooks: list[float] = []
    ours: dict[str, list[float]] = {"cold": [], **{f"shared by {count}": [] for count in SHARED}}
    for _ in range(repetitions):
        notebooks.append(seconds(lambda: fit_and_predict(problems[0])))
        ours["cold"].append(seconds(lambda: Trainer().run(problems[0])))
        for count in SHARED:
            trainer = Trainer()
            taken = seconds(lambda trainer=trainer, count=count: [trainer.run(each) for each in problems[:count]])
            ours[f"shared by {count}"].append(taken / count)
    notebook_time = statistics.median(notebooks)
    print(f"fit + predict on a fresh model {notebook_time * 1e3:.1f} ms")
    for name, times in ours.items():
        goal = GOAL_COLD if name == "cold" else GOAL_SHARED
        ratio = notebook_time / statistics.median(times)
        verdict = "met" if ratio >= goal else "missed"
        print(
            f"{name:14} {statistics.median(times) * 1e3:7.2f} ms: {ratio:5.1f} times cheaper (goal {goal}: {verdict})"
        )


if __name__ == "__main__":
    main()
