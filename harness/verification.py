"""One Case, one implementation: draw the Problem, run it, judge it, and hear the witnesses where it fails."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.case import Case
from harness.cases import Cases
from harness.comparison import CAUSES_APART, Comparison
from harness.environment import environment
from harness.errors import HarnessError, PluginError
from harness.faults.diagnosis import Diagnosis
from harness.implementation import Implementation, run
from harness.judging import Author, judge, marked
from harness.layerwise import Layerwise
from harness.plugins.loading import Plugins, load_plugins
from harness.problem import GENERATOR_VERSION, Problem, jittered, make_problem
from harness.purity import audit, is_audited, left_over, run_watched, surroundings, with_findings
from harness.report.report import Report
from harness.stores.oracle import Oracle, oracle_key
from harness.suggestions import suggested
from harness.trace import Trace, numeric
from harness.verdict.arithmetic import Arithmetic
from harness.verdict.figures import bound_limit
from harness.verdict.walk import Inputs, local
from harness.witnesses import by_finite_differences, who_sides

REFERENCE = "keras"
REFERENCE_DTYPE = "float64"
# The third opinion beside the definition and Keras, where it is loaded.
SECOND_WITNESS = "loops"
# Right operators, in which faults are planted to find the likely cause of a failure.
SOUND = "vectorized"

# Declarations are tried one after another, which takes up to a second for one row.
MOST_SUGGESTIONS = 5

# Raise when a definition or limit of the verdict changes: what was found out about Keras's results is then found anew.
VERDICT_VERSION = 1

# A failure below both is marginal: it may be roundings that happen to add up. It is looked at again with other numbers.
MARGINAL_T = 50.0
JITTERED_RUNS = 2


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
        rows = judge(in_float64(problem), Author.of(self.implementation, problem.case.with_(dtype="float64")), trace)
        unusable = next((row.reason for row in rows if row.failed and row.verdict not in ("fail", "nonfinite")), "")
        if unusable:
            return Check(frozenset(), unusable)
        alone = {row.observable: np.asarray(row.ratio) for row in rows if row.failed}
        if self.oracle is not None:
            self.oracle.put(key, alone)
        return Check(frozenset(alone))

    def _key(self, problem: Problem, *parts: object) -> str:
        return oracle_key(problem.case.key, GENERATOR_VERSION, self.implementation.version, problem.dtype.name, *parts)


@dataclass(frozen=True)
class Check:
    """What was found out about Keras's results for a case.

    Attributes:
        alone: observables in which Keras in float64 differs from the definition.
        unusable: why there are no results at all; empty where there are.
    """

    alone: frozenset[str]
    unusable: str = ""


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
        self.diagnosis = diagnosis
        self._latest: tuple[str, Problem, Check, dict[Arithmetic, Inputs]] | None = None
        self._suggestions: Counter[tuple[str, ...]] = Counter()

    def rows(self, case: Case, implementation: Implementation) -> list[Comparison]:
        """Return one row for each observable the case requires, and for each it does not."""
        problem, check, inputs = self._prepared(case)
        if check.unusable:
            reason = f"Keras, the reference, could not compute this case: {check.unusable}"
            return judge(problem, Author.of(implementation, case), Trace("error", {}, 0.0, reason))
        if implementation is self.reference.implementation:
            trace = self.reference.trace(problem)
        else:
            trace = run_watched(implementation, problem)
            if trace.findings:
                self._latest = None
        # Asked after the run, because a process of its own sends what it declares along with its answer.
        author = Author.of(implementation, case)
        if author.arithmetic not in inputs:
            inputs[author.arithmetic] = Inputs(problem, author.arithmetic)
        rows = judge(problem, author, trace, check.alone, inputs[author.arithmetic])
        rows = _without_resonance(rows, problem, author, implementation)
        rows = self._with_purity(rows, problem, implementation, trace)
        rows = self._with_witnesses(rows, problem, implementation, trace)
        return self._with_causes(rows, problem, implementation, author, trace)

    def _prepared(self, case: Case) -> tuple[Problem, Check, dict[Arithmetic, Inputs]]:
        """Return the case's Problem, Keras's check, and what was computed from its inputs for each arithmetic."""
        if self._latest is None or self._latest[0] != case.key:
            problem = make_problem(case)
            self._latest = case.key, problem, self.reference.check(problem.astype(REFERENCE_DTYPE)), {}
        return self._latest[1:]

    def _with_purity(
        self, rows: list[Comparison], problem: Problem, implementation: Implementation, trace: Trace
    ) -> list[Comparison]:
        """Run some problems again, and tell in the rows what changes; Keras's results are stored and run once."""
        if trace.status != "ok" or implementation is self.reference.implementation:
            return rows

        def judged(given: Problem, found: Trace) -> list[Comparison]:
            author = Author.of(implementation, given.case)
            return _without_resonance(judge(given, author, found), given, author, implementation)

        findings = [*surroundings(rows, trace), *left_over(implementation, problem, trace, rows, judged)]
        if is_audited(problem, rows):
            findings += audit(implementation, problem, trace, rows, judged)
        return marked(with_findings(rows, findings)) if findings else rows

    def _with_witnesses(
        self, rows: list[Comparison], problem: Problem, implementation: Implementation, trace: Trace
    ) -> list[Comparison]:
        """Ask the witnesses about the first failing row of each direction."""
        asked = [row for row in rows if row.first_wrong and row.verdict in ("fail", "nonfinite")]
        if not asked:
            return rows
        others = self._others(problem, implementation)
        told = {
            row.observable: who_sides(
                row,
                {name: found[row.observable] for name, found in others.items()},
                by_finite_differences(problem, numeric(trace.observables), row),
            )
            for row in asked
        }
        return [replace(row, witnesses=told.get(row.observable, "")) for row in rows]

    def _with_causes(
        self, rows: list[Comparison], problem: Problem, implementation: Implementation, author: Author, trace: Trace
    ) -> list[Comparison]:
        """Look for what would make the first failing row of each direction right, and for what made it wrong."""
        if trace.status != "ok" or not any(row.first_wrong for row in rows):
            return rows
        shown = numeric(trace.observables)
        expected = local(problem, shown, author.arithmetic)
        told = {}
        for row in rows:
            if row.first_wrong and row.observable in trace.observables:
                causes = self._suggestion(row, problem, implementation, trace)
                # What is planted in operators that are themselves wrong proves nothing.
                if self.diagnosis is not None and row.verdict == "fail" and author.name != SOUND:
                    estimate = expected[row.observable].estimate
                    faults = self.diagnosis.causes(problem, shown, row, estimate)
                    causes += [f"{fault.explanation} {fault.hint}" for fault in faults]
                told[row.observable] = CAUSES_APART.join(causes)
        return [replace(row, cause=told.get(row.observable, "")) for row in rows]

    def _suggestion(self, row: Comparison, problem: Problem, implementation: Implementation, trace: Trace) -> list[str]:
        """Return what would make a row right; only a few rows of one stage are asked about, because it takes time."""
        stage = row.implementation, row.layer_kind, row.kind, row.part
        self._suggestions[stage] += 1
        if self._suggestions[stage] > MOST_SUGGESTIONS:
            return []
        arithmetic = implementation.arithmetic(problem.case)
        text = suggested(problem, implementation, trace.observables, row.observable, arithmetic)
        return [text] if text else []

    def _others(self, problem: Problem, implementation: Implementation) -> Mapping[str, Mapping[str, Comparison]]:
        """Return the rows of every witness by observable, each judged by its own numbers."""
        exact = in_float64(problem)
        keras = self.reference.implementation
        heard = {"Keras in float64": (keras, exact, self.reference.trace(problem.astype(REFERENCE_DTYPE)))}
        if implementation is not keras and problem.dtype != exact.dtype:
            heard[f"Keras in {problem.dtype}"] = keras, problem, self.reference.trace(problem)
        if self.second_witness is not None and implementation is not self.second_witness:
            heard[self.second_witness.name] = self.second_witness, exact, run(self.second_witness, exact)
        return {
            name: {row.observable: row for row in judge(given, Author.of(witness, given.case), trace)}
            for name, (witness, given, trace) in heard.items()
        }


