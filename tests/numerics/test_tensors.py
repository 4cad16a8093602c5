"""Functions in which elements meet or change places: transposes, and roundings."""

import inspect

import numpy as np
import pytest
from witnesses import started, unlike_float32, wrong_gradients

from harness.numerics import FLOAT32, FLOAT64, tensors
from harness.numerics.expressions import square
from harness.numerics.windows import windows_of
from harness.operators.layers import Conv2D

EPSILON = 1e-3


def windows(taps, strides=1, dilation=1, padding="valid", size=(5, 6)):
    layer = Conv2D(1, taps, strides=strides, dilation_rate=dilation, padding=padding)
    return windows_of(layer, layer.kernel_size, size, layer.dilation_rate)


APART, OVERLAPPING = windows((2, 3), (2, 3)), windows((3, 2), (1, 2), padding="same")
DILATED = windows((2, 3), dilation=2, padding="same")


def drawn(*shapes):
    generator = np.random.default_rng(7)
    return [generator.normal(size=shape).astype(np.float32).astype(np.float64) for shape in shapes]


IMAGES, KERNEL, GROUPED, BIAS = (2, 5, 6, 4), (3, 2, 4, 2), (3, 2, 2, 4), (2,)
OF_OVERLAPPING = (2, OVERLAPPING.down.count, OVERLAPPING.across.count)
SEEN = (*OF_OVERLAPPING, 3, 2, 4)

# By name: the function, and the shapes of its arguments.
MOVING = {
    "reshaped": (lambda x: tensors.reshaped(x, (4, -1)), [(2, 6, 3)]),
    "transposed": (lambda x: tensors.transposed(x, (2, 0, 1)), [(2, 6, 3)]),
    "part": (lambda x: tensors.part(x, (slice(None), slice(1, 4))), [(2, 6, 3)]),
    "padded": (lambda x: tensors.padded(x, ((0, 0), (1, 2), (3, 0))), [(2, 6, 3)]),
    "broadcast": (lambda x: tensors.broadcast(x, (4, 2, 5, 3)), [(2, 1, 3)]),
    "concatenated": (lambda x, y: tensors.concatenated([x, y], 1), [(2, 6, 3), (2, 4, 3)]),
    "moved": (lambda x: tensors.moved(x, np.flip, lambda dy: tensors.moved(dy, np.flip, lambda ddy: ddy)), [(2, 6)]),
    "elements": (lambda x: tensors.elements(x, OVERLAPPING), [IMAGES]),
    "gathered from windows apart": (lambda x: tensors.gathered(x, APART), [(2, 2, 2, 2, 3, 4)]),
}
# With the same in float32.
ROUNDING = {
    "total": (lambda x: tensors.total(x, (0, -1)), lambda x: x.sum((0, -1)), [(9, 6, 7)]),
    "total that keeps its axes": (
        lambda x: tensors.total(x, 1, keepdims=True),
        lambda x: x.sum(1, keepdims=True),
        [(9, 6)],
    ),
    "together": (lambda *x: tensors.together(x), lambda x, y, z: z + x + y, [(5, 6)] * 3),
    "divided": (lambda x: tensors.divided(x, 7.0), lambda x: x / np.float32(7), [(5, 6)]),
    "divided by counts": (
        lambda x: tensors.divided(x, np.array([1.0, 3.0, 7.0])),
        lambda x: x * (np.float32(1) / np.array([1, 3, 7], np.float32)),
        [(50, 3)],
    ),
    "mean": (lambda x: tensors.mean(x, (0, 1)), lambda x: x.mean((0, 1)), [(5, 6, 9)]),
    "mean_of_all": (lambda x: tensors.mean_of_all(x * x), lambda x: np.asarray((x * x).mean()), [(5, 6)]),
    "product": (tensors.product, lambda x, y: x @ y, [(8, 9), (9, 7)]),
    "product and bias": (tensors.product, lambda x, y, b: x @ y + b, [(8, 9), (9, 7), (7,)]),
    "gathered": (
        lambda x: tensors.gathered(x, OVERLAPPING),
        lambda x: OVERLAPPING.scattered(x).astype(np.float32),
        [SEEN],
    ),
    "convolved": (
        lambda x, k: tensors.convolved(x, k, OVERLAPPING),
        lambda x, k: np.einsum("nijhwc,hwco->nijo", OVERLAPPING.over(x), k),
        [IMAGES, KERNEL],
    ),
    "convolved with bias": (
        lambda x, k, b: tensors.convolved(x, k, OVERLAPPING, 1, b),
        lambda x, k, b: b + np.einsum("nijhwc,hwco->nijo", OVERLAPPING.over(x), k),
        [IMAGES, KERNEL, BIAS],
    ),
    "convolved in groups": (
        lambda x, k: tensors.convolved(x, k, DILATED, 2),
        lambda x, k: in_groups(x, k, DILATED),
        [IMAGES, (2, 3, 2, 4)],
    ),
    "spread": (
        lambda dy, k: tensors.spread(dy, k, OVERLAPPING),
        lambda dy, k: OVERLAPPING.scattered(np.einsum("nijo,hwco->nijhwc", dy, k)).astype(np.float32),
        [(*OF_OVERLAPPING, 2), KERNEL],
    ),
    "spread with bias": (
        lambda dy, k, b: tensors.spread(dy, k, OVERLAPPING, 1, b),
        lambda dy, k, b: b + OVERLAPPING.scattered(np.einsum("nijo,hwco->nijhwc", dy, k)).astype(np.float32),
        [(*OF_OVERLAPPING, 2), KERNEL, (4,)],
    ),
    "correlated": (
        lambda x, dy: tensors.correlated(x, dy, OVERLAPPING),
        lambda x, dy: np.einsum("nijhwc,nijo->hwco", OVERLAPPING.over(x), dy),
        [IMAGES, (*OF_OVERLAPPING, 2)],
    ),
    "standardized": (
        lambda x: tensors.standardized(x, EPSILON),
        lambda x: (x - x.mean(0)) / np.sqrt(x.var(0) + np.float32(EPSILON)),
        [(30, 4)],
    ),
}


