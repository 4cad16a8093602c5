"""An optimizer that updates nothing and remembers what it was given."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from harness.cases.problem import Array


class Recorder:
    """Takes the place of an optimizer: every method takes parameters and gradients and returns the first parameter."""

    def __init__(self) -> None:
        self._given: list[list[Array]] = []

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Remember what an optimizer that is a function was given."""
        arrays = list(_arrays((*arguments, *keywords.values())))
        self._given.append(arrays)
        return arrays[0] if arrays else None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def gradients(self, parameters: Mapping[str, Array]) -> dict[str, Array]:
        """Return the gradients that came with each of the object's own parameters.

        Args:
            parameters: by name, as they are in the object.
        """
        found: dict[str, Array] = {}
        for arrays in self._given:
            own = [(name, array) for array in arrays for name, mine in parameters.items() if array is mine]
            others = [array for array in arrays if not any(array is mine for _, mine in own)]
            for (name, _), gradient in zip(own, others, strict=False):
                found[name] = np.array(gradient)
        return found


def _arrays(values: Any) -> Iterator[Array]:
    if isinstance(values, np.ndarray):
        yield values
    elif isinstance(values, Mapping):
        yield from _arrays(tuple(values.values()))
    elif isinstance(values, Sequence) and not isinstance(values, str):
        for value in values:
            yield from _arrays(value)
