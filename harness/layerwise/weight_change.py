"""Gradients of what shows only how an update changes its parameters: ``(before - after) / learning rate``.

What the subtraction costs is an error of ``u |w| / rate`` beside the gradient's own, with the unit roundoff u. At the
usual rates that is more than the gradient's rounding, so the rates here are chosen to make it vanish:

- With parameters at 0 the update is ``-rate g``, and a rate that is a power of two makes it exact: nothing is lost.
- With the parameters themselves, in float64 and at a rate of 2**20, what is lost is ``u |w| / 2**20 + u |g|`` with
  float64's u. It tells whether the parameters have a part in the gradient, as in a weight decay.
- With the parameters in float64 at a rate of 2**-10 the same must come out: a gradient that depends on the rate was
  computed from weights that had already changed.

The input's gradient is taken at 2**-10 in the problem's own format.

Of a whole network nothing can be had at parameters of 0. There the gradient is taken at a rate of 2**20 in the
problem's own format, which costs ``u |g|``: less than the roundings before it, which nobody sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.cases.problem import Array
from harness.numerics import FLOAT64

SLOW = 2.0**-10
FAST = 2.0**20


@dataclass(frozen=True)
class Changed:
    """What one update left: the input's gradient, where there is one, and the parameters after it."""

    dx: Any
    after: Mapping[str, Array]


@dataclass(frozen=True)
class Inferred:
    """Gradients by parameter, the input's gradient, and what of these depends on the learning rate."""

    dx: Any
    gradients: Mapping[str, Array]
    depends_on: tuple[str, ...]


def inferred(weights: Mapping[str, Array], changed: Callable[[float, Mapping[str, Array]], Changed]) -> Inferred:
    """Return the gradients that explain how a layer's parameters change.

    Args:
        weights: the parameters before the step, by name.
        changed: runs one update at a learning rate, the parameters replaced by those given just before it.
    """
    own, slow, fast = changed(SLOW, weights), changed(SLOW, _exact(weights)), changed(FAST, _exact(weights))
    at_zero = changed(FAST, {name: np.zeros_like(array) for name, array in weights.items()})
    gradients: dict[str, Array] = {}
    for name in own.after:
        whole = _gradient(weights[name], fast.after[name], FAST)
        alone = _gradient(np.zeros(()), at_zero.after[name], FAST)
        from_zero = _same(whole, alone, weights[name], FAST, fast.after[name])
        gradients[name] = (alone if from_zero else whole).astype(weights[name].dtype)
    depends = _dependent(weights, slow, fast)
    if not _equal_input_gradients(slow.dx, fast.dx):
        depends.append("its input")
    return Inferred(own.dx, gradients, tuple(depends))


def inferred_of_network(
    weights: Mapping[str, Array], changed: Callable[[float, Mapping[str, Array]], Changed]
) -> Inferred:
    """Return the gradients that explain how a network's parameters change.

    Args:
        weights: the parameters before the step, by name.
        changed: runs one training step at a learning rate, from the parameters given.
    """
    own, slow, fast = changed(FAST, weights), changed(SLOW, _exact(weights)), changed(FAST, _exact(weights))
    gradients = {
        name: _gradient(weights[name], after, FAST).astype(weights[name].dtype) for name, after in own.after.items()
    }
    return Inferred(None, gradients, tuple(_dependent(weights, slow, fast)))


def dependent(who: str, what: str) -> str:
    """Return the finding that something is another gradient at another learning rate."""
    return (
        f"{who}: the gradient of {what} depends on the learning rate. Is it computed from weights that were already "
        "updated, or an update without the rate?"
    )


def _exact(weights: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array.astype(np.float64) for name, array in weights.items()}


def _dependent(weights: Mapping[str, Array], slow: Changed, fast: Changed) -> list[str]:
    """Return the parameters whose gradient is another at another rate."""
    return [
        name
        for name, after in slow.after.items()
        if not _same(
            _gradient(weights[name], after, SLOW),
            _gradient(weights[name], fast.after[name], FAST),
            weights[name],
            SLOW,
            after,
        )
    ]


def _gradient(before: Array, after: Array, rate: float) -> Array:
    difference: Array = (before.astype(np.float64) - after) / rate
    return difference


def _same(one: Array, other: Array, weight: Array, rate: float, stored: Array) -> bool:
    """True where two inferred gradients differ by what inferring them costs in the format that updates are stored in.

    Args:
        one: gradient of a parameter.
        other: the same, at another rate or from other parameters.
        weight: the parameter.
        rate: the smaller one.
        stored: an updated parameter.
    """
    roundoff = float(np.finfo(stored.dtype).eps) / 2 if stored.dtype.kind == "f" else FLOAT64.unit_roundoff
    size = np.maximum(np.abs(one), np.abs(other))
    # The implementation's own product of rate and gradient may be rounded once as well, before the subtraction.
    allowed = 2 * roundoff * (2 * np.abs(weight) / rate + 3 * size)
    with np.errstate(all="ignore"):
        return bool(np.all((np.abs(one - other) <= allowed) | ~np.isfinite(one - other)))


def _equal_input_gradients(one: Any, other: Any) -> bool:
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
        return True
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))