def in_groups(x, kernel, windows):
    halves = zip(np.split(x, 2, -1), np.split(kernel, 2, -1), strict=True)
    return np.concatenate([np.einsum("nijhwc,hwco->nijo", windows.over(x), k) for x, k in halves], -1)


ALL = {name: (function, shapes) for name, (function, *_, shapes) in (MOVING | ROUNDING).items()}


def test_every_function_is_tested():
    own = {
        name for name, each in vars(tensors).items() if inspect.isfunction(each) and each.__module__ == tensors.__name__
    }
    assert {name for name in own if name[0] != "_"} <= ALL.keys()


@pytest.mark.parametrize(("function", "shapes"), ALL.values(), ids=ALL.keys())
def test_each_gradient_is_that_of_finite_differences(function, shapes):
    assert wrong_gradients(function, drawn(*shapes)) == []


@pytest.mark.parametrize(("function", "shapes"), ALL.values(), ids=ALL.keys())
def test_each_gradient_is_right_behind_a_square(function, shapes):
    assert wrong_gradients(lambda *x: square(function(*(each * 0.7 for each in x))), drawn(*shapes)) == []


def test_a_wrong_transpose_is_found():
    def flipped(x):
        return tensors.moved(x, np.flip, lambda dy: dy)

    assert wrong_gradients(flipped, drawn((2, 6))) == [0]
    assert wrong_gradients(lambda x, y: x * flipped(y), drawn((2, 6), (2, 6))) == [1]


@pytest.mark.parametrize(("function", "in_float32", "shapes"), ROUNDING.values(), ids=ROUNDING.keys())
def test_the_error_is_that_of_float32(function, in_float32, shapes):
    assert unlike_float32(function, in_float32, drawn(*shapes)) == []


@pytest.mark.parametrize(("function", "in_float32", "shapes"), ROUNDING.values(), ids=ROUNDING.keys())
def test_a_result_that_is_off_by_more_is_found(function, in_float32, shapes):
    def off(*arrays):
        return in_float32(*arrays) * np.float32(1 + 1e-4)

    assert "beyond eight deviations" in unlike_float32(function, off, drawn(*shapes))


@pytest.mark.parametrize(("function", "shapes"), MOVING.values(), ids=MOVING.keys())
def test_what_moves_elements_rounds_nothing_and_takes_their_errors_along(function, shapes):
    arrays = drawn(*shapes)
    assert function(*started(arrays, FLOAT32)).estimate.is_exact
    noisy = function(*started(arrays, FLOAT64, 1e-3)).estimate
    assert np.allclose(noisy.worst_case, 1e-3 * np.abs(noisy.value))
    assert np.allclose(noisy.variance, np.square(noisy.worst_case) / 3)


def test_a_count_of_one_rounds_nothing():
    worst_case = tensors.divided(started(drawn((5, 2)), FLOAT32)[0], np.array([1.0, 3.0])).estimate.worst_case
    assert not worst_case[:, 0].any()
    assert worst_case[:, 1].all()


@pytest.mark.parametrize("name", ["total", "product", "convolved", "spread", "correlated", "gathered", "together"])
def test_errors_of_arguments_add_to_those_of_rounding(name):
    function, shapes = ALL[name]
    arrays = drawn(*shapes)
    exact, noisy = (function(*started(arrays, FLOAT32, noise)).estimate for noise in (0.0, 1e-3))
    assert (noisy.worst_case > 100 * exact.worst_case).all()
    # The worst case of a linear function is the function of sizes.
    sizes = function(*started([np.abs(array) for array in arrays])).value
    arguments = len(arrays) if name in ("product", "convolved", "spread", "correlated") else 1
    assert np.allclose(noisy.worst_case, exact.worst_case + 1e-3 * arguments * sizes, rtol=2e-3)


def test_standardized_has_no_derivative_of_its_gradient():
    x = started(drawn((6, 2)))[0]
    dy = started(drawn((6, 2)))[0]
    gradient = tensors.standardized(x, EPSILON).back(0, dy)
    with pytest.raises(NotImplementedError, match="standardized"):
        gradient.back(0, dy)
