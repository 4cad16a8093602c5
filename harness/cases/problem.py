"""A Problem: a Case with its arrays, the same bytes for every implementation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.cases.case import Case
from harness.cases.data import Sizes
from harness.cases.data.stream import unit_interval
from harness.operators.specification import Shape

Array = NDArray[Any]
Weights = Mapping[str, Mapping[str, Array]]

# Raise when the same Case no longer gives the same bytes: stored results belong to one version.
GENERATOR_VERSION = 1


@dataclass(frozen=True)
class Batch:
    """One step's inputs and targets.

    Attributes:
        x: ``(batch, height, width, channels)`` or ``(batch, features)``.
        y: ``(batch, …)`` as the prediction, or integers ``(batch,)`` for a sparse loss.
    """

    x: Array
    y: Array


@dataclass(frozen=True)
class Problem:
    """Everything an implementation needs. Arrays are read-only, C-contiguous and in Keras's layouts.

    Attributes:
        case: the description.
        batches: one for each step.
        weights: initial trainable parameters by layer and name; layers without any are left out.
        state: initial moving statistics by layer and name; layers without any are left out.
        dtype: the format of every array but sparse targets. It is the Case's, but for the reference of a
            float32 Case, which is the same numbers in float64.
    """

    case: Case
    batches: tuple[Batch, ...]
    weights: Weights
    state: Weights
    dtype: np.dtype[Any]

    def astype(self, dtype: str) -> "Problem":
        """Return the same numbers in another format."""
        return replace(
            self,
            batches=tuple(Batch(_freeze(b.x, dtype), _freeze_targets(b.y, dtype)) for b in self.batches),
            weights=_freeze_all(self.weights, dtype),
            state=_freeze_all(self.state, dtype),
            dtype=np.dtype(dtype),
        )


def jittered(problem: Problem, number: int) -> Problem:
    """Return a Problem with inputs and weights off by up to 1 %, each element in its own way; targets stay.

    Args:
        problem: the original.
        number: 1, 2, …, each another draw.
    """
    seed, dtype = problem.case.seed, problem.dtype.name

    def near(array: Array, name: str) -> Array:
        uniform = unit_interval(seed, f"jitter/{number}/{name}", array.shape)
        return _freeze(array.astype(np.float64) * (1 + 0.02 * (uniform - 0.5)), dtype)

    def all_near(weights: Weights) -> Weights:
        return MappingProxyType(
            {
                layer: MappingProxyType({name: near(array, f"{layer}/{name}") for name, array in arrays.items()})
                for layer, arrays in weights.items()
            }
        )

    return replace(
        problem,
        batches=tuple(Batch(near(batch.x, f"x/{step}"), batch.y) for step, batch in enumerate(problem.batches)),
        weights=all_near(problem.weights),
        state=all_near(problem.state),
    )


def make_problem(case: Case) -> Problem:
    """Draw the arrays of a Case."""
    network = case.network
    batch = (case.batch_size,)
    parameters = {node.name: node.parameters for node in network.nodes if node.parameters}
    state = {node.name: node.state for node in network.nodes if node.state}
    shapes = {node.name: node.parameters | node.state for node in network.nodes if node.parameters or node.state}
    sizes = Sizes(case.steps, batch + network.input_shape, batch + network.output_shape, case.the_loss, shapes)
    batches, drawn = case.data.draw(case.seed, sizes)
    return Problem(
        case,
        tuple(Batch(_freeze(x, case.dtype), _freeze_targets(y, case.dtype)) for x, y in batches),
        _freeze_all(_of(drawn, parameters), case.dtype),
        _freeze_all(_of(drawn, state), case.dtype),
        np.dtype(case.dtype),
    )


def _of(drawn: Weights, names: Mapping[str, Mapping[str, Shape]]) -> Weights:
    return {layer: {name: drawn[layer][name] for name in inside} for layer, inside in names.items()}


def _freeze(array: Array, dtype: str) -> Array:
    frozen = np.array(array, dtype=dtype, order="C")
    frozen.flags.writeable = False
    return frozen


def _freeze_targets(y: Array, dtype: str) -> Array:
    return _freeze(y, "int64" if y.dtype.kind == "i" else dtype)


def _freeze_all(weights: Weights, dtype: str) -> Weights:
    return MappingProxyType(
        {
            layer: MappingProxyType({name: _freeze(array, dtype) for name, array in arrays.items()})
            for layer, arrays in weights.items()
        }
    )
