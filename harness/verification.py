"""One Case, one implementation: draw the Problem, run it, judge it, and hear the witnesses where it fails."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.cases.grid import Cases
from harness.cases.problem import GENERATOR_VERSION, Problem, make_problem
from harness.diagnosis.causes import SOUND, Causes
from harness.diagnosis.reproducing import Diagnosis
from harness.errors import HarnessError, PluginError
from harness.implementation.contract import REFERENCE, Implementation, run
from harness.implementation.trace import Trace, numeric
from harness.judging.judge import NOT_ASKED, Judged, Subject, judge
from harness.judging.marginal import without_marginal
from harness.judging.purity import always_audited, audit, findings, is_audited, run_watched, with_remarks
from harness.judging.row import Row
from harness.judging.witnesses import by_finite_differences, who_sides
from harness.layerwise import Layerwise
from harness.numerics.arithmetic import Arithmetic
from harness.operators.checking import sources_of
from harness.operators.specification import Specification
from harness.plugins.found import Plugins
from harness.plugins.loading import load_plugins
from harness.report.environment import environment
from harness.report.report import Report
from harness.stores.oracle import Oracle, oracle_key
from harness.verdict.expected import Inputs

REFERENCE_DTYPE = "float64"
# The third opinion beside the definition and Keras, where it is loaded.
SECOND_WITNESS = "loops"
# Raise when a definition or limit of the verdict changes: what was found out about Keras's results is then found anew.
VERDICT_VERSION = 1


@dataclass(frozen=True)
class Reference:
    """Keras's answers, from the store where they are in it.

    Attributes:
        implementation: the one named ``keras``.
        oracle: the store, or None to compute every answer.
    """

    implementation: Implementation
    oracle: Oracle | None

    def trace(self, problem: Problem) -> Trace:
        """Return Keras's observables for a Problem, in its dtype."""
        key = self._key(problem)
        stored = self.oracle.get(key) if self.oracle is not None else None
        if stored is not None:
            return Trace("ok", stored, 0.0)
        trace = run(self.implementation, problem)
        if self.oracle is not None and trace.status == "ok":
            self.oracle.put(key, trace.observables)
        return trace

    def check(self, problem: Problem) -> "Check":
        """Compare Keras in float64 with the definition, by the rule that everyone is judged by.

        Args:
            problem: in float64.
        """
        key = self._key(problem, "check", VERDICT_VERSION)
        stored = self.oracle.get(key) if self.oracle is not None else None
        if stored is not None:
            return Check(frozenset(stored))
        trace = self.trace(problem)
        exact = in_float64(problem)
        failed = [row for row in judge(exact, Subject.of(self.implementation, exact.case), trace).rows if row.failed]
        unusable = next((row.reason for row in failed if row.verdict not in ("fail", "nonfinite")), "")
        if unusable:
            return Check(frozenset(), unusable, trace)
        alone = {row.observable.name: np.asarray(row.figures.ratio) for row in failed if row.figures is not None}
        if self.oracle is not None:
            self.oracle.put(key, alone)
        return Check(frozenset(alone), trace=trace)

    def _key(self, problem: Problem, *parts: object) -> str:
        version = self.implementation.version
        sources = sources_of(problem.case)
        return oracle_key(problem.case.key, GENERATOR_VERSION, version, problem.dtype.name, *sources, *parts)


@dataclass(frozen=True)
class Check:
    """What was found out about Keras's results for a case.

    Attributes:
        alone: observables in which Keras in float64 differs from the definition.
        unusable: why there are no results at all; empty where there are.
        trace: the results, where the check was not stored.
    """

    alone: frozenset[str]
    unusable: str = ""
    trace: Trace | None = field(default=None, repr=False, compare=False)


class Prepared:
    """A case's Problem, with what serves all implementations of it; each is found out once, and not before it is asked.

    Args:
        case: the case.
        reference: Keras's answers.
    """

    def __init__(self, case: Case, reference: Reference) -> None:
        self.problem = make_problem(case)
        self.check = reference.check(self._exact)
        self._reference = reference
        self._inputs: dict[Arithmetic, Inputs] = {}

    def inputs(self, arithmetic: Arithmetic) -> Inputs:
        """Return what was computed from the problem's inputs in one arithmetic."""
        if arithmetic not in self._inputs:
            self._inputs[arithmetic] = Inputs(self.problem, arithmetic)
        return self._inputs[arithmetic]

    @cached_property
    def keras(self) -> Trace:
        """Keras's observables in float64."""
        return self.check.trace or self._reference.trace(self._exact)

    @cached_property
    def _exact(self) -> Problem:
        return self.problem.astype(REFERENCE_DTYPE)