def _without_resonance(
    rows: list[Comparison], problem: Problem, author: Author, implementation: Implementation
) -> list[Comparison]:
    """Look again at marginal failures with jittered inputs: an error persists, roundings that add up do not."""
    limit = bound_limit(author.arithmetic)
    marginal = [
        row.observable
        for row in rows
        if row.verdict == "fail" and (row.bound or 0.0) <= limit and (row.t or 0.0) < MARGINAL_T
    ]
    if not marginal:
        return rows
    failed: set[str] = set()
    for number in range(1, JITTERED_RUNS + 1):
        near = jittered(problem, number)
        failed |= {row.observable for row in judge(near, author, run_watched(implementation, near)) if row.failed}
    looked_at = []
    for row in rows:
        if row.observable in marginal and row.observable in failed:
            row = replace(row, reason=f"{row.reason}; it persists with inputs jittered by 1 %")
        elif row.observable in marginal:
            reason = f"resonance: {row.reason} here, but not in {JITTERED_RUNS} runs with inputs jittered by 1 %"
            row = replace(row, verdict="pass", reason=reason, untrusted="it was out of bounds before the jitter")
        looked_at.append(row)
    return marked(looked_at)


def verification_with(plugins: Plugins, oracle: Oracle | None) -> Verification:
    """Return a Verification with the loaded reference, witness and faults.

    Raises:
        PluginError: the reference could not be loaded.
    """
    known = plugins.implementations
    sound = known.get(SOUND)
    diagnosis = Diagnosis(plugins.faults.values(), sound.operators) if isinstance(sound, Layerwise) else None
    return Verification(Reference(reference_among(plugins), oracle), known.get(SECOND_WITNESS), diagnosis)


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
    oracle = Oracle(Path(reports) / "oracle.sqlite") if reports is not None else None
    verification = verification_with(plugins, oracle)
    wanted = Cases((cases,) if isinstance(cases, Case) else tuple(cases))
    judged = [case for case in wanted if not is_reference(case, implementation)]
    rows: list[Comparison] = []
    planned: dict[tuple[str, str], int] = {}
    for case in judged:
        found = verification.rows(case, implementation)
        planned[case.name, implementation.name] = sum(row.verdict != "extra" for row in found)
        rows += found
    findings = [str(plugin) for plugin in plugins.quarantined] + (oracle.findings if oracle is not None else [])
    return Report(tuple(rows), planned, environment(verification.reference.implementation), tuple(findings))
