"""How the arrays of a Case are drawn: inputs, targets and initial weights."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.cases.data.distribution import Distribution, Uniform
from harness.cases.data.stream import integers, unit_interval
from harness.operators.losses import BinaryCrossentropy, CategoricalCrossentropy, Loss, SparseCategoricalCrossentropy
from harness.operators.specification import Shape, Specification

Numbers = NDArray[np.float64] | NDArray[np.int64]
WeightShapes = Mapping[str, Mapping[str, Shape]]
Weights = dict[str, dict[str, NDArray[np.float64]]]
Batch = tuple[NDArray[np.float64], Numbers]


@dataclass(frozen=True)
class Sizes:
    """What Data must fill: shapes with the batch, and which kind of targets the loss wants."""

    steps: int
    x: Shape
    prediction: Shape
    loss: Loss
    weights: WeightShapes


class Data(Specification):
    """Draws the arrays of a Case. Those drawn here are exact in float32, so that both formats start alike.

    Args:
        label: the word for it in a case's id; empty for none.
    """

    label: str

    def draw(self, seed: int, sizes: Sizes) -> tuple[tuple[Batch, ...], Weights]:
        """Return inputs and targets of each step, and initial weights and moving statistics by layer and name."""
        raise NotImplementedError(f"{self.kind}.draw")


class Random(Data):
    """Independent elements, each tensor from its own stream.

    Args:
        x: distribution of the inputs.
        weight: distribution of kernels and biases; None scales kernels by their fan-in, which keeps
            the activations near 1.
        target: distribution of the targets of a regression.
        soft: for classification, targets that share the probability among classes instead of one-hot ones.
    """

    x: Distribution = Uniform()
    weight: Distribution | None = None
    target: Distribution = Uniform()
    soft: bool = False

    def draw(self, seed: int, sizes: Sizes) -> tuple[tuple[Batch, ...], Weights]:
        batches = tuple(
            (self.x.draw(seed, f"x{suffix}", sizes.x), self.targets(seed, f"y{suffix}", sizes))
            for suffix in ("", *(f"/{step}" for step in range(2, sizes.steps + 1)))
        )
        return batches, draw_weights(seed, sizes.weights, self.weight)

    def targets(self, seed: int, name: str, sizes: Sizes) -> Numbers:
        """Return one batch of targets of the kind the loss wants."""
        shape = sizes.prediction
        match sizes.loss:
            case SparseCategoricalCrossentropy():
                return integers(seed, name, shape[:-1], 0, shape[-1] - 1)
            case CategoricalCrossentropy() if self.soft:
                return _shares(seed, name, shape)
            case CategoricalCrossentropy():
                return np.eye(shape[-1])[integers(seed, name, shape[:-1], 0, shape[-1] - 1)]
            case BinaryCrossentropy() if self.soft:
                return unit_interval(seed, name, shape)
            case BinaryCrossentropy():
                return integers(seed, name, shape, 0, 1).astype(np.float64)
            case _:
                return self.target.draw(seed, name, shape)


def draw_weights(seed: int, shapes: WeightShapes, weight: Distribution | None = None) -> Weights:
    """Return initial weights, each from the stream ``layer/parameter``; ``weight`` replaces kernels and biases."""
    return {
        layer: {
            parameter: _initial_weight(parameter, shape, weight).draw(seed, f"{layer}/{parameter}", shape)
            for parameter, shape in parameters.items()
        }
        for layer, parameters in shapes.items()
    }


def _initial_weight(parameter: str, shape: Shape, weight: Distribution | None) -> Distribution:
    match parameter:
        case "kernel":
            # The power of two next to 2/sqrt(fan-in): exact, and activations neither die nor saturate.
            scale = 2.0 ** round(math.log2(2.0 / math.sqrt(math.prod(shape[:-1]))))
            return weight or Uniform(-scale, scale)
        case "bias":
            return weight or Uniform(-0.5, 0.5)
        case "gamma" | "moving_variance":
            return Uniform(0.5, 1.5)
        case _:
            return Uniform(-0.5, 0.5)


def _shares(seed: int, name: str, shape: Shape) -> NDArray[np.float64]:
    """Return rows of multiples of 2**-10 that sum to exactly 1."""
    cuts = np.sort(integers(seed, name, (*shape[:-1], shape[-1] - 1), 0, 1024), axis=-1)
    ends = np.zeros((*shape[:-1], 1)), np.full((*shape[:-1], 1), 1024.0)
    shares: NDArray[np.float64] = np.diff(np.concatenate([ends[0], cuts, ends[1]], axis=-1), axis=-1) / 1024.0
    return shares


class LegacyUniform(Data):
    """NumPy's legacy stream as the worked examples use it: ``seed``, then ``rand`` for x, y and each weight in turn."""

    def draw(self, seed: int, sizes: Sizes) -> tuple[tuple[Batch, ...], Weights]:
        rand = np.random.RandomState(seed).rand
        batches = tuple((rand(*sizes.x), rand(*sizes.prediction)) for _ in range(sizes.steps))
        weights = {
            layer: {parameter: rand(*shape) for parameter, shape in parameters.items()}
            for layer, parameters in sizes.weights.items()
        }
        return batches, weights
