"""Graded faults: every operator's right results with fewer digits, at one place at a time."""

from collections.abc import Iterator

from harness.faults import Fault, Perturbation
from harness.faults.perturbation import UNIT_ROUNDOFF, Format, Part
from harness.operators.activations.activation import Activation
from harness.operators.layers.layer import Layer
from harness.operators.losses.loss import Loss
from harness.operators.specification import Specification, file_name
from impls.faults._places import BOTH_WAYS, FORWARD

SIZES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
PARTS: tuple[Part, ...] = ("whole", "element", "channel")
FORMATS: tuple[Format, ...] = ("float16", "bfloat16", "tf32")


def graded_faults(on: type[Specification]) -> Iterator[Fault]:
    """Yield graded faults of one operator: sizes, then formats of the result, then of its factors."""
    axes = on.kernel_axes if issubclass(on, Layer) else ""
    # Where the kernel's last axis counts outputs, one filter is its largest channel as well as the output's.
    parts = PARTS if axes.endswith("IO") else PARTS[:1]
    for place in _places(on):
        for part in parts:
            for size in SIZES:
                yield _off_by(on, place, part, size)
        for number_format in FORMATS:
            yield _in_format(on, place, number_format)
            # A bias's gradient is a plain sum: it has no factors.
            if axes and place != "gradient/bias":
                yield _factors_in_format(on, place, number_format)


def _places(on: type[Specification]) -> tuple[str, ...]:
    if issubclass(on, Layer):
        gradients = (f"gradient/{name}" for name in on.parameter_names)
        return ("forward", "backward", *gradients, *(f"update/{name}" for name in on.state_names))
    if issubclass(on, Loss):
        return "loss", "backward/loss"
    return ("forward", "backward") if issubclass(on, Activation) else ("update",)


def _moves(on: type[Specification], place: str) -> tuple[str, ...]:
    # With moving statistics, inference is another computation.
    if place != "forward" or (issubclass(on, Layer) and on.state_names):
        return (place,)
    # The derivative of an activation may be computed from its output.
    return BOTH_WAYS if issubclass(on, Activation) else FORWARD


def _off_by(on: type[Specification], place: str, part: Part, size: float) -> Fault:
    words = {"whole": "every element", "element": "the largest element", "channel": "the largest channel"}[part]
    return Fault(
        f"{_stem(on, place)}-{part}-off-by-1e-{f'{size:.0e}'.partition('e-')[2].lstrip('0')}",
        on=on,
        perturbation=Perturbation(place, size=size, part=part),
        moves=_moves(on, place),
        explanation=f"A relative error of {size:g} in {words} of {place}.",
        hint="Look for a constant with too few digits, or an approximation.",
        kind="graded",
        size=size,
    )


def _in_format(on: type[Specification], place: str, number_format: Format) -> Fault:
    return Fault(
        f"{_stem(on, place)}-in-{number_format}",
        on=on,
        perturbation=Perturbation(place, format=number_format),
        moves=_moves(on, place),
        explanation=f"{place} passes through {number_format}.",
        hint="Look for a conversion to a smaller number format.",
        kind="graded",
        size=UNIT_ROUNDOFF[number_format],
    )


def _factors_in_format(on: type[Specification], place: str, number_format: Format) -> Fault:
    return Fault(
        f"{_stem(on, place)}-of-{number_format}-factors",
        on=on,
        perturbation=Perturbation(place, format=number_format, of="factors"),
        moves=_moves(on, place),
        explanation=f"The factors of {place} pass through {number_format}.",
        hint="Look for a matrix product in reduced precision.",
        kind="graded",
        size=UNIT_ROUNDOFF[number_format],
    )


def _stem(on: type[Specification], place: str) -> str:
    return f"{file_name(on)}-{place}".replace("_", "-").replace("/", "-")
