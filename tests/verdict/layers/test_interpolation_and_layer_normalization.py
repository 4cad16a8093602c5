"""Right ways to interpolate and to normalize that round otherwise than the definition pass, and wrong ones do not."""

from types import SimpleNamespace

import numpy as np
import pytest
from networks_of_one_layer import VECTORIZED, failures

from harness import Case, LayerNormalization, Layerwise, Network, Random, Uniform, UpSampling2D
from harness.numerics import FLOAT32, Estimate

# So far from the border a place in float32 lies beside the pixel that it means.
LONG = Case(Network((64, 2, 3), UpSampling2D((7, 1), interpolation="bilinear")), batch_size=2)
OFFSET = Case(Network((5, 7), LayerNormalization()), batch_size=3, data=Random("offset", x=Uniform(29.0, 31.0)))


def interpolating(moved):
    """Return an operator along the height that differs from a right one in its places, (outputs,), float32."""

    def shares(pixels, size):
        scale = np.float32(1) / np.float32(size)
        place = moved((np.arange(pixels * size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5))
        before = np.floor(place)
        found = np.zeros((pixels * size, pixels), np.float32)
        for pixel, share in ((before, 1 - (place - before)), (before + 1, place - before)):
            np.add.at(found, (np.arange(len(place)), np.clip(pixel, 0, pixels - 1).astype(int)), share)
        return found

    def forward(layer, weights, x):
        return np.einsum("oh,bhwc->bowc", shares(x.shape[1], layer.size[0]), x), x.shape

    def backward(layer, weights, shape, dy):
        return np.einsum("oh,bowc->bhwc", shares(shape[1], layer.size[0]), dy), {}

    return Layerwise("interpolating", operators={UpSampling2D: SimpleNamespace(forward=forward, backward=backward)})


def test_interpolation_is_named_in_any_case_of_letters_as_in_keras():
    assert UpSampling2D(interpolation="BiLinear") == UpSampling2D(interpolation="bilinear")


def test_places_from_a_rounded_scale_pass():
    assert not failures(LONG, interpolating(lambda place: place))


def test_some_of_these_places_lie_behind_the_pixel_that_they_mean():
    places = (np.arange(448, dtype=np.float32) + np.float32(0.5)) * (np.float32(1) / np.float32(7)) - np.float32(0.5)
    assert (places[3::7] > np.arange(64)).any()


def test_places_a_thousandth_of_a_pixel_off_fail():
    failing = failures(LONG, interpolating(lambda place: place + np.float32(1e-3)))
    assert {"1/forward/up_sampling2d", "1/backward/up_sampling2d"} <= failing


def normalizing(shift):
    """Return an operator that computes x s + (β - m s) and then is off by ``shift``."""
    (original,) = (operator for kind, operator in VECTORIZED.operators.items() if kind is LayerNormalization)

    def forward(layer, weights, x):
        mean = x.mean(-1, keepdims=True)
        slope = weights["gamma"] / np.sqrt(np.square(x - mean).mean(-1, keepdims=True) + np.float32(layer.epsilon))
        _, cache = original.forward(layer, weights, x)
        return x * slope + (weights["beta"] - mean * slope) + np.float32(shift), cache

    operator = SimpleNamespace(forward=forward, backward=original.backward)
    return Layerwise("normalizing", operators={LayerNormalization: operator})


@pytest.mark.parametrize("seed", range(3))
def test_layer_normalization_that_subtracts_the_mean_last_passes(seed):
    assert not failures(OFFSET.with_(seed=seed), normalizing(0.0))


def test_layer_normalization_off_by_a_thousandth_fails():
    assert "1/forward/layer_normalization" in failures(OFFSET, normalizing(1e-3))


def test_beta_less_the_mean_is_a_rounding_of_its_own():
    """Where x s and β - m s cancel, y is small and both are not."""
    layer, x = LayerNormalization(), Estimate.exact([[1.0, 1.0, 1.0, 1.0]])
    weights = {"gamma": Estimate.exact(np.ones(4)), "beta": Estimate.exact(np.full(4, 0.5))}
    apart, _ = layer.forward(weights, x, FLOAT32)
    shift = 1 / np.sqrt(layer.epsilon)
    assert (apart.worst_case >= FLOAT32.unit_roundoff * (2 * shift + abs(0.5 - shift))).all()
