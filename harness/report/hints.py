"""Hints that the figures of a row alone make certain; nothing is said where they do not."""

import math

from harness.judging.row import Row

# Rounding in float32 reaches a few 1e-7; a factor that fits this closely is no accident.
CLOSE = 2e-6
LARGEST_FACTOR = 64


def hint(row: Row) -> str:
    """Return a sentence for an observable of one element that is zero, or off by a simple factor; else nothing.

    A row holds only the worst element, so of larger tensors it cannot say what holds everywhere.
    """
    figures = row.figures
    if figures is None or figures.elements != 1 or figures.got == figures.expected:
        return ""
    if not (math.isfinite(figures.expected) and math.isfinite(figures.got)) or figures.expected == 0:
        return ""
    if figures.got == 0:
        return "got zero: was it never computed, or never returned?"
    factor = figures.got / figures.expected
    size = abs(factor)
    whole = round(max(size, 1 / size))
    sign = "-" if factor < 0 else ""
    if whole > LARGEST_FACTOR or abs(max(size, 1 / size) / whole - 1) > CLOSE:
        return ""
    if whole == 1:
        return "got the expected value times -1" if sign else ""
    return f"got the expected value times {sign}{whole if size > 1 else f'1/{whole}'}"
