"""How the elements of one tensor are distributed."""

import numpy as np

from harness.cases.data.stream import Floats, integers, unit_interval
from harness.operators.specification import Shape, Specification


class Distribution(Specification):
    """Draws a tensor from its own stream; every value is exact in float32."""

    def draw(self, seed: int, name: str, shape: Shape) -> Floats:
        """Return float64 values of shape ``shape``."""
        raise NotImplementedError(f"{self.kind}.draw")


class Uniform(Distribution):
    """Uniform in [low, high); exact in float32 when both are small multiples of powers of two."""

    low: float = -1.0
    high: float = 1.0

    def draw(self, seed: int, name: str, shape: Shape) -> Floats:
        return unit_interval(seed, name, shape) * (self.high - self.low) + self.low


class Integers(Distribution):
    """Integers from low to high, both included, times scale: full of ties, and exact in any order of summation."""

    low: int = -3
    high: int = 3
    scale: float = 1.0

    def draw(self, seed: int, name: str, shape: Shape) -> Floats:
        return integers(seed, name, shape, self.low, self.high).astype(np.float64) * self.scale


class Constant(Distribution):
    """One value everywhere."""

    value: float = 0.0

    def draw(self, seed: int, name: str, shape: Shape) -> Floats:
        return np.full(shape, self.value)


class Sparse(Distribution):
    """Integers from 0 to 255 with two thirds of them 0, like the pixels of a photographed digit."""

    def draw(self, seed: int, name: str, shape: Shape) -> Floats:
        pixels = integers(seed, name, shape, 0, 255)
        return np.where(integers(seed, f"{name}/mask", shape, 0, 2) == 0, pixels, 0).astype(np.float64)
