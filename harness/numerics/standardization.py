"""Columns brought to mean 0 and variance 1: y = γ (x - m) r + β, r = 1 / √(v + ε), with the error of each part.

m is the mean and v the biased variance of a column's N elements. Batch normalization has a column for each channel,
layer normalization one for each sample.

Two ways of computing each number are both right, and Keras on TensorFlow mixes them; the error is the larger of both.

- v as Σ (x - m)² / N (TensorFlow): ``3 u`` on each term, the sum's error, and the square of the error of m, whose first
  order cancels. Or as Σ x² / N - m²: the errors of that sum and of m², however much of them cancels.
- y from x - m, or, as TensorFlow does, as x s + (β - m s) with s = γ r: ``u (|x s| + |m s| + |β - m s|)`` besides
  ``2 u |s (x - m)|`` and ``u |y|``.
- dγ as Σ dy x̂ with x̂ = (x - m) r, or as r (Σ dy x - m Σ dy), which TensorFlow's derivative of s amounts to.
- dx = s (dy - Σ dy / N - x̂ Σ dy x̂ / N) with 4, 5 and 8 roundings of the three terms.

r is off by ``|δv| / 2 (v + ε)`` of itself, and 4 roundings (ε, sum, root, inverse); s by one more.

All elements of a column share the errors of m, r and the sums. They do not average out over elements, as the rule
for many elements supposes of independent errors, and so count with twice their deviation.

Errors that x and dy bring pass through the Jacobian s (1 - 1/N - x̂ x̂ᵀ / N), which is symmetric.

Source of the gradients: Ioffe and Szegedy, arXiv:1502.03167, section 3.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.numerics.arithmetic import Arithmetic
from harness.numerics.channels import (
    SHARED,
    of_overflow,
    of_underflow,
    relative_error,
    row_blocks,
    through_jacobian,
    with_shared,
)
from harness.numerics.estimate import REACH, Estimate, Floats
from harness.numerics.summation import total, total_of_rounded

ONE, ZERO = Estimate.exact(1.0), Estimate.exact(0.0)


@dataclass(frozen=True)
class Statistics:
    """Columns and their statistics; everything but x is (columns,) and has the errors of rounding alone.

    Attributes:
        x: (elements, columns).
        mean: of each column.
        variance: biased.
        inverse: 1 / √(variance + ε).
    """

    x: Estimate
    mean: Estimate
    variance: Estimate
    inverse: Estimate

    @cached_property
    def normalized(self) -> Floats:
        """x̂, (elements, columns)."""
        normalized: Floats = (self.x.value - self.mean.value) * self.inverse.value
        return normalized


def statistics_of(x: Estimate, epsilon: float, arithmetic: Arithmetic) -> Statistics:
    """Return the statistics of columns (elements, columns)."""
    mean = _mean(Estimate.exact(x.value), arithmetic)
    variance = _variance(x.value, mean, arithmetic)
    return Statistics(x, mean, variance, inverse_root(variance, epsilon, arithmetic))


def standardized(columns: Statistics, arithmetic: Arithmetic, gamma: Estimate = ONE, beta: Estimate = ZERO) -> Estimate:
    """Return y, (elements, columns), normalized with the columns' own statistics; gamma and beta are (columns,)."""
    y = scaled(columns.x.value, columns.mean, columns.inverse, arithmetic, gamma, beta)
    if columns.x.is_exact:
        return y
    return y + through_jacobian(columns.x, columns.inverse.value * gamma.value, columns.normalized)


def gradients(
    columns: Statistics, dy: Estimate, arithmetic: Arithmetic, gamma: Estimate = ONE
) -> tuple[Estimate, Estimate, Estimate]:
    """Return the gradients with respect to x, also through mean and variance, to gamma and to beta.

    Args:
        columns: as in the forward pass.
        dy: (elements, columns).
        arithmetic: of the implementation.
        gamma: (columns,).
    """
    normalized = columns.normalized
    slope = columns.inverse.value * gamma.value
    sum_dy = total(Estimate.exact(dy.value), 0, arithmetic)
    dbeta = sum_dy if dy.is_exact else sum_dy.with_error(dy.worst_case.sum(0), dy.variance.sum(0))
    rounded_sums = sum_dy, _dgamma(columns, dy.value, sum_dy, arithmetic)
    dgamma = with_shared(rounded_sums[1], (np.abs(rounded_sums[1].value), relative_error(columns.inverse)))
    dgamma = with_shared(dgamma, (np.abs(columns.inverse.value * dbeta.value), columns.mean))
    dx = _dx(columns, dy.value, slope, rounded_sums, arithmetic)
    if not dy.is_exact:
        # Of a constant column x̂ is 0: what is left is the product of both errors.
        size = np.abs(normalized) + columns.inverse.value * (columns.mean.worst_case + columns.x.worst_case)
        square = np.square(normalized) + np.square(columns.inverse.value) * (columns.mean.variance + columns.x.variance)
        dgamma = dgamma.with_error((size * dy.worst_case).sum(0), (square * dy.variance).sum(0))
        dx = dx + through_jacobian(dy, slope, normalized)
    if not columns.x.is_exact:
        dgamma, dx = _with_errors_of_x(columns, dy.value, slope, dgamma, dx)
    if not gamma.is_exact:
        share = np.abs(dx.value / np.where(gamma.value == 0, 1.0, gamma.value))
        dx = dx.with_error(share * gamma.worst_case, share**2 * gamma.variance)
    return dx, dgamma, dbeta