def in_float64(problem: Problem) -> Problem:
    """Return the same numbers as a Problem of a float64 case, for those who are to be judged in float64."""
    return replace(problem.astype("float64"), case=problem.case.with_(dtype="float64"))


def reference_among(plugins: Plugins) -> Implementation:
    """Return the loaded implementation that everything is compared with.

    Raises:
        PluginError: it could not be loaded.
    """
    if REFERENCE not in plugins.implementations:
        raise PluginError(f"the reference {REFERENCE!r} is not loaded. 'harness plugins' shows why.")
    return plugins.implementations[REFERENCE]


def is_reference(case: Case, implementation: Implementation) -> bool:
    """True where there is nothing to compare: Keras in float64 is what everything is compared with."""
    return implementation.name == REFERENCE and case.dtype == REFERENCE_DTYPE


class Verification:
    """Verifies case after case; the Problem of the latest case serves all implementations.

    Args:
        reference: Keras's answers.
        second_witness: another implementation that is asked where one fails, or None.
        diagnosis: looks for the likely cause, or None.
    """

    def __init__(
        self,
        reference: Reference,
        second_witness: Implementation | None = None,
        diagnosis: Diagnosis | None = None,
    ) -> None:
        self.reference = reference
        self.second_witness = second_witness
        self._causes = Causes(diagnosis)
        self._latest: tuple[str, Prepared] | None = None
        self._always: frozenset[tuple[str, str]] = frozenset()

    def plan(self, planned: Iterable[tuple[Case, str]]) -> None:
        """Choose what is audited whatever else is, so that nobody in a run goes without.

        Args:
            planned: every case of the run, with the name of the implementation; the whole run's in every process of it.
        """
        self._always = always_audited(planned)

    def rows(self, case: Case, implementation: Implementation) -> tuple[Row, ...]:
        """Return one row for each observable the case requires, for each it does not, and for each look at purity."""
        prepared = self._prepared(case)
        problem, check = prepared.problem, prepared.check
        if check.unusable:
            reason = f"Keras, the reference, could not compute this case: {check.unusable}"
            return judge(problem, Subject.of(implementation, case), Trace("error", {}, 0.0, reason)).rows
        if implementation is self.reference.implementation:
            trace = self.reference.trace(problem)
        else:
            trace = run_watched(implementation, problem)
            if trace.written:
                self._latest = None
        # Asked after the run, because a process of its own sends what it declares along with its answer.
        subject = Subject.of(implementation, case)
        compared = trace.status == "ok" and not is_reference(case, implementation)
        keras = prepared.keras.observables if compared else NOT_ASKED
        judged = judge(problem, subject, trace, check.alone, prepared.inputs(subject.arithmetic), keras)
        judged = without_marginal(judged, implementation)
        judged = with_remarks(self._looked_at(judged, implementation))
        judged = self._with_witnesses(judged, implementation, prepared)
        return self._causes.told(judged, implementation).rows

    def _prepared(self, case: Case) -> Prepared:
        if self._latest is None or self._latest[0] != case.key:
            self._latest = case.key, Prepared(case, self.reference)
        return self._latest[1]

    def _looked_at(self, judged: Judged, implementation: Implementation) -> Judged:
        """Add the rows about purity; Keras's results are stored and run once, so that nothing of it is looked at."""
        if implementation is self.reference.implementation:
            return judged

        def again(given: Problem, found: Trace) -> Judged:
            return without_marginal(judge(given, Subject.of(implementation, given.case), found), implementation)

        case = judged.problem.case
        always = (case.key, implementation.name) in self._always
        look = audit if judged.trace.status == "ok" and is_audited(case, judged.rows, always) else findings
        return look(judged, implementation, again)

    def _with_witnesses(self, judged: Judged, implementation: Implementation, prepared: Prepared) -> Judged:
        """Ask the witnesses about the first failing row of each direction."""
        asked = {
            row.observable.name: (row, row.figures.index)
            for row in judged.rows
            if row.first_wrong and row.figures is not None
        }
        if not asked:
            return judged
        problem, shown = judged.problem, numeric(judged.trace.observables)
        others = self._others(implementation, prepared)
        told = {
            name: who_sides(
                row,
                {witness: found.by_name[name] for witness, found in others.items()},
                by_finite_differences(problem, shown, row.observable, index),
            )
            for name, (row, index) in asked.items()
        }
        return judged.with_rows(replace(row, witnesses=told.get(row.observable.name, "")) for row in judged.rows)

    def _others(self, implementation: Implementation, prepared: Prepared) -> Mapping[str, Judged]:
        """Return the verdict on every witness, each judged by its own numbers."""
        problem, exact = prepared.problem, in_float64(prepared.problem)
        reference = self.reference.implementation
        heard = {"Keras in float64": (reference, exact, prepared.keras)}
        if implementation is not reference and problem.dtype != exact.dtype:
            heard[f"Keras in {problem.dtype}"] = reference, problem, self.reference.trace(problem)
        if self.second_witness is not None and implementation is not self.second_witness:
            heard[self.second_witness.name] = self.second_witness, exact, run(self.second_witness, exact)
        return {
            name: judge(given, Subject.of(witness, given.case), trace)
            for name, (witness, given, trace) in heard.items()
        }


