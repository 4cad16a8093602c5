"""Position: how far a run has come, so that an error can be said to come from somewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Position:
    """The last call of an operator that was begun.

    Attributes:
        observable: the name of what it is to give, or of the first of it.
        call: the call in words, such as ``backward of dense``.
        given: the arrays it is given, by name; several for a layer with several inputs.
    """

    observable: str = ""
    call: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)

    def reach(self, observable: str, call: str, **given: Any) -> None:
        """Go on to a call."""
        self.observable, self.call, self.given = observable, call, given

    @property
    def words(self) -> str:
        """``in step 1, backward of dense with x (3, 1), dy (3, 7)``; empty before the first call."""
        if not self.observable:
            return ""
        step = self.observable.partition("/")[0]
        when = f"in step {step}" if step.isdigit() else "after the last step"
        shapes = ", ".join(f"{name} {_shapes(arrays)}" for name, arrays in self.given.items())
        return f"{when}, {self.call} with {shapes}"


def _shapes(arrays: Any) -> str:
    parts = arrays if isinstance(arrays, tuple) else (arrays,)
    return " and ".join(str(getattr(part, "shape", type(part).__name__)) for part in parts)