def inverse_root(variance: Estimate, epsilon: float, arithmetic: Arithmetic) -> Estimate:
    """Return 1 / √(variance + ε)."""
    value = 1 / np.sqrt(variance.value + epsilon)
    return variance.through(value, -(value**3) / 2).rounded(4, arithmetic)


def scaled(
    x: Floats, mean: Estimate, inverse: Estimate, arithmetic: Arithmetic, gamma: Estimate, beta: Estimate
) -> Estimate:
    """Return γ (x - m) r + β, (elements, columns), with the errors of rounding, statistics and parameters.

    Besides y's own rounding, worst cases are a multiple of |x - m|, one of |x|, and a constant of the column;
    variances are multiples of their squares.
    """
    unit, tiny = arithmetic.unit_roundoff, arithmetic.smallest_normal
    slope = inverse.value * gamma.value
    size, shift = np.abs(slope), mean.value * slope
    relative = relative_error(inverse.rounded(1, arithmetic))
    of_shift = unit * np.abs(shift), unit * np.abs(beta.value - shift)
    constant = Estimate.exact(np.zeros(slope.shape)).off_by(of_shift[0]).off_by(of_shift[1])
    constant = with_shared(Estimate.exact(constant.value), (1.0, constant), (size, mean))
    constant = constant.with_error(beta.worst_case, beta.variance)
    worst_case_of_centered = size * (2 * unit + relative.worst_case) + np.abs(inverse.value) * gamma.worst_case
    variance_of_centered = np.square(slope) * (4 * unit**2 / 3 + SHARED * relative.variance)
    variance_of_centered = variance_of_centered + np.square(inverse.value) * gamma.variance
    value, worst_case, variance = (np.empty(x.shape) for _ in range(3))
    for block in row_blocks(x):
        x_, y = x[block], value[block]
        centered = x_ - mean.value
        np.multiply(centered, slope, out=y)
        y += beta.value
        of_y = np.abs(y)
        of_y *= unit
        rounded = np.abs(x_, out=worst_case[block])
        rounded *= unit * size
        square = np.square(rounded, out=variance[block])
        square += np.square(of_y)
        square *= 1 / 3
        rounded += of_y
        np.square(centered, out=of_y)
        of_y *= variance_of_centered
        square += of_y
        np.abs(centered, out=centered)
        centered *= worst_case_of_centered
        rounded += centered
        underflow = of_underflow(rounded, tiny)
        square += constant.variance + tiny * underflow / 3
        rounded += constant.worst_case + underflow
    return Estimate(value, worst_case, variance)


def _mean(x: Estimate, arithmetic: Arithmetic) -> Estimate:
    return total(x, 0, arithmetic).scaled(1 / len(x.value)).rounded(2, arithmetic)


def _variance(x: Floats, mean: Estimate, arithmetic: Arithmetic) -> Estimate:
    squared = np.square(x)
    scale = 1 / len(x)
    squared_first = total_of_rounded(squared, 1, arithmetic).scaled(scale).rounded(2, arithmetic)
    # Squares overflow long before x does; then nothing can be said about what comes of them.
    overflown = of_overflow(squared_first.value * len(x), arithmetic)
    centered = np.subtract(x, mean.value, out=squared)
    np.square(centered, out=centered)
    centered_first = total_of_rounded(centered, 3, arithmetic).scaled(scale).rounded(2, arithmetic)
    squared_mean = mean.through(np.square(mean.value), 2 * mean.value).rounded(1, arithmetic)
    squared_first = (squared_first - squared_mean).rounded(1, arithmetic)
    return Estimate(
        centered_first.value,
        np.maximum(centered_first.worst_case + np.square(mean.worst_case), squared_first.worst_case),
        np.maximum(centered_first.variance + 3 * np.square(mean.variance), squared_first.variance),
    ).off_by(overflown)


