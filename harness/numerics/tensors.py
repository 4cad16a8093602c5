"""Functions in which elements of several places meet or change places, each with its transpose and its rounding.

The transpose of a linear function is what its gradient is: of a sum the same number everywhere, of a window's elements
what each pixel gathers from the windows that see it, of a convolution the two other functions of
``harness.numerics.convolution``.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.numerics import convolution, standardization
from harness.numerics.arithmetic import FLOAT64, Arithmetic
from harness.numerics.estimate import Estimate, Floats, joined
from harness.numerics.expressions import Expression, Tensor
from harness.numerics.products import product as product_of_estimates
from harness.numerics.summation import accumulated
from harness.numerics.summation import total as total_of_estimate
from harness.numerics.windows import Windows

Back = Callable[[Expression], Expression]
Rule = Callable[..., Estimate]


def _tensor(
    rule: Rule, parents: tuple[Expression, ...], backs: tuple[Back, ...], *, moves_only: bool = False
) -> Tensor:
    """Return the expression that a rule makes of its parents' estimates and their arithmetic."""
    arithmetic = next((each.arithmetic for each in parents if each.arithmetic is not FLOAT64), FLOAT64)
    estimate = rule(*(parent.estimate for parent in parents), arithmetic)
    return Tensor(estimate.value, parents, estimate, backs, moves_only)


def moved(x: Expression, move: Callable[[Floats], Floats], back: Back) -> Expression:
    """Return x with its elements in other places; ``back`` puts a gradient back to where they came from."""
    return _tensor(lambda x, a: x.mapped(move), (x,), (back,), moves_only=True)


def reshaped(x: Expression, shape: Sequence[int]) -> Expression:
    """Return the elements in row-major order under another shape."""
    if tuple(shape) == x.shape:
        return x
    return moved(x, lambda array: array.reshape(shape), lambda dy: reshaped(dy, x.shape))


def transposed(x: Expression, axes: Sequence[int]) -> Expression:
    """Return x with its axes in another order."""
    back = np.argsort(axes).tolist()
    return moved(x, lambda array: array.transpose(axes), lambda dy: transposed(dy, back))


def part(x: Expression, key: Any) -> Expression:
    """Return a part of x, by NumPy's basic indexing."""

    def back(dy: Expression) -> Expression:
        return moved(dy, lambda array: _placed(array, x.shape, key), lambda ddy: part(ddy, key))

    return moved(x, lambda array: array[key], back)


def padded(x: Expression, widths: Sequence[tuple[int, int]]) -> Expression:
    """Return x among exact zeros, (before, after) along each axis."""
    inside = tuple(slice(before, before + size) for (before, _), size in zip(widths, x.shape, strict=True))
    return moved(x, lambda array: np.pad(array, widths), lambda dy: part(dy, inside))


def broadcast(x: Expression, shape: Sequence[int]) -> Expression:
    """Return x repeated along axes of size 1, and along new ones before the first."""
    lead = len(shape) - len(x.shape)
    axes = tuple(axis for axis in range(len(shape)) if axis < lead or x.shape[axis - lead] < shape[axis])
    return moved(
        x,
        lambda array: np.broadcast_to(array, tuple(shape)),
        lambda dy: reshaped(total(dy, axes), x.shape),
    )


def concatenated(parts: Sequence[Expression], axis: int = -1) -> Expression:
    """Return several side by side along an axis."""
    ends = list(itertools.accumulate((each.shape[axis] for each in parts), initial=0))
    keys = [
        tuple(
            slice(begin, end) if place == axis % len(parts[0].shape) else slice(None)
            for place in range(len(parts[0].shape))
        )
        for begin, end in itertools.pairwise(ends)
    ]
    backs = tuple((lambda dy, key=key: part(dy, key)) for key in keys)
    return _tensor(lambda *given: joined(list(given[:-1]), axis), tuple(parts), backs, moves_only=True)


def total(x: Expression, axes: int | Sequence[int], *, keepdims: bool = False) -> Expression:
    """Return the sum over axes."""
    along = tuple(axis % len(x.shape) for axis in ((axes,) if isinstance(axes, int) else axes))
    kept = tuple(1 if axis in along else size for axis, size in enumerate(x.shape))

    def back(dy: Expression) -> Expression:
        return broadcast(reshaped(dy, kept), x.shape)

    summed = _tensor(lambda x, a: total_of_estimate(x, along, a), (x,), (back,))
    return reshaped(summed, kept) if keepdims else summed


def together(parts: Sequence[Expression]) -> Expression:
    """Return the sum of several of one shape, element by element, in any order."""

    def rule(*given: Any) -> Estimate:
        *estimates, arithmetic = given
        stacked = joined([estimate.mapped(lambda array: array[np.newaxis]) for estimate in estimates])
        return total_of_estimate(stacked, 0, arithmetic)

    return _tensor(rule, tuple(parts), ((lambda dy: dy),) * len(parts))


def divided(x: Expression, counts: Floats | float) -> Expression:
    """Return x divided by exact counts, or multiplied by their inverses: two roundings, none for a count of 1."""
    rounds = np.asarray(counts) != 1

    def rule(x: Estimate, arithmetic: Arithmetic) -> Estimate:
        quotient = x.scaled(1 / counts)
        # Without a rounding there is no underflow either.
        return quotient.off_by(rounds * Estimate.rounding(quotient.value, 2.0, arithmetic))

    return _tensor(rule, (x,), (lambda dy: divided(dy, counts),))