def verification_with(plugins: Plugins, oracle: Oracle | None) -> Verification:
    """Return a Verification with the loaded reference, witness and faults.

    Raises:
        PluginError: the reference could not be loaded.
    """
    known = plugins.implementations
    sound = known.get(SOUND)
    diagnosis = None
    if isinstance(sound, Layerwise):
        diagnosis = Diagnosis(plugins.faults.values(), with_operators_of_plugins(sound, plugins).operators)
    return Verification(Reference(reference_among(plugins), oracle), known.get(SECOND_WITNESS), diagnosis)


def with_operators_of_plugins(right: Layerwise, plugins: Plugins) -> Layerwise:
    """Return a right implementation that also has the operators that plugins bring, as they implement them.

    Faults are planted in right operators, and whoever brings an operator brings the only ones that there are.
    """
    borrowed: dict[type[Specification], Any] = {}
    for other in plugins.implementations.values():
        # In conventions of their own, operators of two implementations do not go together.
        if isinstance(other, Layerwise) and other.conventions == right.conventions:
            lacking = {*plugins.operators.values()} - right.operators.keys() - borrowed.keys()
            borrowed |= {kind: operator for kind, operator in other.operators.items() if kind in lacking}
    return Layerwise(right.name, right.version, {**borrowed, **right.operators}) if borrowed else right


def verify(
    implementation: Implementation | str, cases: Case | Iterable[Case], *, reports: str | Path | None = None
) -> Report:
    """Verify one implementation on some cases, from Python and without pytest.

    Args:
        implementation: an object, or the name of a loaded one.
        cases: one Case or several, such as a ``grid``.
        reports: folder that holds the store of Keras's results; None computes them without storing.

    Returns:
        A Report; ``report.passed`` tells whether all is well, ``print(report)`` shows it.

    Example:
        >>> from harness import Dense, grid, verify
        >>> verify("loops", grid(Dense, input_shape=(7,), units=[1, 3])).passed
        True
    """
    plugins = load_plugins()
    if isinstance(implementation, str):
        (implementation,) = plugins.choose([implementation])
    if not isinstance(implementation, Implementation):
        raise HarnessError(f"verify expected an Implementation or the name of one, got {implementation!r}.")
    if reports is None:
        return _report_of(implementation, cases, plugins, None)
    with closing(Oracle(Path(reports) / "oracle.sqlite")) as oracle:
        return _report_of(implementation, cases, plugins, oracle)


def _report_of(
    implementation: Implementation, cases: Case | Iterable[Case], plugins: Plugins, oracle: Oracle | None
) -> Report:
    verification = verification_with(plugins, oracle)
    wanted = Cases((cases,) if isinstance(cases, Case) else tuple(cases))
    judged = [case for case in wanted if not is_reference(case, implementation)]
    verification.plan((case, implementation.name) for case in judged)
    rows: list[Row] = []
    planned: dict[tuple[str, str], int] = {}
    for case in judged:
        found = verification.rows(case, implementation)
        planned[case.name, implementation.name] = sum(row.required for row in found)
        rows += found
    noted = [str(plugin) for plugin in plugins.quarantined] + (oracle.findings if oracle is not None else [])
    return Report(tuple(rows), planned, environment(verification.reference.implementation), tuple(noted))