def _dgamma(columns: Statistics, dy: Floats, sum_dy: Estimate, arithmetic: Arithmetic) -> Estimate:
    """Return Σ dy x̂, (channels,), with the larger error of both ways of adding it up."""
    products = dy * columns.normalized
    normalized_first = total_of_rounded(products, 3, arithmetic)
    np.multiply(dy, columns.x.value, out=products)
    of_products = total_of_rounded(products, 1, arithmetic)
    of_sums = sum_dy.scaled(columns.mean.value).rounded(1, arithmetic)
    summed_first = (of_products - of_sums).rounded(1, arithmetic).scaled(columns.inverse.value).rounded(1, arithmetic)
    larger = Estimate(
        normalized_first.value,
        np.maximum(normalized_first.worst_case, summed_first.worst_case),
        np.maximum(normalized_first.variance, summed_first.variance),
    )
    return larger.off_by(of_overflow(np.abs(products, out=products).sum(0), arithmetic))


def _dx(
    columns: Statistics, dy: Floats, slope: Floats, sums: tuple[Estimate, Estimate], arithmetic: Arithmetic
) -> Estimate:
    """Return dx (elements, columns) with the errors of rounding, of the statistics and of the sums.

    Besides those of its three terms, worst cases are a multiple of |x̂| and a constant of the column.
    """
    n, normalized = len(dy), columns.normalized
    sum_dy, sum_product = sums
    of_sum, of_product, each = slope * sum_dy.value / n, slope * sum_product.value / n, np.abs(slope) / n
    relative = relative_error(columns.inverse)
    # TensorFlow multiplies the derivative of s by γ and by r³: the first may overflow, the second underflow.
    of_inverse = np.abs(slope * sum_product.value) / np.square(columns.inverse.value)
    underflow_of_inverse = 2 / np.abs(columns.inverse.value) / n * of_inverse * arithmetic.smallest_normal
    through_mean = each * columns.inverse.value
    mean_of_size, mean_of_one = through_mean * np.abs(sum_dy.value), through_mean * np.abs(sum_product.value)
    constant = Estimate.exact(np.zeros(slope.shape)).off_by(Estimate.rounding(of_sum, 5, arithmetic))
    constant = constant.off_by(of_overflow(of_inverse, arithmetic))
    constant = with_shared(constant, (each, sum_dy), (mean_of_one, columns.mean))
    # In a constant column x̂ is all error of the mean, and the last term its square.
    of_square = mean_of_size * columns.inverse.value
    constant = constant.with_error(
        of_square * np.square(columns.mean.worst_case),
        np.square(of_square * REACH * SHARED * columns.mean.variance),
    )
    worst_case_of_size = underflow_of_inverse + each * sum_product.worst_case + mean_of_size * columns.mean.worst_case
    shared = SHARED * columns.mean.variance
    variance_of_size = 2 * shared * mean_of_size * mean_of_one
    variance_of_square = np.square(underflow_of_inverse) / 3 + SHARED * np.square(each) * sum_product.variance
    variance_of_square = variance_of_square + shared * np.square(mean_of_size)
    value, worst_case, variance = (np.empty(dy.shape) for _ in range(3))
    for block in row_blocks(dy):
        x_, dx = normalized[block], value[block]
        first, last = slope * dy[block], of_product * x_
        np.subtract(first, of_sum, out=dx)
        both = np.abs(dx)
        dx -= last
        size = np.abs(x_)
        np.abs(last, out=last)
        both += 3 * last
        error = worst_case[block]
        square = variance[block]
        np.multiply(size, variance_of_square, out=square)
        square += variance_of_size
        square *= size
        square += constant.variance
        np.multiply(size, worst_case_of_size, out=error)
        error += constant.worst_case
        for term, roundings in ((first, 4), (last, 8)):
            rounded = Estimate.rounding(term, roundings, arithmetic)
            error += rounded
            np.square(rounded, out=rounded)
            rounded *= 1 / 3
            square += rounded
        error += relative.worst_case * both
        np.square(both, out=both)
        both *= SHARED * relative.variance
        square += both
    return Estimate(value, worst_case, variance)


def _with_errors_of_x(
    columns: Statistics, dy: Floats, slope: Floats, dgamma: Estimate, dx: Estimate
) -> tuple[Estimate, Estimate]:
    """Return dγ and dx with what the errors of x add: through x̂, and for dx through r as well."""
    n, normalized, inverse = len(dy), columns.normalized, columns.inverse.value
    error = through_jacobian(columns.x, inverse, normalized)
    size, square = np.abs(dy), np.square(dy)
    product_worst_case, product_variance = (size * error.worst_case).sum(0), (square * error.variance).sum(0)
    relative_worst_case = inverse * (np.abs(normalized) * columns.x.worst_case).sum(0) / n
    relative_variance = inverse**2 * (normalized**2 * columns.x.variance).sum(0) / n**2
    each, all_of_them = np.abs(slope * dgamma.value) / n, np.abs(slope * normalized) / n
    dx = dx.with_error(
        each * error.worst_case + all_of_them * product_worst_case + np.abs(dx.value) * relative_worst_case,
        each**2 * error.variance + all_of_them**2 * product_variance + dx.value**2 * relative_variance,
    )
    return dgamma.with_error(product_worst_case, product_variance), dx
