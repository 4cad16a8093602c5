"""BatchNormalization: y = γ (x - m) r + β, r = 1 / √(v + ε), m the mean and v the variance of a channel's N elements.

Two ways of computing each number are both right, and Keras on TensorFlow mixes them; the error is the larger of both.

- v as Σ (x - m)² / N (TensorFlow): ``3 u`` on each term, the sum's error, and the square of the error of m, whose first
  order cancels. Or as Σ x² / N - m²: the errors of that sum and of m², however much of them cancels.
- y from x - m, or, as TensorFlow does, as x s + (β - m s) with s = γ r: ``u (|x s| + |m s| + |β - m s|)`` besides
  ``2 u |s (x - m)|`` and ``u |y|``.
- dγ as Σ dy x̂ with x̂ = (x - m) r, or as r (Σ dy x - m Σ dy), which TensorFlow's derivative of s amounts to.
- dx = s (dy - Σ dy / N - x̂ Σ dy x̂ / N) with 4, 5 and 8 roundings of the three terms.

r is off by ``|δv| / 2 (v + ε)`` of itself, and 4 roundings (ε, sum, root, inverse); s by one more.

All elements of a channel share the errors of m, r and the sums. They do not average out over elements, as the rule
for many elements supposes of independent errors, and so count with twice their deviation.

Errors that x and dy bring pass through the Jacobian s (1 - 1/N - x̂ x̂ᵀ / N), which is symmetric.

Source of the gradients: Ioffe and Szegedy, arXiv:1502.03167, section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.layers import BatchNormalization
from harness.specification import Shape
from harness.verdict.arithmetic import Arithmetic
from harness.verdict.estimate import Estimate, Factor, Floats
from harness.verdict.summation import total

# Variance of an error that all elements of a channel share, in units of its own.
SHARED = 4.0


@dataclass(frozen=True)
class Cache:
    """What the backward pass needs; everything but x is (channels,) and has the errors of rounding alone.

    Attributes:
        shape: of the layer's input.
        x: (elements, channels).
        mean: of the batch.
        variance: of the batch, biased.
        inverse: 1 / √(variance + ε).
    """

    shape: Shape
    x: Estimate
    mean: Estimate
    variance: Estimate
    inverse: Estimate

    @property
    def normalized(self) -> Floats:
        """x̂, (elements, channels)."""
        normalized: Floats = (self.x.value - self.mean.value) * self.inverse.value
        return normalized


def forward(
    layer: BatchNormalization, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Cache]:
    """Return y, the shape of x, normalized with the batch's own statistics, and the cache."""
    rows = x.mapped(_rows)
    exact = rows.value
    mean = _mean(Estimate.exact(exact), arithmetic)
    variance = _variance(exact, mean, arithmetic)
    cache = Cache(x.shape, rows, mean, variance, _inverse(layer, variance, arithmetic))
    y = _normalized(weights, exact, mean, cache.inverse, arithmetic)
    if not x.is_exact:
        slope = cache.inverse.value * _gamma(weights).value
        y = y + _through_jacobian(rows, slope, cache.normalized)
    return y.mapped(lambda array: array.reshape(x.shape)), cache


def backward(
    layer: BatchNormalization, weights: Mapping[str, Estimate], cache: Cache, dy: Estimate, arithmetic: Arithmetic
) -> tuple[Estimate, Mapping[str, Estimate]]:
    """Return the gradients with respect to x, also through mean and variance, and to each parameter."""
    dy = dy.mapped(_rows)
    normalized, gamma = cache.normalized, _gamma(weights)
    slope = cache.inverse.value * gamma.value
    dbeta = total(dy, 0, arithmetic)
    rounded_sums = total(Estimate.exact(dy.value), 0, arithmetic), _dgamma(cache, dy.value, arithmetic)
    dgamma = _shared(rounded_sums[1], (np.abs(rounded_sums[1].value), _relative(cache.inverse)))
    dgamma = _shared(dgamma, (np.abs(cache.inverse.value * dbeta.value), cache.mean))
    dx = _dx(cache, dy.value, slope, rounded_sums, arithmetic)
    if not dy.is_exact:
        # Of a constant channel x̂ is 0: what is left is the product of both errors.
        size = np.abs(normalized) + cache.inverse.value * (cache.mean.det + cache.x.det)
        square = np.square(normalized) + np.square(cache.inverse.value) * (cache.mean.var + cache.x.var)
        dgamma = _with(dgamma, (size * dy.det).sum(0), (square * dy.var).sum(0))
        dx = dx + _through_jacobian(dy, slope, normalized)
    if not cache.x.is_exact:
        dgamma, dx = _with_errors_of_x(cache, dy.value, slope, dgamma, dx)
    if not gamma.is_exact:
        share = np.abs(dx.value / np.where(gamma.value == 0, 1.0, gamma.value))
        dx = _with(dx, share * gamma.det, share**2 * gamma.var)
    gradients = ({"gamma": dgamma} if layer.scale else {}) | ({"beta": dbeta} if layer.center else {})
    return dx.mapped(lambda array: array.reshape(cache.shape)), gradients


