"""Time of the derived verdict: of a small case, and beside the vectorized pass in float64 for large layers.

    python benchmarks/verdict_cost.py [--seconds 1]

A small case is judged as in a run: every observable of a float32 trace, stage by stage and end to end; ``again`` is the
same for one more implementation, which shares what the inputs alone decide. A large layer is passed forward and
backward, the definition with its errors on one side, the vectorized operator on float64 arrays on the other. Both sides
take turns; the figures are medians of processor time.
"""

import argparse
import importlib
import importlib.metadata
import os
import time
from collections.abc import Callable, Mapping
from statistics import median

import numpy as np

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from harness.numerics import FLOAT32, Estimate
from harness.operators.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
)
from harness.operators.specification import Shape, file_name
from harness.verdict.expected import Inputs
from impls.vectorized import harness_implementations

Step = Callable[[], object]

BATCH = 32

# Milliseconds for a small case, and times the vectorized pass for a large layer.
GOAL_OF_SMALL = 3.0
GOAL_OF_LARGE = 3.0

SMALL: Mapping[str, Network] = {
    "dense 5 → 3": Network((5,), (Dense(3),)),
    "conv 7×7×2 → 3": Network((7, 7, 2), (Conv2D(3, 3),)),
    "conv 8×8×2 → 4, stride 2, same, relu": Network(
        (8, 8, 2), (Conv2D(4, 3, strides=2, padding="same", activation="relu"),)
    ),
    "depthwise 7×7×3": Network((7, 7, 3), (DepthwiseConv2D(3),)),
    "transposed 5×5×2 → 3, stride 2": Network((5, 5, 2), (Conv2DTranspose(3, 3, strides=2),)),
    "max pooling 8×8×2": Network((8, 8, 2), (MaxPooling2D(2),)),
    "average pooling 7×7×2, 3 by 2, same": Network((7, 7, 2), (AveragePooling2D(3, strides=2, padding="same"),)),
    "batch normalization 5×5×3": Network((5, 5, 3), (BatchNormalization(),)),
    "conv, pool, flatten, dense": Network((8, 8, 1), (Conv2D(2, 3), MaxPooling2D(2), Flatten(), Dense(3))),
}

LARGE: Mapping[str, tuple[Layer, Shape]] = {
    "conv 28×28×32 → 32": (Conv2D(32, 3, padding="same"), (28, 28, 32)),
    "conv 28×28×32 → 64": (Conv2D(64, 3, padding="same"), (28, 28, 32)),
    "conv 32×32×32 → 64": (Conv2D(64, 3, padding="same"), (32, 32, 32)),
    "conv 28×28×32 → 32, stride 2": (Conv2D(32, 3, strides=2, padding="same"), (28, 28, 32)),
    "conv 28×28×1 → 32": (Conv2D(32, 3, padding="same"), (28, 28, 1)),
    "transposed 28×28×32 → 32, stride 2": (Conv2DTranspose(32, 3, strides=2, padding="same"), (28, 28, 32)),
    "depthwise 28×28×32": (DepthwiseConv2D(3, padding="same"), (28, 28, 32)),
    "batch normalization 28×28×32": (BatchNormalization(), (28, 28, 32)),
    "max pooling 28×28×32": (MaxPooling2D(2), (28, 28, 32)),
    "max pooling 28×28×32, 3 by 2": (MaxPooling2D(3, strides=2, padding="same"), (28, 28, 32)),
    "average pooling 28×28×32": (AveragePooling2D(2), (28, 28, 32)),
    "average pooling 28×28×32, 3 by 2": (AveragePooling2D(3, strides=2, padding="same"), (28, 28, 32)),
    "global average pooling 28×28×32": (GlobalAveragePooling2D(), (28, 28, 32)),
    "global max pooling 28×28×32": (GlobalMaxPooling2D(), (28, 28, 32)),
    "dense 3136 → 128": (Dense(128), (3136,)),
}


