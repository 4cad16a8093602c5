"""What would make a wrong observable right: a declaration, a factor, another order of its elements.

``suggested`` is asked about one failing row. It first lets the implementation try what it could declare (see
``harness.layerwise.declaring``); ``suggestion`` then looks at the numbers alone, and speaks of no declaration, because
not every implementation has any to make. Nothing here changes a verdict.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import numpy as np

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array
from harness.implementation.contract import Implementation
from harness.implementation.trace import NUMBERS
from harness.judging.judge import Judged
from harness.layerwise.axes import reordered_features
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.verdict.figures import figures, too_far
from harness.verdict.stages import Expected

AGREES = "agrees exactly"


def suggested(judged: Judged, implementation: Implementation, observable: str) -> str:
    """Return one sentence that says what would make a failing observable right, or nothing.

    Args:
        judged: the verdict on what the implementation returned.
        implementation: who ran it.
        observable: the name of the failing one.
    """
    problem, shown = judged.problem, judged.trace.observables
    declared = implementation.declaration(problem, shown, observable)
    if declared:
        return declared
    if observable not in judged.expected or observable not in shown:
        return ""
    wanted = judged.by_name[observable].observable
    return suggestion(shown[observable], judged.expected[observable], wanted, problem.case, judged.subject.arithmetic)


def suggestion(got: Array, expected: Expected, observable: Observable, case: Case, arithmetic: Arithmetic) -> str:
    """Return what is done to an observable, where undoing it makes it right; empty where nothing does.

    Args:
        got: the implementation's numbers, of any shape and number format.
        expected: what they should be.
        observable: which tensor.
        case: whose.
        arithmetic: what the implementation declares.
    """
    if got.dtype.kind not in NUMBERS or not got.size or not np.any(expected.estimate.value):
        return ""
    with np.errstate(all="ignore"):
        for change in _changes(got, expected.estimate, observable, case):
            found = figures(change.got, replace(expected, estimate=change.expected), arithmetic)
            if not too_far(found, arithmetic):
                return f"{AGREES} {change.words}"
    return ""


@dataclass(frozen=True)
class _Change:
    """Numbers that were changed back, what they are compared with, and what was done to them in words."""

    words: str
    got: Array
    expected: Estimate


def _changes(got: Array, expected: Estimate, observable: Observable, case: Case) -> Iterator[_Change]:
    if got.shape == expected.shape:
        if got.dtype != case.dtype:
            yield _Change(f"as {case.dtype}: it came as {got.dtype}", got, expected)
        for text, factor in _factors(observable, case).items():
            # The expected values are scaled, and not what was got: their errors then scale with them.
            yield _Change(f"but for a factor: it is {text}", got, expected.scaled(float(factor)))
    elif got.size == expected.value.size:
        yield _Change(f"once its shape {got.shape} is {expected.shape}", got.reshape(expected.shape), expected)
    yield from _orders(got, expected, observable, case)


def _factors(observable: Observable, case: Case) -> dict[str, Fraction]:
    """Return factors that people forget or repeat, in words; the commonest first."""
    samples, outputs = case.batch_size, prod(case.network.output_shape)
    named = {
        "N": (samples, "the samples"),
        "K": (outputs, "the outputs"),
        "N*K": (samples * outputs, "samples and outputs"),
        "2": (2, ""),
    }
    node = next((each for each in case.network.nodes if each.name == observable.layer), None)
    for argument in ("pool_size", "kernel_size", "strides"):
        window = getattr(node.layer, argument, None) if node is not None else None
        if window is not None:
            named[f"area({argument})"] = prod(window), ""
    words: dict[Fraction, str] = {Fraction(-1): "-1 times what it should be"}
    for sign in (1, -1):
        for name, (value, meaning) in named.items():
            if value > 1:
                for factor in (Fraction(sign * value), Fraction(sign, value)):
                    words.setdefault(factor, _factor_in_words(factor, name, meaning))
    return {text: factor for factor, text in words.items()}


def _factor_in_words(factor: Fraction, name: str, meaning: str) -> str:
    """Return ``1/4 of what it should be: 1/N, with N = 4 (the samples)``; a factor of 2 means nothing more."""
    text = f"{factor} {'times' if factor.denominator == 1 else 'of'} what it should be"
    if name == str(abs(factor.numerator) * factor.denominator):
        return text
    value = max(abs(factor.numerator), factor.denominator)
    known = f"{name} = {value}" + (f" ({meaning})" if meaning else "")
    if factor == value:
        return f"{text}: {known}"
    sign = "-" if factor < 0 else ""
    formula = name if factor.denominator == 1 else f"1/({name})" if "*" in name else f"1/{name}"
    return f"{text}: {sign}{formula}, with {known}"


def _orders(got: Array, expected: Estimate, observable: Observable, case: Case) -> Iterator[_Change]:
    rank = got.ndim
    if rank == len(expected.shape):
        for axes in itertools.permutations(range(rank)):
            moved = got.transpose(axes)
            if axes != tuple(range(rank)) and moved.shape == expected.shape:
                yield _Change(
                    f"after a transpose: its axes are in the order {np.argsort(axes).tolist()}", moved, expected
                )
    if got.shape != expected.shape:
        return
    for count in range(1, rank + 1):
        for flipped in itertools.combinations(range(rank), count):
            if all(got.shape[axis] > 1 for axis in flipped):
                along = " and ".join(map(str, flipped))
                yield _Change(f"after a flip along axis {along}", np.flip(got, flipped), expected)
    image = _flattened_image(observable, case)
    if image is not None and rank == 2:
        for order in map("".join, itertools.permutations("HWC")):
            if order != "HWC":
                moved = reordered_features(got, image, order, "HWC")
                yield _Change(f"in the order HWC: images are flattened in the order {order}", moved, expected)
    for axes in itertools.permutations(range(rank)):
        if axes != tuple(range(rank)):
            mixed = got.reshape([got.shape[axis] for axis in axes]).transpose(np.argsort(axes))
            if mixed.shape == expected.shape:
                yield _Change(f"if it was reshaped where it should be transposed, axes {list(axes)}", mixed, expected)


def _flattened_image(observable: Observable, case: Case) -> tuple[int, ...] | None:
    node = next((each for each in case.network.nodes if each.name == observable.layer), None)
    if node is None or observable.kind != "forward":
        return None
    flattens = node.layer.flattens and len(node.input_shapes[0]) == 3
    return node.input_shapes[0] if flattens else None
