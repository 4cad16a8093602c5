"""Graded faults: every operator's right results with fewer digits, at one place at a time."""

from collections.abc import Iterator

from harness.faults import Fault, Rule, Spoilt
from harness.faults.spoilt import UNIT_ROUNDOFF, Format, Part
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.specification import file_name
from impls.faults._places import FORWARD

SIZES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
PARTS: tuple[Part, ...] = ("whole", "element", "channel")
FORMATS: tuple[Format, ...] = ("float16", "bfloat16", "tf32")
# Operators with weighted sums, whose factors may lose digits.
WEIGHTED = ("Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D")
# Where one element or one filter is off, too.
IN_PARTS = ("Conv2D", "Dense")


def graded_faults(rule: type[Rule]) -> Iterator[Fault]:
    """Yield graded faults of one rule's operator: sizes, then formats of the result, then of its factors."""
    for place in _places(rule):
        parts = PARTS if rule.operator.__name__ in IN_PARTS else PARTS[:1]
        for part in parts:
            for size in SIZES:
                yield _off_by(rule, place, part, size)
        for number_format in FORMATS:
            yield _in_format(rule, place, number_format)
            if rule.operator.__name__ in WEIGHTED and place != "gradient/bias":
                yield _factors_in_format(rule, place, number_format)


def _places(rule: type[Rule]) -> tuple[str, ...]:
    kind = rule.operator.__name__
    if kind in WEIGHTED:
        return "forward", "backward", "gradient/kernel", "gradient/bias"
    if kind == "BatchNormalization":
        return "forward", "backward", "gradient/gamma", "gradient/beta", "update/moving_mean", "update/moving_variance"
    if kind in LAYERS or kind in ACTIVATIONS:
        return "forward", "backward"
    if kind in LOSSES:
        return "loss", "backward/loss"
    return ("update",)


def _moves(rule: type[Rule], place: str) -> tuple[str, ...]:
    if place != "forward" or rule.operator.__name__ == "BatchNormalization":
        return (place,)
    # The derivative of an activation may be computed from its output.
    return (*FORWARD, "backward") if rule.operator.__name__ in ACTIVATIONS else FORWARD


def _off_by(rule: type[Rule], place: str, part: Part, size: float) -> Fault:
    words = {"whole": "every element", "element": "the largest element", "channel": "the largest channel"}[part]
    return Fault(
        f"{_stem(rule, place)}-{part}-off-by-1e-{f'{size:.0e}'.partition('e-')[2].lstrip('0')}",
        rule(spoilt=Spoilt(place, size=size, part=part)),
        _moves(rule, place),
        f"A relative error of {size:g} in {words} of {place}.",
        "Look for a constant with too few digits, or an approximation.",
        kind="graded",
        size=size,
    )


def _in_format(rule: type[Rule], place: str, number_format: Format) -> Fault:
    return Fault(
        f"{_stem(rule, place)}-in-{number_format}",
        rule(spoilt=Spoilt(place, format=number_format)),
        _moves(rule, place),
        f"{place} passes through {number_format}.",
        "Look for a conversion to a smaller number format.",
        kind="graded",
        size=UNIT_ROUNDOFF[number_format],
    )


def _factors_in_format(rule: type[Rule], place: str, number_format: Format) -> Fault:
    return Fault(
        f"{_stem(rule, place)}-of-{number_format}-factors",
        rule(spoilt=Spoilt(place, format=number_format, of="factors")),
        _moves(rule, place),
        f"The factors of {place} pass through {number_format}.",
        "Look for a matrix product in reduced precision.",
        kind="graded",
        size=UNIT_ROUNDOFF[number_format],
    )


def _stem(rule: type[Rule], place: str) -> str:
    return f"{file_name(rule.operator)}-{place}".replace("_", "-").replace("/", "-")