def small(network: Network) -> Mapping[str, Step]:
    """Return the verdict on one trace of a small case, alone and where its inputs have served before."""
    (implementation,) = harness_implementations()
    case = Case(network, batch_size=3)
    problem, subject = make_problem(case), Subject.of(implementation, case)
    trace, inputs = run(implementation, problem), Inputs(problem, subject.arithmetic)
    judged = judge(problem, subject, trace).rows
    if not all(row.passed for row in judged):
        raise RuntimeError(f"{case.name}: {[row.reason for row in judged if not row.passed]}")
    return {
        "verdict": lambda: judge(problem, subject, trace),
        "again": lambda: judge(problem, subject, trace, inputs=inputs),
        "run": lambda: run(implementation, problem),
    }


def large(layer: Layer, shape: Shape) -> Mapping[str, Step]:
    """Return both passes of one layer over a batch of images of that shape."""
    random = np.random.default_rng(0)
    kind = type(layer)
    vectorized = importlib.import_module(f"impls.vectorized.layers.{file_name(kind)}")
    x = random.standard_normal((BATCH, *shape), np.float32)
    named = layer.parameters(shape) | layer.state(shape)
    weights = {name: np.abs(random.standard_normal(size, np.float32)) for name, size in named.items()}
    dy = random.standard_normal((BATCH, *layer.output_shape(shape)), np.float32)
    exact = {name: Estimate.exact(weight) for name, weight in weights.items()}
    x64, dy64 = x.astype(np.float64), dy.astype(np.float64)
    weights64 = {name: weight.astype(np.float64) for name, weight in weights.items()}

    def verdict() -> object:
        y, cache = layer.forward(exact, Estimate.exact(x), FLOAT32)
        return y, layer.backward(exact, cache, Estimate.exact(dy), FLOAT32)

    def plain() -> object:
        y, cache = vectorized.forward(layer, weights64, x64)
        return y, vectorized.backward(layer, weights64, cache, dy64)

    return {"verdict": verdict, "vectorized": plain}


def medians(steps: Mapping[str, Step], seconds: float) -> dict[str, float]:
    """Return each step's median processor time in seconds; they take turns for about ``seconds`` each."""
    for step in steps.values():
        for _ in range(3):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    while any(sum(taken) < seconds and len(taken) < 1000 for taken in times.values()):
        for name, step in steps.items():
            start = time.process_time()
            step()
            times[name].append(time.process_time() - start)
    return {name: median(taken) for name, taken in times.items()}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each figure (default: 1)")
    seconds = parser.parse_args().seconds

    settings = {name: value for name, value in sorted(os.environ.items()) if name.endswith("_NUM_THREADS")}
    print(f"cores: {len(os.sched_getaffinity(0))}; {settings or 'no *_NUM_THREADS set'}")
    print(f"python packages: {', '.join(f'{n} {importlib.metadata.version(n)}' for n in ('numpy',))}\n")

    print(f"{'one small case, milliseconds':44}{'verdict':>10}{'again':>10}{'run':>12}   goal {GOAL_OF_SMALL:g}")
    for label, network in SMALL.items():
        times = {name: taken * 1e3 for name, taken in medians(small(network), seconds).items()}
        goal = "met" if times["verdict"] <= GOAL_OF_SMALL else "missed"
        print(f"{label:44}{times['verdict']:10.2f}{times['again']:10.2f}{times['run']:12.2f}   {goal}")

    print(f"\n{f'one layer, batch {BATCH}, milliseconds':44}{'verdict':>10}{'ratio':>10}{'vectorized':>12}", end="")
    print(f"   goal {GOAL_OF_LARGE:g}")
    for label, (layer, shape) in LARGE.items():
        times = {name: taken * 1e3 for name, taken in medians(large(layer, shape), seconds).items()}
        ratio = times["verdict"] / times["vectorized"]
        goal = "met" if ratio <= GOAL_OF_LARGE else "missed"
        print(f"{label:44}{times['verdict']:10.2f}{ratio:10.2f}{times['vectorized']:12.2f}   {goal}")


if __name__ == "__main__":
    main()
