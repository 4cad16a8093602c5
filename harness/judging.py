"""The verdict on one Trace: every required observable, stage by stage and then end to end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from harness.case import Case
from harness.comparison import Comparison, Verdict
from harness.implementation import Implementation
from harness.observables import Observable, required
from harness.problem import Array, Problem
from harness.trace import Trace
from harness.verdict.arithmetic import Arithmetic, arithmetic_of
from harness.verdict.figures import Figures, excess, figures, too_far
from harness.verdict.walk import Expected, end_to_end, local

# What can be turned into float64 without a loss of meaning.
NUMBERS = "fiu"

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
    """

    name: str
    version: str
    arithmetic: Arithmetic
    exposes: frozenset[str]

    @classmethod
    def of(cls, implementation: Implementation, case: Case) -> "Author":
        """Ask an implementation."""
        shown = {each.name for each in required(case) if implementation.exposes(case, each)}
        return cls(implementation.name, implementation.version, implementation.arithmetic(case), frozenset(shown))


def judge(problem: Problem, author: Author, trace: Trace, alone: Iterable[str] = ()) -> list[Comparison]:
    """Judge every required observable of one Trace, and list those that nobody asked for.

    Each stage is recomputed from the implementation's own values before it, so that it stands or falls alone. A trace
    that is right stage by stage but does not follow from the case's inputs fails where it leaves them.

    Args:
        problem: what was run, in the format it was run in.
        author: who ran it.
        trace: what came of it.
        alone: observables in which Keras in float64 differs from the definition.
    """
    row = _Row(problem.case, author, trace.seconds, frozenset(alone))
    wanted = required(problem.case)
    if trace.status != "ok":
        return marked([row(observable, trace.status, trace.reason) for observable in wanted])
    numbers = {name: array for name, array in trace.observables.items() if array.dtype.kind in NUMBERS}
    expected = local(problem, numbers, author.arithmetic)
    rows = [_judged(row, each, trace.observables.get(each.name), expected[each.name]) for each in wanted]
    if not any(found.failed for found in rows):
        rows = _through(rows, end_to_end(problem, numbers, author.arithmetic), numbers, author)
    names = {observable.name for observable in wanted}
    for name in sorted(trace.observables.keys() - names):
        extra = Observable(name, "extra", trace.observables[name].shape, None, "")
        rows.append(row(extra, "extra", f"{author.name} returned {name}, which the case does not ask for"))
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


def coarser(declared: Arithmetic, dtype: str) -> str:
    """Return in which ways declared arithmetic differs from the plain one of a format; empty where it does not."""
    plain = arithmetic_of(dtype)
    return ", ".join(
        f"{field.name} = {getattr(declared, field.name):.3g} instead of {getattr(plain, field.name):.3g}"
        for field in fields(plain)
        if field.name != "precision" and getattr(declared, field.name) != getattr(plain, field.name)
    )


@dataclass(frozen=True)
class _Row:
    """Makes Comparisons of one case and implementation."""

    case: Case
    author: Author
    seconds: float
    alone: frozenset[str]

    def __call__(self, observable: Observable, verdict: Verdict, reason: str = "", **figures: Any) -> Comparison:
        case, author = self.case, self.author
        return Comparison(
            case.name, case.key, case.dtype, case.seed, author.name, author.version, self._declared, observable.name,
            observable.kind, observable.step or 0, observable.layer, self._kinds.get(observable.layer, ""),
            observable.part, verdict, reason, reference="stands alone" if observable.name in self.alone else "",
            seconds=self.seconds, **figures,
        )  # fmt: skip

    @cached_property
    def _declared(self) -> str:
        return coarser(self.author.arithmetic, self.case.dtype)

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {node.name: node.layer.kind for node in self.case.network.nodes} | {"loss": self.case.the_loss.kind}


def _judged(row: _Row, observable: Observable, got: Array | None, expected: Expected) -> Comparison:
    name, author = observable.name, row.author
    if name not in author.exposes:
        return row(observable, "unobserved", f"{author.name} declares that it does not show this")
    if got is None:
        return row(observable, "missing", f"{author.name} did not return {name}")
    if got.shape != observable.shape:
        transposed = ": transposed?" if got.shape == observable.shape[::-1] else ""
        reason = f"{author.name} returned {name} with shape {got.shape}, expected {observable.shape}{transposed}"
        return row(observable, "shape", reason, elements=got.size)
    if got.dtype != row.case.dtype:
        reason = f"{author.name} returned {name} as {got.dtype}, expected {row.case.dtype}"
        return row(observable, "dtype", reason, elements=got.size)
    found = figures(got, expected, author.arithmetic)
    shown = _figures(found, author.arithmetic)
    wrong = too_far(found, author.arithmetic)
    if not wrong:
        return row(observable, "pass", untrusted=found.untrusted, **shown)
    reason = f"not what {author.name}'s own values before it give: {wrong}"
    return row(observable, "nonfinite" if found.nonfinite else "fail", reason, **shown)


def _through(
    rows: Iterable[Comparison], expected: Mapping[str, Expected], numbers: Mapping[str, Array], author: Author
) -> list[Comparison]:
    """Compare what passed stage by stage with what follows from the inputs; the first that does not, fails."""
    judged: list[Comparison] = []
    left = False
    for row in rows:
        if row.passed:
            found = figures(numbers[row.observable], expected[row.observable], author.arithmetic)
            wrong = too_far(found, author.arithmetic)
            row = replace(row, end_to_end=found.t)
            if wrong and not left:
                left = True
                reason = f"what {author.name}'s own values before it give, but not what the case's inputs give: {wrong}"
                row = replace(row, verdict="fail", reason=reason, **_figures(found, author.arithmetic))
        judged.append(row)
    return judged


def _figures(found: Figures, arithmetic: Arithmetic) -> dict[str, Any]:
    return {
        "elements": found.elements, "index": found.index, "expected": found.expected, "got": found.got,
        "error": found.error, "ratio": excess(found, arithmetic), "t": found.t, "rms": found.rms,
        "bound": found.bound, "sens": found.sens,
    }  # fmt: skip
