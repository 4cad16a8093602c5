"""Networks of one layer with mean squared error and plain descent, and which of their observables fail."""

import impls.vectorized
from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.layerwise import Layerwise, on_behalf
from harness.numerics import arithmetic_of
from harness.operators.layers import (
    LAYERS,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
)
from harness.operators.layers.conv1d import Conv1D
from harness.operators.layers.layer_normalization import LayerNormalization
from harness.operators.layers.up_sampling2d import UpSampling2D
from harness.verdict.expected import local
from harness.verdict.figures import figures, too_far

(VECTORIZED,) = impls.vectorized.harness_implementations()
# Layers that read several inputs need several layers to read.
BRANCHES = tuple(Conv2D(2, 1, name=name, inputs="input") for name in ("left", "middle", "right"))
IMAGE = (6, 8, 3)
NETWORKS = {
    "Activation": (IMAGE, Activation("linear")),
    "Add": (IMAGE, *BRANCHES, Add(name="add", inputs=("left", "middle", "right"))),
    "AveragePooling2D": (IMAGE, AveragePooling2D(2)),
    "BatchNormalization": (IMAGE, BatchNormalization(momentum=0.75)),
    "Concatenate": (IMAGE, *BRANCHES, Concatenate(name="concatenate", inputs=("left", "middle", "right"))),
    "Conv1D": ((8, 3), Conv1D(4, 3)),
    "Conv2D": (IMAGE, Conv2D(4, (2, 3))),
    "Conv2DTranspose": (IMAGE, Conv2DTranspose(4, (3, 3), strides=(1, 1))),
    "Dense": ((31,), Dense(4)),
    "DepthwiseConv2D": (IMAGE, DepthwiseConv2D((2, 3), depth_multiplier=2)),
    "Flatten": (IMAGE, Flatten()),
    "GlobalAveragePooling2D": (IMAGE, GlobalAveragePooling2D()),
    "GlobalMaxPooling2D": (IMAGE, GlobalMaxPooling2D()),
    "LayerNormalization": ((2, 31), LayerNormalization()),
    "MaxPooling2D": (IMAGE, MaxPooling2D(2)),
    "Reshape": (IMAGE, Reshape((8, -1))),
    "UpSampling2D": (IMAGE, UpSampling2D((3, 2), interpolation="bilinear")),
    "ZeroPadding2D": (IMAGE, ZeroPadding2D(((1, 1), (2, 2)))),
}
DTYPES = ("float32", "float64")


def case_of(kind, dtype="float32", **arguments):
    shape, *layers = NETWORKS[kind]
    return Case(Network(shape, layers), batch_size=7, dtype=dtype, **arguments)


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


def output_layer(kind):
    """Return the name of the layer in question."""
    return case_of(kind).network.nodes[-1].name
