"""A Problem as the arrays of a message, and back."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from harness.cases.case import Case
from harness.cases.problem import Array, Batch, Problem, Weights
from harness.workers.messages import Message

# Before the names of what an implementation has shown.
SHOWN = "shown/"


def arrays_of(problem: Problem) -> dict[str, Array]:
    """Return every array by a name that says where it belongs: ``1/x``, ``weights/dense/kernel``."""
    arrays: dict[str, Array] = {}
    for step, batch in enumerate(problem.batches, start=1):
        arrays |= {f"{step}/x": batch.x, f"{step}/y": batch.y}
    for kind, named in (("weights", problem.weights), ("state", problem.state)):
        arrays |= {f"{kind}/{layer}/{part}": array for layer, parts in named.items() for part, array in parts.items()}
    return arrays


def problem_of(case: Case, message: Message) -> Problem:
    """Return the Problem whose arrays a message brought."""
    arrays = message.arrays
    steps = sum(name.partition("/")[2] == "x" for name in arrays)
    return Problem(
        case,
        tuple(Batch(arrays[f"{step}/x"], arrays[f"{step}/y"]) for step in range(1, steps + 1)),
        _named(arrays, "weights"),
        _named(arrays, "state"),
        np.dtype(message.head["dtype"]),
    )


def _named(arrays: Mapping[str, Array], kind: str) -> Weights:
    found: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        if name.startswith(f"{kind}/"):
            _, layer, part = name.split("/")
            found.setdefault(layer, {})[part] = array
    return MappingProxyType({layer: MappingProxyType(parts) for layer, parts in found.items()})
