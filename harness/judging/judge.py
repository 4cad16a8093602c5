"""The verdict on one Trace: every required observable, stage by stage and then end to end."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.cases.problem import Array, Problem
from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.implementation.trace import Trace, numeric
from harness.judging.row import COVERAGE, Figures, Row, Run, Verdict
from harness.numerics.arithmetic import Arithmetic, arithmetic_of
from harness.verdict.expected import ExpectedValues, Inputs
from harness.verdict.figures import SIGMAS, Measured, excess, figures, largest_t, tolerance, too_far
from harness.verdict.stages import Expected, Origin

DIRECTIONS: Mapping[str, str] = {
    "forward": "forward",
    "loss": "forward",
    "backward": "backward",
    "gradient": "backward",
    "update": "update",
}

NOT_ASKED: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True)
class Subject:
    """Whose Trace it is, and what it declares.

    Attributes:
        name, version: of the implementation.
        arithmetic: what it declares for the case.
        exposes: names of the observables that it shows. Others may be in its Trace: they are not judged, but stages
            after them are recomputed from them.
        conventions: those that it declares, in words.
    """

    name: str
    version: str
    arithmetic: Arithmetic
    exposes: frozenset[str]
    conventions: str = ""

    @classmethod
    def of(cls, implementation: Implementation, case: Case) -> "Subject":
        """Ask an implementation."""
        shown = {each.name for each in required(case) if implementation.exposes(case, each)}
        arithmetic, conventions = implementation.arithmetic(case), implementation.declared(case)
        return cls(implementation.name, implementation.version, arithmetic, frozenset(shown), conventions)


@dataclass(frozen=True)
class Judged:
    """The verdict on one Trace, with what it rests on. Each later look takes one and returns one.

    Attributes:
        problem: what was run, in the format it was run in.
        subject: who ran it.
        trace: what came of it.
        rows: one for each observable that the case requires, for each that it does not, and for each look at purity.
        expected: what each required observable should be, recomputed stage by stage from the Trace; empty where there
            is no result.
    """

    problem: Problem
    subject: Subject
    trace: Trace
    rows: tuple[Row, ...]
    expected: Mapping[str, Expected]

    @property
    def failed(self) -> bool:
        """True where any row fails."""
        return any(row.failed for row in self.rows)

    @cached_property
    def by_name(self) -> Mapping[str, Row]:
        """The rows by their observables' names."""
        return {row.observable.name: row for row in self.rows}

    def with_rows(self, rows: Iterable[Row]) -> "Judged":
        """Return the same verdict with other rows."""
        return replace(self, rows=tuple(rows))


def judge(
    problem: Problem,
    subject: Subject,
    trace: Trace,
    alone: Iterable[str] = (),
    inputs: Inputs | None = None,
    keras: Mapping[str, Array] = NOT_ASKED,
) -> Judged:
    """Judge every required observable of one Trace, and list those that nobody asked for.

    Each stage is recomputed from the implementation's own values before it, so that it stands or falls alone. A trace
    that is right stage by stage but does not follow from the case's inputs fails where it leaves them.

    Args:
        problem: what was run, in the format it was run in.
        subject: who ran it.
        trace: what came of it.
        alone: observables in which Keras in float64 differs from the definition.
        inputs: those of the problem in the subject's arithmetic, where they have served another subject; else made.
        keras: Keras's observables in float64, for the rows to say how far they are from them. No verdict rests on it.

    Raises:
        HarnessError: the inputs are of another problem or another arithmetic.
    """
    if inputs is not None and (inputs.problem is not problem or inputs.arithmetic != subject.arithmetic):
        raise HarnessError(f"judge expected inputs of the problem in {subject.name}'s arithmetic, got others.")
    make = _Rows(problem.case, subject, trace, frozenset(alone), keras)
    wanted = required(problem.case)
    if trace.status != "ok":
        rows = [make(observable, _Finding(trace.status, trace.reason)) for observable in wanted]
        return Judged(problem, subject, trace, marked(rows), {})
    numbers = numeric(trace.observables)
    expected_values = ExpectedValues(inputs or Inputs(problem, subject.arithmetic), numbers)
    expected = expected_values.local()
    findings = [_judged(make, each, trace.observables.get(each.name), expected[each.name]) for each in wanted]
    if not any(found.failed for found in findings):
        names = [each.name for each in wanted]
        findings = _through(
            dict(zip(names, findings, strict=True)), expected, expected_values.end_to_end(), numbers, subject
        )
    # What an implementation shows may be infinite, and so may be what it is compared with.
    with np.errstate(all="ignore"):
        rows = [make(observable, found) for observable, found in zip(wanted, findings, strict=True)]
    for name in sorted(trace.observables.keys() - {observable.name for observable in wanted}):
        extra = Observable(name, "extra", trace.observables[name].shape, None, "")
        rows.append(make(extra, _Finding("extra", f"{subject.name} returned {name}, which the case does not ask for")))
    return Judged(problem, subject, trace, marked(rows), expected)


