"""Comparisons: one row for each observable of one Case and one implementation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from harness import rule
from harness.case import Case
from harness.observables import Observable, required
from harness.problem import Array
from harness.trace import Trace

Verdict = Literal[
    "pass", "fail", "missing", "extra", "shape", "dtype", "nonfinite", "error", "timeout", "crash",
    "unsupported", "unobserved",
]  # fmt: skip
COVERAGE: frozenset[Verdict] = frozenset({"unsupported", "unobserved"})


@dataclass(frozen=True)
class Comparison:
    """The verdict on one observable, with its figures.

    Attributes:
        case, key, dtype, seed: the Case's id, key, format and seed.
        implementation, version: who computed it.
        observable, kind, step, layer, layer_kind, part: which tensor (see ``harness.observables``); step is 0 after
            the last step.
        verdict: only ``pass`` passes; ``unsupported`` and ``unobserved`` are coverage; all else fails.
        reason: one sentence for every verdict that is not ``pass``.
        elements: how many numbers were compared.
        index: of the worst element.
        expected, got: the values there.
        error: their distance.
        ratio: the largest distance in units of what the rule allows; above 1 fails.
        seconds: of the whole run of this implementation on this case.
    """

    case: str
    key: str
    dtype: str
    seed: int
    implementation: str
    version: str
    observable: str
    kind: str
    step: int
    layer: str
    layer_kind: str
    part: str
    verdict: Verdict
    reason: str = ""
    elements: int = 0
    index: tuple[int, ...] = ()
    expected: float | None = None
    got: float | None = None
    error: float | None = None
    ratio: float | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True for ``pass`` alone."""
        return self.verdict == "pass"

    @property
    def failed(self) -> bool:
        """True for everything but ``pass`` and what is only coverage."""
        return self.verdict != "pass" and self.verdict not in COVERAGE


@dataclass(frozen=True)
class _Row:
    """Makes Comparisons of one case and implementation."""

    case: Case
    implementation: str
    version: str
    seconds: float

    def __call__(self, observable: Observable, verdict: Verdict, reason: str = "", **figures: Any) -> Comparison:
        kinds = {node.name: node.layer.kind for node in self.case.network.nodes} | {"loss": self.case.the_loss.kind}
        return Comparison(
            self.case.name, self.case.key, self.case.dtype, self.case.seed, self.implementation, self.version,
            observable.name, observable.kind, observable.step or 0, observable.layer,
            kinds.get(observable.layer, ""), observable.part, verdict, reason, seconds=self.seconds, **figures,
        )  # fmt: skip


def compare(
    case: Case,
    implementation: str,
    version: str,
    trace: Trace,
    reference: Trace,
    exposes: Callable[[Case, Observable], bool],
) -> list[Comparison]:
    """Judge every required observable of one Trace, and list those that nobody asked for.

    Args:
        case: what was run.
        implementation: its name.
        version: its version.
        trace: what it did.
        reference: Keras's observables in float64 for the same numbers.
        exposes: whether the implementation declares that it shows an observable.
    """
    row = _Row(case, implementation, version, trace.seconds)
    wanted = required(case)
    if reference.status != "ok":
        reason = f"Keras, the reference, could not compute this case: {reference.reason}"
        return [row(observable, "error", reason) for observable in wanted]
    if trace.status != "ok":
        return [row(observable, trace.status, trace.reason) for observable in wanted]
    rows = []
    for observable in wanted:
        if observable.name in trace.observables:
            rows.append(_judge(row, observable, trace.observables[observable.name], reference.observables))
        elif not exposes(case, observable):
            rows.append(row(observable, "unobserved", f"{implementation} declares that it does not show this"))
        else:
            rows.append(row(observable, "missing", f"{implementation} did not return {observable.name}"))
    names = {observable.name for observable in wanted}
    for name in sorted(trace.observables.keys() - names):
        extra = Observable(name, "extra", trace.observables[name].shape, None, "")
        rows.append(row(extra, "extra", f"{implementation} returned {name}, which the case does not ask for"))
    return rows


def _judge(row: _Row, observable: Observable, got: Array, reference: Mapping[str, Array]) -> Comparison:
    if got.shape != observable.shape:
        transposed = ": transposed?" if got.shape == observable.shape[::-1] else ""
        reason = f"{row.implementation} returned {observable.name} with shape {got.shape}, expected "
        return row(observable, "shape", f"{reason}{observable.shape}{transposed}", elements=got.size)
    if got.dtype != row.case.dtype:
        reason = f"{row.implementation} returned {observable.name} as {got.dtype}, expected {row.case.dtype}"
        return row(observable, "dtype", reason, elements=got.size)
    want = reference.get(observable.name)
    if want is None or want.shape != observable.shape:
        shown = "nothing" if want is None else f"shape {want.shape}, expected {observable.shape}"
        return row(observable, "error", f"Keras, the reference, returned {shown} for {observable.name}")
    values = got.astype(np.float64)
    agree = (values == want) | (np.isnan(values) & np.isnan(want))
    with np.errstate(invalid="ignore"):
        error = np.where(agree, 0.0, np.abs(values - want))
    allowed = rule.allowed(row.case.dtype, observable.kind, want)
    ratio = np.where(agree, 0.0, np.where(np.isfinite(error), error, np.inf) / allowed)
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
    figures: dict[str, Any] = {
        "elements": got.size, "index": worst, "expected": float(want[worst]), "got": float(values[worst]),
        "error": float(error[worst]), "ratio": float(ratio[worst]),
    }  # fmt: skip
    stray = ~np.isfinite(values) & ~agree
    if stray.any():
        reason = f"{int(stray.sum())} of {got.size} elements are not finite where Keras's are"
        return row(observable, "nonfinite", reason, **figures)
    if ratio[worst] > 1:
        wrong = int((ratio > 1).sum())
        return row(observable, "fail", f"{wrong} of {got.size} elements differ by more than the rule allows", **figures)
    return row(observable, "pass", **figures)
