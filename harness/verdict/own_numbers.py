"""What one stage of an implementation read: its own numbers before it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.network import INPUT, Node
from harness.cases.observables import backward_name
from harness.cases.problem import Array, Batch, Problem

FLOAT64 = np.dtype(np.float64)


class OwnNumbers:
    """The inputs of every stage of one step, as an implementation shows them.

    All methods raise KeyError where the implementation does not show what they return.

    Args:
        problem: what was run.
        shown: the implementation's observables.
        step: 1, 2, …; one more than there are for the weights after the last.
        dtype: the format to return numbers in.
    """

    def __init__(self, problem: Problem, shown: Mapping[str, Array], step: int, dtype: np.dtype[Any] = FLOAT64) -> None:
        self._problem = problem
        self._shown = shown
        self._step = step
        self._dtype = dtype

    @property
    def batch(self) -> Batch:
        """The step's inputs and targets."""
        return self._problem.batches[self._step - 1]

    def node(self, layer: str) -> Node:
        """Return a layer in its place."""
        return next(node for node in self._problem.case.network.nodes if node.name == layer)

    def inputs(self, node: Node) -> tuple[Array, ...]:
        """Return what a layer reads, one array for each of its inputs."""
        return tuple(
            self._numbers(self.batch.x if source == INPUT else self._shown[f"{self._step}/forward/{source}"])
            for source in node.inputs
        )

    def prediction(self) -> Array:
        """Return what the loss reads."""
        return self._numbers(self._shown[f"{self._step}/forward/{self._problem.case.network.nodes[-1].name}"])

    def weights(self, node: Node) -> dict[str, Array]:
        """Return a layer's parameters and moving statistics before the step."""
        given = {**self._problem.weights.get(node.name, {}), **self._problem.state.get(node.name, {})}
        if self._step == 1:
            return {name: self._numbers(array) for name, array in given.items()}
        return {name: self._numbers(self._shown[f"{self._step - 1}/update/{node.name}/{name}"]) for name in given}

    def arriving(self, node: Node) -> Array:
        """Return the gradient with respect to a layer's output, the sum over those that read it."""
        nodes = self._problem.case.network.nodes
        if node is nodes[-1]:
            return self._numbers(self._shown[f"{self._step}/backward/loss"])
        names = [backward_name(self._step, reader, node.name) for reader in nodes if node.name in reader.inputs]
        total: Array = np.sum([self._numbers(self._shown[name]) for name in names], axis=0)
        return total

    def gradient(self, node: Node, parameter: str) -> Array:
        """Return the gradient that a parameter's update reads."""
        return self._numbers(self._shown[f"{self._step}/gradient/{node.name}/{parameter}"])

    def _numbers(self, array: Array) -> Array:
        return np.asarray(array, self._dtype)
