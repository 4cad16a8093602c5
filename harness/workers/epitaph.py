"""How a process ended, in words, with the last lines that it printed."""

import signal
from collections.abc import Mapping
from pathlib import Path

# A failure shows eight lines of a reason.
MOST_LINES = 6
PLACES = 3

# A worker that cannot answer ends with this.
CONNECTION_LOST = 77

_PACKAGE = str(Path(__file__).parents[1])
_CALLS = "most recent call first"


def epitaph(death: Mapping[str, int]) -> str:
    """Return how a process ended, from its exit code or signal; empty where nobody could tell."""
    if death.get("exit") == CONNECTION_LOST or not death:
        return "closed the connection through which it answers, and was ended"
    if "exit" in death:
        return f"ended with exit code {death['exit']}"
    number = death["signal"]
    try:
        return f"was killed by {signal.Signals(number).name}"
    except ValueError:
        return f"was killed by signal {number}"


def printed(output: str) -> str:
    """Return the last lines of an output, without those about this package, as the end of a sentence."""
    kept = [line for line in output.splitlines() if line.strip() and not _ours(line)][-MOST_LINES:]
    return "; it printed nothing" if not kept else "; its last output:\n" + "\n".join(kept)


def whereabouts(output: str) -> str:
    """Return the innermost places of what faulthandler printed, as the end of a sentence; empty where there are none.

    The main thread is the last one of the list.
    """
    calls = output.rpartition(_CALLS)[2].splitlines()
    places = [line for line in calls if line.startswith('  File "') and not _ours(line)][:PLACES]
    return "; it was here, innermost first:\n" + "\n".join(places) if places else ""


def _ours(line: str) -> bool:
    return line.startswith((f'  File "{_PACKAGE}', '  File "<', "Extension modules:"))
