"""A Row: the verdict on one observable of one Case and one implementation, with its figures."""

from dataclasses import dataclass
from typing import Literal

from harness.cases.observables import Observable

Verdict = Literal[
    "pass", "fail", "missing", "extra", "shape", "dtype", "nonfinite", "error", "timeout", "crash",
    "unsupported", "unobserved",
]  # fmt: skip
COVERAGE: frozenset[Verdict] = frozenset({"unsupported", "unobserved"})

# The kind of rows that are about no observable, but about how the answers come about.
PURITY = "purity"


@dataclass(frozen=True)
class Run:
    """One run of one implementation on one case; all rows about it share it.

    Attributes:
        case, key, dtype, seed: the Case's id, key, format and seed.
        implementation, version: who computed it.
        declared: how the implementation's declared arithmetic is coarser than the format; empty where it is not.
        conventions: those that the implementation declares, in words.
        seconds: how long it took.
    """

    case: str
    key: str
    dtype: str
    seed: int
    implementation: str
    version: str
    declared: str = ""
    conventions: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Figures:
    """The figures of an observable that was compared.

    Attributes:
        elements: how many numbers were compared.
        index: of the worst element.
        expected, got: the values there.
        error: their distance.
        tolerance: how large that may be, the error at which ``ratio`` would be 1; None where no limit is known.
        keras: Keras's value there, in float64; None where it is not known.
        difference: the largest distance from Keras of all elements; None where Keras's values are not known, and NaN
            where only one of both is a number.
        ratio: how far it is in units of what rounding can explain, the largest of t, rms and bound over their limits;
            above 1 fails.
        t, rms, bound, smallest_detectable: the figures behind it (see ``harness.verdict.figures``).
        end_to_end: t from the case's inputs on, through the whole network; None where an earlier stage is wrong.
    """

    elements: int
    index: tuple[int, ...]
    expected: float
    got: float
    error: float
    tolerance: float | None
    keras: float | None
    difference: float | None
    ratio: float
    t: float
    rms: float
    bound: float
    smallest_detectable: float
    end_to_end: float | None = None


@dataclass(frozen=True)
class Row:
    """One row of a report.

    Attributes:
        run: which case, by whom.
        observable: which tensor. A row about purity has that as its kind and layer kind, and says by its name what was
            looked at (see ``harness.judging.purity``).
        layer_kind: the class of the observable's layer, or of the loss.
        verdict: only ``pass`` passes; ``unsupported`` and ``unobserved`` are coverage; all else fails.
        reason: one sentence for every verdict that is not ``pass``, and for a pass that needs one.
        untrusted: why agreement says little here; empty where it says enough.
        first_wrong: ``forward``, ``backward`` or ``update`` on the first failing row of that direction.
        figures: None where nothing was compared.
        witnesses: of a failing row, who sides with the expected value and who does not.
        causes: of a failing row, what would make it right, and errors that people make which give the same numbers,
            with what to look at.
        reference: ``stands alone`` where Keras in float64 differs from the definition; empty otherwise.
    """

    run: Run
    observable: Observable
    layer_kind: str
    verdict: Verdict
    reason: str = ""
    untrusted: str = ""
    first_wrong: str = ""
    figures: Figures | None = None
    witnesses: str = ""
    causes: tuple[str, ...] = ()
    reference: str = ""

    @property
    def required(self) -> bool:
        """True for an observable that the case asks for; False for what came beside it, and for a look at purity."""
        return self.verdict != "extra" and self.observable.kind != PURITY

    @property
    def passed(self) -> bool:
        """True for ``pass`` alone."""
        return self.verdict == "pass"

    @property
    def failed(self) -> bool:
        """True for everything but ``pass`` and what is only coverage."""
        return self.verdict != "pass" and self.verdict not in COVERAGE
