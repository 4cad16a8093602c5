"""A Trace: what one implementation did with one Problem."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

# Kinds of number format, as NumPy names them: signed and unsigned integers, and floats.
NUMBERS = "iuf"

Status = Literal["ok", "unsupported", "error", "timeout", "crash"]


@dataclass(frozen=True)
class Trace:
    """The outcome of ``Implementation.run``.

    Attributes:
        status: ``ok`` (observables came back), ``unsupported`` (declined, with a reason), ``error`` (it raised, or
            returned nonsense), ``timeout`` or ``crash`` (its process was stopped, or died).
        observables: read-only arrays by name, as returned; empty unless ``ok``.
        seconds: wall time of the run.
        reason: why there is nothing to judge; the last lines of the traceback for an error, or of what a process
            that died had printed.
        findings: what the implementation itself says should not go unseen.
        written: whether it wrote into its inputs.
        changed: what it changed around it in its process; None where nobody looked.
    """

    status: Status
    observables: Mapping[str, NDArray[Any]]
    seconds: float
    reason: str = ""
    findings: tuple[str, ...] = ()
    written: bool = False
    changed: tuple[str, ...] | None = None


def numeric(observables: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the observables that can be turned into float64 without a loss of meaning: integers and floats."""
    return {name: array for name, array in observables.items() if array.dtype.kind in NUMBERS}
