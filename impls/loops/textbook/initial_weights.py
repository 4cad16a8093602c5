"""The weights a layer starts with: those that it is given, else random ones."""

import math

import numpy as np

from harness.cases.problem import Array
from harness.errors import SpecificationError
from harness.operators.specification import Shape


def kernel_or_random(
    kernel: Array | None, shape: Shape, fan_in: int, fan_out: int, generator: np.random.Generator | None
) -> Array:
    """Return a copy of the kernel as float64, or a random one, uniform within √(6 / (fan_in + fan_out)) of 0.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010),
    equation 16; Keras's default.

    Args:
        kernel: the given one, or None.
        shape: what it must have.
        fan_in: how many values meet in one output.
        fan_out: on how many outputs one value acts.
        generator: where random numbers come from.

    Raises:
        SpecificationError: the kernel has another shape, or there is neither a kernel nor a generator.
    """
    if kernel is not None:
        return _checked("kernel", kernel, shape)
    if generator is None:
        raise SpecificationError("expected a kernel, or a generator to draw one from: Network(..., generator=...).")
    limit = math.sqrt(6 / (fan_in + fan_out))
    return generator.uniform(-limit, limit, shape)


def bias_or_zeros(bias: Array | None, outputs: int) -> Array:
    """Return a copy of the bias as float64, or zeros, (outputs,).

    Raises:
        SpecificationError: the bias has another shape.
    """
    return np.zeros(outputs) if bias is None else _checked("bias", bias, (outputs,))


def _checked(name: str, given: Array, shape: Shape) -> Array:
    array = np.array(given, np.float64)
    if array.shape != shape:
        raise SpecificationError(f"expected a {name} of shape {shape}, got {name}.shape={array.shape}.")
    return array
