"""The verdict on one Trace: every required observable, stage by stage and then end to end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import Any

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.cases.problem import Array, Problem
from harness.errors import HarnessError
from harness.implementation.contract import Implementation
from harness.implementation.trace import Trace, numeric
from harness.judging.row import COVERAGE, Comparison, Verdict
from harness.numerics.arithmetic import Arithmetic, arithmetic_of
from harness.verdict.expected import Inputs, Walks
from harness.verdict.figures import SIGMAS, Figures, excess, figures, largest_t, too_far
from harness.verdict.stages import Expected, Origin

DIRECTIONS: Mapping[str, str] = {
    "forward": "forward",
    "loss": "forward",
    "backward": "backward",
    "gradient": "backward",
    "update": "update",
}


@dataclass(frozen=True)
class Author:
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
    def of(cls, implementation: Implementation, case: Case) -> "Author":
        """Ask an implementation."""
        shown = {each.name for each in required(case) if implementation.exposes(case, each)}
        arithmetic, conventions = implementation.arithmetic(case), implementation.declared(case)
        return cls(implementation.name, implementation.version, arithmetic, frozenset(shown), conventions)


def judge(
    problem: Problem, author: Author, trace: Trace, alone: Iterable[str] = (), inputs: Inputs | None = None
) -> list[Comparison]:
    """Judge every required observable of one Trace, and list those that nobody asked for.

    Each stage is recomputed from the implementation's own values before it, so that it stands or falls alone. A trace
    that is right stage by stage but does not follow from the case's inputs fails where it leaves them.

    Args:
        problem: what was run, in the format it was run in.
        author: who ran it.
        trace: what came of it.
        alone: observables in which Keras in float64 differs from the definition.
        inputs: those of the problem in the author's arithmetic, where they have served another author; else made.

    Raises:
        HarnessError: the inputs are of another problem or another arithmetic.
    """
    if inputs is not None and (inputs.problem is not problem or inputs.arithmetic != author.arithmetic):
        raise HarnessError(f"judge expected inputs of the problem in {author.name}'s arithmetic, got others.")
    row = _Row(problem.case, author, trace.seconds, frozenset(alone))
    wanted = required(problem.case)
    if trace.status != "ok":
        return marked([row(observable, _Finding(trace.status, trace.reason)) for observable in wanted])
    numbers = numeric(trace.observables)
    walks = Walks(inputs or Inputs(problem, author.arithmetic), numbers)
    expected = walks.local()
    findings = [_judged(row, each, trace.observables.get(each.name), expected[each.name]) for each in wanted]
    if not any(found.failed for found in findings):
        names = [each.name for each in wanted]
        findings = _through(dict(zip(names, findings, strict=True)), expected, walks.end_to_end(), numbers, author)
    rows = [row(observable, found) for observable, found in zip(wanted, findings, strict=True)]
    for name in sorted(trace.observables.keys() - {observable.name for observable in wanted}):
        extra = Observable(name, "extra", trace.observables[name].shape, None, "")
        rows.append(row(extra, _Finding("extra", f"{author.name} returned {name}, which the case does not ask for")))
    return marked(rows)


def marked(rows: Iterable[Comparison]) -> list[Comparison]:
    """Mark the first failing row of each direction, and no other."""
    seen: set[str] = set()
    found = []
    for row in rows:
        direction = DIRECTIONS.get(row.kind, "") if row.failed else ""
        first = direction if direction not in seen else ""
        seen.add(direction)
        found.append(row if row.first_wrong == first else replace(row, first_wrong=first))
    return found


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
    """The verdict on one observable, and its figures by the names that they have in a Comparison."""

    verdict: Verdict
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.verdict != "pass" and self.verdict not in COVERAGE


@dataclass(frozen=True)
class _Row:
    """Makes Comparisons of one case and implementation."""

    case: Case
    author: Author
    seconds: float
    alone: frozenset[str]

    def __call__(self, observable: Observable, found: _Finding) -> Comparison:
        case, author, key, declared = self._same
        return Comparison(
            case.name, key, case.dtype, case.seed, author.name, author.version, declared, observable.name,
            observable.kind, observable.step or 0, observable.layer, self._kinds.get(observable.layer, ""),
            observable.part, found.verdict, found.reason,
            conventions=author.conventions, reference="stands alone" if observable.name in self.alone else "",
            seconds=self.seconds, **found.figures,
        )  # fmt: skip

    @cached_property
    def _same(self) -> tuple[Case, Author, str, str]:
        return self.case, self.author, self.case.key, coarser(self.author.arithmetic, self.case.dtype)

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {node.name: node.layer.kind for node in self.case.network.nodes} | {"loss": self.case.the_loss.kind}


def _judged(row: _Row, observable: Observable, got: Array | None, expected: Expected) -> _Finding:
    name, author = observable.name, row.author
    if name not in author.exposes:
        return _Finding("unobserved", f"{author.name} does not show this: it says so, or it is computed on its behalf")
    if got is None:
        return _Finding("missing", f"{author.name} did not return {name}")
    if got.shape != observable.shape:
        transposed = ": transposed?" if got.shape == observable.shape[::-1] else ""
        reason = f"{author.name} returned {name} with shape {got.shape}, expected {observable.shape}{transposed}"
        return _Finding("shape", reason, {"elements": got.size})
    if got.dtype != row.case.dtype:
        reason = f"{author.name} returned {name} as {got.dtype}, expected {row.case.dtype}"
        return _Finding("dtype", reason, {"elements": got.size})
    found = figures(got, expected, author.arithmetic)
    shown = _figures(found, author.arithmetic)
    wrong = too_far(found, author.arithmetic)
    if not wrong:
        return _Finding("pass", figures=shown | {"untrusted": found.untrusted})
    reason = f"not what {author.name}'s own values before it give: {wrong}"
    return _Finding("nonfinite" if found.nonfinite else "fail", reason, shown)


def _through(
    findings: Mapping[str, _Finding],
    local: Mapping[str, Expected],
    expected: Mapping[str, Expected],
    numbers: Mapping[str, Array],
    author: Author,
) -> list[_Finding]:
    """Compare what passed stage by stage with what follows from the inputs; the first that does not, fails."""
    judged: list[_Finding] = []
    left = False
    for name, found in findings.items():
        if found.verdict == "pass" and _is_same(expected[name], local[name]):
            found = replace(found, figures={**found.figures, "end_to_end": found.figures["t"]})
        elif found.verdict == "pass":
            t = largest_t(numbers[name], expected[name], author.arithmetic)
            found = replace(found, figures={**found.figures, "end_to_end": t})
            # What is judged by t alone needs no other figure, unless it fails.
            if not left and not (t <= SIGMAS and expected[name].origin is not Origin.ANCHORS):
                through = figures(numbers[name], expected[name], author.arithmetic)
                wrong = too_far(through, author.arithmetic)
                left = bool(wrong)
                if wrong:
                    reason = f"what {author.name}'s own values before it give, but not what the case's inputs give"
                    shown = {**found.figures, **_figures(through, author.arithmetic)}
                    found = _Finding("fail", f"{reason}: {wrong}", shown)
        judged.append(found)
    return judged


def _is_same(one: Expected, other: Expected) -> bool:
    return one.estimate is other.estimate and one.origin is other.origin


def _figures(found: Figures, arithmetic: Arithmetic) -> dict[str, Any]:
    return {
        "elements": found.elements, "index": found.index, "expected": found.expected, "got": found.got,
        "error": found.error, "ratio": excess(found, arithmetic), "t": found.t, "rms": found.rms,
        "bound": found.bound, "sens": found.sens,
    }  # fmt: skip
