"""Errors that a user can mend: every message says who, where, what was expected and what came."""

from collections.abc import Iterable
from difflib import get_close_matches


class HarnessError(Exception):
    """Something the user can mend; shown as one message, without a traceback into this package."""


class SpecificationError(HarnessError, ValueError):
    """A layer, loss, optimizer, network or case that does not describe anything Keras would accept."""


class PluginError(HarnessError):
    """A plugin broke the contract of a hook; names plugin, hook, expected and got."""


class Unsupported(HarnessError):
    """Raised by an implementation for a Case it does not claim to compute; the reason is shown and counted."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean …?`` for the known word most like ``word``, or the list of all known words."""
    known = sorted(known)
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {by_lower[close[0]]}?"
    return f" Expected one of: {', '.join(known)}."