def infer(layer: BatchNormalization, weights: Mapping[str, Estimate], x: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return y, the shape of x, normalized with the moving statistics."""
    rows = x.mapped(_rows)
    inverse = _inverse(layer, weights["moving_variance"], arithmetic)
    y = _normalized(weights, rows.value, weights["moving_mean"], inverse, arithmetic)
    if not x.is_exact:
        slope = inverse.value * _gamma(weights).value
        y = _with(y, np.abs(slope) * rows.det, np.square(slope) * rows.var)
    return y.mapped(lambda array: array.reshape(x.shape))


def moving(
    layer: BatchNormalization, weights: Mapping[str, Estimate], cache: Cache, arithmetic: Arithmetic
) -> Mapping[str, Estimate]:
    """Return the moving statistics after the step, each (channels,).

    Each product rounds twice, with its factor, and the sum once; 1 - momentum, taken from the rounded momentum, is off
    by as much as that.
    """
    mean, variance = cache.mean, cache.variance
    if not cache.x.is_exact:
        n, centered = len(cache.x.value), cache.x.value - mean.value
        mean = _with(mean, cache.x.det.sum(0) / n, cache.x.var.sum(0) / n**2)
        variance = _with(
            variance,
            2 * (np.abs(centered) * cache.x.det).sum(0) / n,
            4 * (centered**2 * cache.x.var).sum(0) / n**2,
        )
    keep, take = layer.momentum, 1 - layer.momentum
    return {
        name: (
            weights[name].scaled(keep).rounded(2, arithmetic)
            + batch.scaled(take).rounded(2, arithmetic).off_by(arithmetic.constant_error(keep) * np.abs(batch.value))
        ).rounded(1, arithmetic)
        for name, batch in (("moving_mean", mean), ("moving_variance", variance))
    }


def _rows(array: Floats) -> Floats:
    return array.reshape(-1, array.shape[-1])


def _gamma(weights: Mapping[str, Estimate]) -> Estimate:
    return weights.get("gamma", Estimate.exact(1.0))


def _mean(x: Estimate, arithmetic: Arithmetic) -> Estimate:
    return total(x, 0, arithmetic).scaled(1 / len(x.value)).rounded(2, arithmetic)


def _variance(x: Floats, mean: Estimate, arithmetic: Arithmetic) -> Estimate:
    squared = np.square(x - mean.value)
    # Squares overflow long before x does; then nothing can be said about what comes of them.
    overflown = _overflown(np.square(x).sum(0), arithmetic)
    centered_first = _mean(Estimate.exact(squared).rounded(3, arithmetic), arithmetic)
    squared_first = _mean(Estimate.exact(np.square(x)).rounded(1, arithmetic), arithmetic)
    squared_mean = mean.through(np.square(mean.value), 2 * mean.value).rounded(1, arithmetic)
    squared_first = (squared_first - squared_mean).rounded(1, arithmetic)
    return Estimate(
        centered_first.value,
        np.maximum(centered_first.det + np.square(mean.det), squared_first.det),
        np.maximum(centered_first.var + 3 * np.square(mean.var), squared_first.var),
    ).off_by(overflown)


def _inverse(layer: BatchNormalization, variance: Estimate, arithmetic: Arithmetic) -> Estimate:
    value = 1 / np.sqrt(variance.value + layer.epsilon)
    return variance.through(value, -(value**3) / 2).rounded(4, arithmetic)


def _normalized(
    weights: Mapping[str, Estimate], x: Floats, mean: Estimate, inverse: Estimate, arithmetic: Arithmetic
) -> Estimate:
    """Return y (elements, channels) with the errors of rounding, of the statistics and of the parameters."""
    gamma, beta = _gamma(weights), weights.get("beta", Estimate.exact(0.0))
    unit = arithmetic.unit_roundoff
    slope = inverse.value * gamma.value
    scaled = (x - mean.value) * slope
    y = Estimate.exact(scaled + beta.value)
    for size in (np.abs(x * slope), 2 * np.abs(scaled), np.abs(y.value)):
        y = y.off_by(unit * size)
    y = y.off_by(np.where(y.det > 0, arithmetic.smallest_normal, 0.0))
    shift = mean.value * slope
    common = Estimate.exact(shift)
    for size in (np.abs(shift), np.abs(beta.value - shift)):
        common = common.off_by(unit * size)
    y = _shared(y, (1.0, common), (np.abs(slope), mean))
    y = _shared(y, (np.abs(scaled), _relative(inverse.rounded(1, arithmetic))))
    normalized = np.abs(x - mean.value) * inverse.value
    if not gamma.is_exact:
        y = _with(y, normalized * gamma.det, np.square(normalized) * gamma.var)
    if not beta.is_exact:
        y = _with(y, beta.det, beta.var)
    return y


def _dgamma(cache: Cache, dy: Floats, arithmetic: Arithmetic) -> Estimate:
    """Return Σ dy x̂, (channels,), with the larger error of both ways of adding it up."""
    normalized_first = total(Estimate.exact(dy * cache.normalized).rounded(3, arithmetic), 0, arithmetic)
    of_products = total(Estimate.exact(dy * cache.x.value).rounded(1, arithmetic), 0, arithmetic)
    of_sums = total(Estimate.exact(dy), 0, arithmetic).scaled(cache.mean.value).rounded(1, arithmetic)
    summed_first = (of_products - of_sums).rounded(1, arithmetic).scaled(cache.inverse.value).rounded(1, arithmetic)
    larger = Estimate(
        normalized_first.value,
        np.maximum(normalized_first.det, summed_first.det),
        np.maximum(normalized_first.var, summed_first.var),
    )
    return larger.off_by(_overflown(np.abs(dy * cache.x.value).sum(0), arithmetic))


def _dx(cache: Cache, dy: Floats, slope: Floats, sums: tuple[Estimate, Estimate], arithmetic: Arithmetic) -> Estimate:
    """Return dx (elements, channels) with the errors of rounding, of the statistics and of the sums."""
    n, normalized = len(dy), cache.normalized
    sum_dy, sum_product = sums
    terms = slope * dy, slope * sum_dy.value / n, slope * normalized * sum_product.value / n
    dx = Estimate.exact(terms[0] - terms[1] - terms[2])
    for term, roundings in zip(terms, (4, 5, 8), strict=True):
        dx = dx.off_by(Estimate.rounding(term, roundings, arithmetic))
    # TensorFlow multiplies the derivative of s by γ and by r³: the first may overflow, the second underflow.
    of_inverse = np.abs(slope * sum_product.value) / np.square(cache.inverse.value)
    dx = dx.off_by(2 * np.abs(normalized / cache.inverse.value) / n * of_inverse * arithmetic.smallest_normal)
    dx = dx.off_by(_overflown(of_inverse, arithmetic))
    relative = _relative(cache.inverse)
    through_mean = np.abs(slope) * cache.inverse.value / n
    through_mean = through_mean * (np.abs(normalized * sum_dy.value) + np.abs(sum_product.value))
    return _shared(
        dx,
        (np.abs(slope) / n, sum_dy),
        (np.abs(slope * normalized) / n, sum_product),
        (np.abs(terms[0] - terms[1]) + 3 * np.abs(terms[2]), relative),
        (through_mean, cache.mean),
    )


def _with_errors_of_x(
    cache: Cache, dy: Floats, slope: Floats, dgamma: Estimate, dx: Estimate
) -> tuple[Estimate, Estimate]:
    """Return dγ and dx with what the errors of x add: through x̂, and for dx through r as well."""
    n, normalized, inverse = len(dy), cache.normalized, cache.inverse.value
    error = _through_jacobian(cache.x, inverse, normalized)
    size, square = np.abs(dy), np.square(dy)
    product_det, product_var = (size * error.det).sum(0), (square * error.var).sum(0)
    relative_det = inverse * (np.abs(normalized) * cache.x.det).sum(0) / n
    relative_var = inverse**2 * (normalized**2 * cache.x.var).sum(0) / n**2
    each, all_of_them = np.abs(slope * dgamma.value) / n, np.abs(slope * normalized) / n
    dx = _with(
        dx,
        each * error.det + all_of_them * product_det + np.abs(dx.value) * relative_det,
        each**2 * error.var + all_of_them**2 * product_var + dx.value**2 * relative_var,
    )
    return _with(dgamma, product_det, product_var), dx


def _through_jacobian(error: Estimate, slope: Floats, normalized: Floats) -> Estimate:
    """Return 0 with the error that s (1 - 1/N - x̂ x̂ᵀ / N) makes of an error, both (elements, channels)."""
    n = len(normalized)
    size, square = np.abs(normalized), np.square(normalized)
    det = np.abs(slope) * (error.det + error.det.sum(0) / n + size * (size * error.det).sum(0) / n)
    shares = error.var.sum(0) + square * (square * error.var).sum(0)
    return Estimate(np.zeros(det.shape), det, np.square(slope) * (error.var + 2 * shares / n**2))


def _overflown(size: Floats, arithmetic: Arithmetic) -> Floats:
    """Return the error of what overflows on the way: so large that nothing is known of what comes of it."""
    # Its square stays finite.
    return np.where(size >= arithmetic.overflow, np.minimum(size / arithmetic.unit_roundoff, 2.0**500), 0.0)


def _relative(inverse: Estimate) -> Estimate:
    return Estimate(inverse.value, inverse.det / inverse.value, inverse.var / np.square(inverse.value))


def _shared(estimate: Estimate, *errors: tuple[Factor, Estimate]) -> Estimate:
    """Return the estimate with errors that all elements of a channel share, each behind its factor."""
    for factor, error in errors:
        estimate = _with(estimate, factor * error.det, SHARED * np.square(factor) * error.var)
    return estimate


def _with(estimate: Estimate, det: Factor, var: Factor) -> Estimate:
    return Estimate(estimate.value, estimate.det + det, estimate.var + var)