def marked(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Mark the first failing row of each direction, and no other."""
    seen: set[str] = set()
    found = []
    for row in rows:
        direction = DIRECTIONS.get(row.observable.kind, "") if row.failed else ""
        first = direction if direction not in seen else ""
        seen.add(direction)
        found.append(row if row.first_wrong == first else replace(row, first_wrong=first))
    return tuple(found)


@lru_cache
def coarser(declared: Arithmetic, dtype: str) -> str:
    """Return in which ways declared arithmetic differs from the plain one of a format; empty where it does not."""
    plain = arithmetic_of(dtype)
    return ", ".join(
        f"{each.name} = {getattr(declared, each.name):.3g} instead of {getattr(plain, each.name):.3g}"
        for each in fields(plain)
        if each.name != "precision" and getattr(declared, each.name) != getattr(plain, each.name)
    )


@dataclass(frozen=True)
class _Finding:
    """The verdict on one observable, and what was measured of it where it was compared."""

    verdict: Verdict
    reason: str = ""
    measured: Measured | None = None
    untrusted: str = ""
    end_to_end: float | None = None

    @property
    def failed(self) -> bool:
        return self.verdict != "pass" and self.verdict not in COVERAGE


@dataclass(frozen=True)
class _Rows:
    """Makes the rows of one case and implementation."""

    case: Case
    subject: Subject
    trace: Trace
    alone: frozenset[str]
    keras: Mapping[str, Array]

    def __call__(self, observable: Observable, found: _Finding) -> Row:
        measured = found.measured
        return Row(
            self._run, observable, self._kinds.get(observable.layer, ""), found.verdict, found.reason, found.untrusted,
            figures=None if measured is None else self._figures(observable.name, measured, found.end_to_end),
            reference="stands alone" if observable.name in self.alone else "",
        )  # fmt: skip

    def _figures(self, name: str, found: Measured, end_to_end: float | None) -> Figures:
        arithmetic, keras = self.subject.arithmetic, self.keras.get(name)
        difference = None if keras is None else _largest_distance(self.trace.observables[name], keras)
        return Figures(
            found.elements, found.index, found.expected, found.got, found.error, tolerance(found, arithmetic),
            None if keras is None else float(keras[found.index]), difference, excess(found, arithmetic),
            found.t, found.rms, found.bound, found.smallest_detectable, end_to_end,
        )  # fmt: skip

    @cached_property
    def _run(self) -> Run:
        case, subject = self.case, self.subject
        return Run(
            case.name, case.key, case.dtype, case.seed, subject.name, subject.version,
            coarser(subject.arithmetic, case.dtype), subject.conventions, self.trace.seconds,
        )  # fmt: skip

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {node.name: node.layer.kind for node in self.case.network.nodes} | {"loss": self.case.the_loss.kind}


def _judged(make: _Rows, observable: Observable, got: Array | None, expected: Expected) -> _Finding:
    name, subject = observable.name, make.subject
    if name not in subject.exposes:
        return _Finding("unobserved", f"{subject.name} does not show this: it says so, or it is computed on its behalf")
    if got is None:
        return _Finding("missing", f"{subject.name} did not return {name}")
    if got.shape != observable.shape:
        transposed = ": transposed?" if got.shape == observable.shape[::-1] else ""
        reason = f"{subject.name} returned {name} with shape {got.shape}, expected {observable.shape}{transposed}"
        return _Finding("shape", reason)
    if got.dtype != make.case.dtype:
        return _Finding("dtype", f"{subject.name} returned {name} as {got.dtype}, expected {make.case.dtype}")
    found = figures(got, expected, subject.arithmetic)
    wrong = too_far(found, subject.arithmetic)
    if not wrong:
        return _Finding("pass", measured=found, untrusted=found.untrusted)
    reason = f"not what {subject.name}'s own values before it give: {wrong}"
    return _Finding("nonfinite" if found.nonfinite else "fail", reason, found)


def _through(
    findings: Mapping[str, _Finding],
    local: Mapping[str, Expected],
    expected: Mapping[str, Expected],
    numbers: Mapping[str, Array],
    subject: Subject,
) -> list[_Finding]:
    """Compare what passed stage by stage with what follows from the inputs; the first that does not, fails."""
    judged: list[_Finding] = []
    left = False
    for name, found in findings.items():
        if found.measured is not None and _is_same(expected[name], local[name]):
            found = replace(found, end_to_end=found.measured.t)
        elif found.measured is not None:
            t = largest_t(numbers[name], expected[name], subject.arithmetic)
            found = replace(found, end_to_end=t)
            # What is judged by t alone needs no other figure, unless it fails.
            if not left and not (t <= SIGMAS and expected[name].origin is not Origin.ANCHORS):
                through = figures(numbers[name], expected[name], subject.arithmetic)
                wrong = too_far(through, subject.arithmetic)
                left = bool(wrong)
                if wrong:
                    reason = f"what {subject.name}'s own values before it give, but not what the case's inputs give"
                    found = replace(found, verdict="fail", reason=f"{reason}: {wrong}", measured=through)
        judged.append(found)
    return judged


def _largest_distance(one: Array, other: Array) -> float:
    distance = np.abs(np.subtract(one, other, dtype=np.float64))
    largest = float(distance.max())
    if math.isfinite(largest):
        return largest
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return float(np.where(same, 0.0, distance).max())


def _is_same(one: Expected, other: Expected) -> bool:
    return one.estimate is other.estimate and one.origin is other.origin
