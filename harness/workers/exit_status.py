"""How a process ended, in words, with the last lines that it printed."""

import signal
from pathlib import Path

# A failure shows eight lines of a reason.
MOST_LINES = 6
PLACES = 3

# A worker that cannot answer ends with this.
CONNECTION_LOST = 77

_PACKAGE = str(Path(__file__).parents[1])
_CALLS = "most recent call first"


def exit_status(code: int | None) -> str:
    """Return how a process ended, from its exit code or, negative, its signal; None where it did not end by itself."""
    if code is None:
        return "closed the connection through which it answers, and was ended"
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


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
