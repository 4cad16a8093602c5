"""Concatenate: inputs keep their values side by side; nothing is rounded."""

from collections.abc import Mapping

import numpy as np

from harness.errors import SpecificationError
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Concatenate(Layer):
    """Concatenation of two or more inputs along the last axis (the channels or features)."""

    def output_shape(self, *input_shapes: Shape) -> Shape:
        if len(input_shapes) < 2:
            raise SpecificationError(f"Concatenate expected two or more inputs, got inputs={self.inputs!r}.")
        if len({shape[:-1] for shape in input_shapes}) > 1:
            raise SpecificationError(
                "Concatenate expected inputs that differ in the last axis only, got "
                f"{', '.join(map(str, input_shapes))}."
            )
        return *input_shapes[0][:-1], sum(shape[-1] for shape in input_shapes)

    def forward(
        self, weights: Mapping[str, Estimate], x: tuple[Estimate, ...], arithmetic: Arithmetic
    ) -> tuple[Estimate, tuple[slice, ...]]:
        """Return y (batch, …, sum of the inputs' channels) and where each input lies in it."""
        ends = np.cumsum([part.shape[-1] for part in x])
        places = tuple(slice(int(end) - part.shape[-1], int(end)) for part, end in zip(x, ends, strict=True))
        value, det, var = (
            np.concatenate(arrays, axis=-1)
            for arrays in ([part.value for part in x], [part.det for part in x], [part.var for part in x])
        )
        return Estimate(value, det, var), places

    def backward(
        self,
        weights: Mapping[str, Estimate],
        places: tuple[slice, ...],
        dy: Estimate,
        arithmetic: Arithmetic,
    ) -> tuple[tuple[Estimate, ...], Mapping[str, Estimate]]:
        """Return the gradient with respect to each input, and no gradients of parameters."""
        return tuple(dy[..., place] for place in places), {}
