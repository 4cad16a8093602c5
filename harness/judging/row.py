"""A Comparison: the verdict on one observable of one Case and one implementation, with its figures."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "pass", "fail", "missing", "extra", "shape", "dtype", "nonfinite", "error", "timeout", "crash",
    "unsupported", "unobserved",
]  # fmt: skip
COVERAGE: frozenset[Verdict] = frozenset({"unsupported", "unobserved"})

CAUSES_APART = " | "

# The kind of rows that are about no observable, but about how the answers come about.
PURITY = "purity"


@dataclass(frozen=True)
class Comparison:
    """One row of a report.

    Attributes:
        case, key, dtype, seed: the Case's id, key, format and seed.
        implementation, version: who computed it.
        declared: how the implementation's declared arithmetic is coarser than the format; empty where it is not.
        observable, kind, step, layer, layer_kind, part: which tensor (see ``harness.cases.observables``); step is 0
            after the last step. A row about purity has that as its kind and layer kind, and says by its name what was
            looked at (see ``harness.judging.purity``).
        verdict: only ``pass`` passes; ``unsupported`` and ``unobserved`` are coverage; all else fails.
        reason: one sentence for every verdict that is not ``pass``, and for a pass that needs one.
        untrusted: why agreement says little here; empty where it says enough.
        first_wrong: ``forward``, ``backward`` or ``update`` on the first failing row of that direction.
        elements: how many numbers were compared.
        index: of the worst element.
        expected, got: the values there.
        error: their distance.
        ratio: how far it is in units of what rounding can explain, the largest of t, rms and bound over their limits;
            above 1 fails.
        t, rms, bound, sens: the figures behind it (see ``harness.verdict.figures``).
        end_to_end: t from the case's inputs on, through the whole network.
        witnesses: of a failing row, who sides with the expected value and who does not.
        cause: of a failing row, what would make it right, and errors that people make which give the same numbers, with
            what to look at, separated by ``CAUSES_APART``.
        conventions: those that the implementation declares, in words.
        reference: ``stands alone`` where Keras in float64 differs from the definition; empty otherwise.
        seconds: of the whole run of this implementation on this case.
    """

    case: str
    key: str
    dtype: str
    seed: int
    implementation: str
    version: str
    declared: str
    observable: str
    kind: str
    step: int
    layer: str
    layer_kind: str
    part: str
    verdict: Verdict
    reason: str = ""
    untrusted: str = ""
    first_wrong: str = ""
    elements: int = 0
    index: tuple[int, ...] = ()
    expected: float | None = None
    got: float | None = None
    error: float | None = None
    ratio: float | None = None
    t: float | None = None
    rms: float | None = None
    bound: float | None = None
    sens: float | None = None
    end_to_end: float | None = None
    witnesses: str = ""
    cause: str = ""
    conventions: str = ""
    reference: str = ""
    seconds: float = 0.0

    @property
    def required(self) -> bool:
        """True for an observable that the case asks for; False for what came beside it, and for a look at purity."""
        return self.verdict != "extra" and self.kind != PURITY

    @property
    def passed(self) -> bool:
        """True for ``pass`` alone."""
        return self.verdict == "pass"

    @property
    def failed(self) -> bool:
        """True for everything but ``pass`` and what is only coverage."""
        return self.verdict != "pass" and self.verdict not in COVERAGE
