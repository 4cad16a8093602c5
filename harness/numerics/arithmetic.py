"""What an implementation declares about its arithmetic: the assumptions that every error bound starts from.

A library function with k roundings is off by at most ``k * unit_roundoff`` times its value.
"""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from harness.errors import SpecificationError

Precision = Literal["float32", "float64"]


@dataclass(frozen=True)
class Arithmetic:
    """Declared arithmetic.

    The numbers of roundings are the largest error seen in float32, over 900,000 arguments between -80 and 80, in units
    of the unit roundoff, with room; behind each: seen in TensorFlow 2.21 / NumPy 2.4.

    Attributes:
        precision: the format of storage, which is also that of constants: Keras clips at float32(1 - 1e-7).
        unit_roundoff: largest relative error of one operation, and of storage.
        smallest_normal: absolute error of one underflow; flushing to zero is allowed.
        overflow: from here on a number is infinite.
        factor_roundoff: relative rounding of each factor of a product before it is multiplied: 0 unless products are
            computed in a shorter format (TF32 2^-11, bfloat16 2^-8).
        product_gain: factor on the error of sums of products, for transformed algorithms such as Winograd's.
        sigmoid_roundings: 10 (8.3 / 3.8).
        tanh_roundings: 6.
        exp_roundings: 4 (2.0 / 3.1).
        expm1_roundings: 6.
        log_roundings: 6 (4.3 / 4.1).
        log1p_roundings: 6.
        erf_roundings: 6.
        power_roundings: 4, of a number below 1 to a small integer power.
    """

    precision: Precision
    unit_roundoff: float
    smallest_normal: float
    overflow: float
    factor_roundoff: float = 0.0
    product_gain: float = 1.0
    sigmoid_roundings: float = 10.0
    tanh_roundings: float = 6.0
    exp_roundings: float = 4.0
    expm1_roundings: float = 6.0
    log_roundings: float = 6.0
    log1p_roundings: float = 6.0
    erf_roundings: float = 6.0
    power_roundings: float = 4.0

    def __post_init__(self) -> None:
        if self.precision not in ("float32", "float64"):
            raise SpecificationError(
                f"Arithmetic expected precision to be 'float32' or 'float64', got precision={self.precision!r}."
            )
        for parameter in fields(self)[1:]:
            value = getattr(self, parameter.name)
            least = {"factor_roundoff": 0.0, "product_gain": 1.0}.get(parameter.name)
            in_range = value > 0 if least is None else value >= least
            if not (isinstance(value, (int, float)) and np.isfinite(value) and in_range):
                expected = "a positive number" if least is None else f"a number of {least:g} or more"
                raise SpecificationError(
                    f"Arithmetic expected {parameter.name} to be {expected}, got {parameter.name}={value!r}."
                )

    def constant(self, value: float) -> float:
        """Return a constant as the working precision holds it."""
        return float(np.dtype(self.precision).type(value))

    def constant_error(self, value: float) -> float:
        """Return how far a constant may be off that is held in the working precision or exactly."""
        return abs(self.constant(value) - value)


FLOAT32 = Arithmetic("float32", unit_roundoff=2.0**-24, smallest_normal=2.0**-126, overflow=2.0**128)
FLOAT64 = Arithmetic("float64", unit_roundoff=2.0**-53, smallest_normal=2.0**-1022, overflow=float(np.finfo(float).max))


def arithmetic_of(precision: str) -> Arithmetic:
    """Return the plain arithmetic of ``float32`` or ``float64``."""
    return {"float32": FLOAT32, "float64": FLOAT64}[precision]


def float32_constant_error(value: float) -> float:
    """Return how far a constant is off that Keras keeps in float32 even where it computes in float64."""
    return abs(float(np.float32(value)) - value)
