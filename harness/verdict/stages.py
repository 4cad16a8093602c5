"""What the evaluation of ``harness.verdict.expected`` carries from stage to stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from harness.numerics.estimate import Estimate


class Origin(IntEnum):
    """What a value was computed from; the largest of several counts.

    - ANCHORS: the implementation's own values, so that one stage's rounding is all that differs.
    - ESTIMATES: values that are no anchors, so that errors which elements inherit together are in play.
    - BLIND: values that are not finite in the implementation.
    """

    ANCHORS = 0
    ESTIMATES = 1
    BLIND = 2


@dataclass(frozen=True)
class Expected:
    """What one observable should be: its values with their errors, and what they were computed from."""

    estimate: Estimate
    origin: Origin


@dataclass(frozen=True)
class Value:
    """An estimate on its way."""

    estimate: Estimate
    origin: Origin = Origin.ANCHORS


@dataclass(frozen=True)
class Parameters:
    """One layer's parameters and moving statistics by name."""

    estimates: Mapping[str, Estimate]
    origins: Mapping[str, Origin]

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> "Parameters":
        """Return those of which each is an estimate on its way."""
        return cls(
            {name: value.estimate for name, value in values.items()},
            {name: value.origin for name, value in values.items()},
        )

    @cached_property
    def origin(self) -> Origin:
        """The largest of all."""
        return max(self.origins.values(), default=Origin.ANCHORS)


Weights = Mapping[str, Parameters]
Slots = Mapping[tuple[str, str], tuple[Mapping[str, Estimate], Origin]]


@dataclass(frozen=True)
class Pass:
    """What one layer computes from its input: linear part, output, and what the backward pass needs."""

    linear: Estimate
    output: Estimate
    cache: Any


@dataclass(frozen=True)
class Stage:
    """What one layer's forward pass leaves behind: its own part, the output to go on from, and their origin."""

    own: Pass
    output: Value
    origin: Origin


@dataclass(frozen=True)
class FirstStep:
    """The observables of the first step, and the optimizer's slots after it."""

    expected: Mapping[str, Expected]
    slots: Slots