def mean(x: Expression, axes: int | Sequence[int], *, keepdims: bool = False) -> Expression:
    """Return the mean over axes."""
    summed = total(x, axes, keepdims=keepdims)
    return divided(summed, float(x.value.size // max(summed.value.size, 1)))


def mean_of_all(x: Expression) -> Expression:
    """Return the mean over all elements, a scalar."""
    return mean(reshaped(x, (-1,)), 0)


def product(a: Expression, b: Expression, bias: Expression | None = None) -> Expression:
    """Return the matrix product (rows, n) @ (n, columns), plus a bias (columns,) as one more term of each sum."""
    parents: tuple[Expression, ...] = (a, b) if bias is None else (a, b, bias)
    backs: list[Back] = [
        lambda dy: product(dy, transposed(b, (1, 0))),
        lambda dy: product(transposed(a, (1, 0)), dy),
        lambda dy: total(dy, 0),
    ]

    def rule(a: Estimate, b: Estimate, *more: Any) -> Estimate:
        *bias, arithmetic = more
        return product_of_estimates(a, b, arithmetic, *bias)

    return _tensor(rule, parents, tuple(backs[: len(parents)]))


def elements(x: Expression, windows: Windows) -> Expression:
    """Return what every window sees, (batch, windows down, across, taps down, across, channels), zeros outside."""
    return moved(x, windows.over, lambda dy: gathered(dy, windows))


def gathered(parts: Expression, windows: Windows) -> Expression:
    """Return what each pixel receives from the windows' elements, (batch, height, width, channels)."""

    def rule(parts: Estimate, arithmetic: Arithmetic) -> Estimate:
        value = windows.scattered(parts.value)
        if not windows.overlap:
            return parts.mapped(windows.scattered)
        # Zeros are added exactly.
        count = windows.scattered((parts.value != 0).astype(np.float64))
        found = accumulated(value, windows.scattered(np.abs(parts.value)), count, arithmetic)
        if parts.is_exact:
            return found
        return Estimate(
            value,
            found.worst_case + windows.scattered(parts.worst_case),
            found.variance + windows.scattered(parts.variance),
        )

    return _tensor(rule, (parts,), (lambda dy: elements(dy, windows),))


def convolved(
    x: Expression, kernel: Expression, windows: Windows, groups: int = 1, bias: Expression | None = None
) -> Expression:
    """Return the convolution of images with a kernel; see ``harness.numerics.convolution.output``."""

    def rule(x: Estimate, kernel: Estimate, *more: Any) -> Estimate:
        *bias, arithmetic = more
        return convolution.output(x, kernel, windows, groups, arithmetic, *bias)

    backs: list[Back] = [
        lambda dy: spread(dy, kernel, windows, groups),
        lambda dy: correlated(x, dy, windows, groups),
        lambda dy: total(dy, (0, 1, 2)),
    ]
    parents = (x, kernel) if bias is None else (x, kernel, bias)
    return _tensor(rule, parents, tuple(backs[: len(parents)]))


def spread(
    dy: Expression, kernel: Expression, windows: Windows, groups: int = 1, bias: Expression | None = None
) -> Expression:
    """Return what windows hand back to images; see ``harness.numerics.convolution.input_gradient``."""

    def rule(dy: Estimate, kernel: Estimate, *more: Any) -> Estimate:
        *bias, arithmetic = more
        return convolution.input_gradient(dy, kernel, windows, groups, arithmetic, *bias)

    backs: list[Back] = [
        lambda dx: convolved(dx, kernel, windows, groups),
        lambda dx: correlated(dx, dy, windows, groups),
        lambda dx: total(dx, (0, 1, 2)),
    ]
    parents = (dy, kernel) if bias is None else (dy, kernel, bias)
    return _tensor(rule, parents, tuple(backs[: len(parents)]))


def correlated(x: Expression, dy: Expression, windows: Windows, groups: int = 1) -> Expression:
    """Return the kernel that images and outputs determine; see ``harness.numerics.convolution.kernel_gradient``."""
    return _tensor(
        lambda x, dy, a: convolution.kernel_gradient(x, dy, windows, groups, a),
        (x, dy),
        (lambda dkernel: spread(dy, dkernel, windows, groups), lambda dkernel: convolved(x, dkernel, windows, groups)),
    )


def standardized(x: Expression, epsilon: float) -> Expression:
    """Return columns (elements, columns) brought to mean 0 and variance 1; see ``harness.numerics.standardization``."""
    columns = standardization.statistics_of(x.estimate, epsilon, x.arithmetic)

    def back(dy: Expression) -> Expression:
        return _tensor(lambda x, dy, a: standardization.gradients(columns, dy, a)[0], (x, dy), (_once_only, _once_only))

    return _tensor(lambda x, a: standardization.standardized(columns, a), (x,), (back,))


def _once_only(dy: Expression) -> Expression:
    raise NotImplementedError("the gradient of standardized has no derivative of its own here")


def _placed(array: Floats, shape: Sequence[int], key: Any) -> Floats:
    among = np.zeros(shape)
    among[key] = array
    return among
