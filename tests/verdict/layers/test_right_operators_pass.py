"""A right operator passes, locally and end to end, in any order of summation, and a wrong one where it is right."""

from types import SimpleNamespace

import numpy as np
import pytest
from networks_of_one_layer import DTYPES, VECTORIZED, case_of, failures, original_of, with_operator

from harness.cases.data import ties
from harness.operators.layers import LAYERS
from harness.verdict.expected import end_to_end, local


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", LAYERS)
def test_a_right_operator_passes_end_to_end(kind, dtype):
    for seed in range(3):
        assert not failures(case_of(kind, dtype, seed=seed, steps=2), VECTORIZED, end_to_end)


def in_reverse(kind):
    """Return the operator applied to images turned by 180°, the last sample first: every sum runs the other way."""
    original = original_of(kind)

    def turned(array, features):
        if isinstance(array, tuple):
            return tuple(turned(part, features) for part in array)[::-1]
        return array[::-1, ::-1, ::-1] if array.ndim == 4 else array[::-1, ::-1] if features else array[::-1]

    def kernels(weights):
        turn = {2: lambda kernel: kernel[::-1], 4: lambda kernel: kernel[::-1, ::-1]}
        return {name: turn.get(array.ndim, lambda bias: bias)(array) for name, array in weights.items()}

    features = kind == "Dense"

    def forward(layer, weights, x):
        y, cache = original.forward(layer, kernels(weights), turned(x, features))
        return turned(y, False), cache

    def backward(layer, weights, cache, dy):
        dx, gradients = original.backward(layer, kernels(weights), cache, turned(dy, False))
        return turned(dx, features), kernels(gradients)

    others = {name: getattr(original, name) for name in ("moving", "infer") if hasattr(original, name)}
    return SimpleNamespace(forward=forward, backward=backward, **others)


ROUNDING = (
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "GlobalAveragePooling2D",
)


@pytest.mark.parametrize("expectations", [local, end_to_end])
@pytest.mark.parametrize("kind", ROUNDING)
def test_the_same_sums_in_reverse_pass(kind, expectations):
    for seed in range(3):
        assert not failures(case_of(kind, seed=seed), with_operator(kind, in_reverse(kind)), expectations)


def doubled(x, pool=2):
    """Return every pixel of a batch of images pool × pool times."""
    return x.repeat(pool, axis=1).repeat(pool, axis=2)


def to_every_maximum(layer, weights, x, dy):
    batch, height, width, channels = x.shape
    largest = x.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    return np.where(x == doubled(largest), doubled(dy), 0).astype(dy.dtype), {}


def test_a_gradient_for_every_maximum_of_a_window_fails_where_there_are_ties_and_only_there():
    original = original_of("MaxPooling2D")
    operator = SimpleNamespace(
        forward=lambda layer, weights, x: (original.forward(layer, weights, x)[0], x), backward=to_every_maximum
    )
    wrong = with_operator("MaxPooling2D", operator)
    assert not failures(case_of("MaxPooling2D"), wrong)
    assert failures(case_of("MaxPooling2D", data=ties), wrong) == {"1/backward/max_pooling2d"}
    assert not failures(case_of("MaxPooling2D", data=ties), with_operator("MaxPooling2D", original))
