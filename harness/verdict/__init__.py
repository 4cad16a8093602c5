"""The verdict: what every observable should be, stage by stage and end to end, and how far is too far."""

from harness.verdict.operators import operator_of

__all__ = ["operator_of"]
