"""Networks of one layer with mean squared error and plain descent, and which of their observables fail."""

import impls.vectorized
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.cases.samples import samples_of
from harness.implementation.contract import run
from harness.layerwise import Layerwise, on_behalf
from harness.numerics import arithmetic_of
from harness.operators.layers import (
    LAYERS,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    MaxPooling2D,
)
from harness.verdict.expected import local
from harness.verdict.figures import figures, too_far

(VECTORIZED,) = impls.vectorized.harness_implementations()
# Layers that read several inputs need several layers to read.
BRANCHES = tuple(Conv2D(2, 1, name=name, inputs="input") for name in ("left", "middle", "right"))
IMAGE = (6, 8, 3)
LISTED = {
    "Add": (IMAGE, *BRANCHES, Add(name="add", inputs=("left", "middle", "right"))),
    # Turned images have the same windows.
    "AveragePooling2D": (IMAGE, AveragePooling2D(2)),
    "BatchNormalization": (IMAGE, BatchNormalization(momentum=0.75)),
    "Concatenate": (IMAGE, *BRANCHES, Concatenate(name="concatenate", inputs=("left", "middle", "right"))),
    "Dense": ((31,), Dense(4)),
    "MaxPooling2D": (IMAGE, MaxPooling2D(2)),
}
DTYPES = ("float32", "float64")


def case_of(kind, dtype="float32", **arguments):
    """Return the case that is listed for a layer, or else that of its first sample."""
    if kind in LISTED:
        shape, *layers = LISTED[kind]
        return Case(Network(shape, layers), batch_size=7, dtype=dtype, **arguments)
    return next(iter(samples_of(LAYERS[kind]))).with_(batch_size=7, dtype=dtype, **arguments)


def original_of(kind):
    """Return the vectorized operator; that of an Activation layer is the identity."""
    return VECTORIZED.operators.get(LAYERS[kind], on_behalf.Identity())


def with_operator(kind, operator):
    return Layerwise("changed", operators={**VECTORIZED.operators, LAYERS[kind]: operator})


def failures(case, implementation, expectations=local):
    """Return the observables that fail; a float64 case is judged as float64."""
    problem = make_problem(case)
    trace = run(implementation, problem)
    assert trace.status == "ok", trace.reason
    arithmetic = arithmetic_of(case.dtype)
    found = expectations(problem, trace.observables, arithmetic)
    judged = {name: figures(trace.observables[name], expected, arithmetic) for name, expected in found.items()}
    return {name for name, figure in judged.items() if too_far(figure, arithmetic)}
