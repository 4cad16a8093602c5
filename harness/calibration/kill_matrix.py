"""What all trials say together: which faults survive, which cases do the work, and how few would do."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness.calibration.power import CERTAIN, Outcome, Trial
from harness.faults import Fault

FORMATS = ("float32", "float64")


@dataclass(frozen=True)
class KillMatrix:
    """Faults, cases, and what became of each on each.

    Attributes:
        faults: by name, those that were tried.
        trials: one for each fault and case, in this order.
    """

    faults: Mapping[str, Fault]
    trials: tuple[Trial, ...]

    @cached_property
    def by_fault(self) -> Mapping[str, tuple[Trial, ...]]:
        """The trials of every fault, also of one that no case applies to."""
        found: dict[str, list[Trial]] = {name: [] for name in self.faults}
        for trial in self.trials:
            found[trial.fault].append(trial)
        return {name: tuple(trials) for name, trials in found.items()}

    @cached_property
    def killers(self) -> Mapping[str, frozenset[str]]:
        """By fault, the cases that kill it."""
        return {
            name: frozenset(trial.case for trial in trials if trial.outcome == "killed")
            for name, trials in self.by_fault.items()
        }

    @cached_property
    def kills(self) -> Mapping[str, frozenset[str]]:
        """By case, the faults that it kills; empty for a case that kills none."""
        found: dict[str, set[str]] = {trial.case: set() for trial in self.trials}
        for name, cases in self.killers.items():
            for case in cases:
                found[case].add(name)
        return {case: frozenset(found[case]) for case in sorted(found)}

    def count(self, fault: str, outcome: Outcome, dtype: str = "") -> int:
        """Return how many trials of a fault ended so, in one format or in all."""
        return sum(each.outcome == outcome and dtype in ("", each.dtype) for each in self.by_fault[fault])

    @cached_property
    def survivors(self) -> tuple[str, ...]:
        """Structural faults that no case kills."""
        return tuple(name for name in self.faults if self.faults[name].kind == "structural" and not self.killers[name])

    @cached_property
    def holes(self) -> tuple[Trial, ...]:
        """Trials of graded faults that survived though their change is ten times what would be seen, or more."""
        return tuple(
            trial
            for trial in self.trials
            if trial.outcome == "survived"
            and trial.seen is not None
            and trial.seen >= CERTAIN
            and self.faults[trial.fault].kind == "graded"
        )

    @cached_property
    def only_killers(self) -> Mapping[str, frozenset[str]]:
        """By case, the faults that no other case kills; cases without any kill nothing that others don't."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, cases in self.killers.items():
            if len(cases) == 1:
                found[next(iter(cases))].add(name)
        return {case: frozenset(found[case]) for case in sorted(found)}

    @cached_property
    def cover(self) -> tuple[str, ...]:
        """A small set of cases that kills every fault that any case kills.

        Greedy: again and again the case that kills most of what is left, the first by name of equals. It needs at most
        about log(faults) times as many as the smallest set (Chvátal 1979); the smallest one is hard to find.
        """
        left = {name for name, cases in self.killers.items() if cases}
        chosen = []
        while left:
            best = max(self.kills, key=lambda case: len(self.kills[case] & left))
            chosen.append(best)
            left -= self.kills[best]
        return tuple(chosen)

    def reason(self, fault: str) -> str:
        """Return why a fault survives, or that it does not."""
        trials = self.by_fault[fault]
        if self.killers[fault]:
            return "killed"
        if not trials:
            return "no case has its operator"
        outcomes = Counter(trial.outcome for trial in trials)
        if outcomes["declined"] == len(trials):
            return f"it is not defined for any of {len(trials):,} cases"
        if not outcomes["survived"]:
            return f"it changes nothing in any of {len(trials):,} cases"
        sizes = [trial.seen for trial in trials if trial.outcome == "survived" and trial.seen is not None]
        if not sizes:
            return f"it changes only what it does not declare, in {outcomes['survived']:,} of {len(trials):,} cases"
        return (
            f"its largest change, in {outcomes['survived']:,} of {len(trials):,} cases, is {max(sizes):.2g} times what "
            "would be seen"
        )


def matrix_of(faults: Iterable[Fault], trials: Iterable[Trial]) -> KillMatrix:
    """Return the matrix of these faults."""
    in_order = sorted(trials, key=lambda trial: (trial.fault, trial.case))
    return KillMatrix({fault.name: fault for fault in faults}, tuple(in_order))
