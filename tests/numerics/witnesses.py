"""What stands against an expression: derivatives from its values alone, and the same computed in float32."""

import numpy as np

from harness.numerics import FLOAT32, FLOAT64, Estimate
from harness.numerics.expressions import given, gradients
from harness.numerics.finite_differences import derivative

# Of each argument.
LOOKED_AT = 3
SIGMAS = 8.0
# A deviation that is wider than this many times the errors seen promises too little.
TOO_WIDE = 50.0


def started(arrays, arithmetic=FLOAT64, noise=0.0):
    """Return an expression's starts, off by ``noise`` of themselves."""
    exact = [Estimate.exact(array) for array in arrays]
    return [given(each.off_by(noise * np.abs(each.value)) if noise else each, arithmetic) for each in exact]


def wrong_gradients(function, arrays):
    """Return the arguments of a function of expressions whose gradient is not that of finite differences."""
    generator = np.random.default_rng(5)
    starts = started(arrays)
    y = function(*starts)
    dy = generator.normal(size=y.shape)
    found = gradients(y, starts, given(Estimate.exact(dy), FLOAT64))
    wrong = []
    for argument, gradient in enumerate(found):

        def summed(at, argument=argument):
            others = [at if place == argument else array for place, array in enumerate(arrays)]
            return float((function(*started(others)).value * dy).sum())

        assert gradient.shape == arrays[argument].shape
        for place in generator.choice(gradient.value.size, min(LOOKED_AT, gradient.value.size), replace=False):
            index = np.unravel_index(place, gradient.shape)
            value, error = derivative(summed, arrays[argument], index)
            if not abs(value - gradient.value[index]) <= 2 * error + gradient.estimate.worst_case[index]:
                wrong.append(argument)
    return sorted(set(wrong))


def slope_of(function):
    """Return the derivative of an elementwise function of one expression, as a function of one."""

    def slope(x):
        ones = given(Estimate.exact(np.ones(x.shape)), FLOAT64)
        return gradients(function(x), [x], ones)[0]

    return slope


def unlike_float32(function, in_float32, arrays):
    """Return in what the error of an expression is not that of a computation in float32; empty where it is."""
    expected = function(*started(arrays, FLOAT32)).estimate
    got = in_float32(*(array.astype(np.float32) for array in arrays))
    assert got.dtype == np.float32
    error = np.abs(got.astype(np.float64) - expected.value)
    with np.errstate(divide="ignore", invalid="ignore"):
        units = np.where(error == 0, 0.0, error / np.sqrt(expected.variance))
    size = float(np.sqrt(np.square(units).mean()))
    found = {
        "beyond the worst case": not (error <= expected.worst_case).all(),
        "beyond eight deviations": not units.max() < SIGMAS,
        "too wide": size < 1 / TOO_WIDE,
    }
    return [what for what, holds in found.items() if holds]
