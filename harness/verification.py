"""One Case, one implementation: draw the Problem, run it, run or look up Keras, compare."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.case import Case
from harness.cases import Cases
from harness.comparison import Comparison, compare
from harness.environment import environment
from harness.errors import HarnessError, PluginError
from harness.implementation import Implementation, run
from harness.plugins.loading import Plugins, load_plugins
from harness.problem import GENERATOR_VERSION, Problem, make_problem
from harness.report.report import Report
from harness.stores.oracle import Oracle, oracle_key
from harness.trace import Trace

REFERENCE = "keras"
REFERENCE_DTYPE = "float64"


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
        key = oracle_key(problem.case.key, GENERATOR_VERSION, self.implementation.version, problem.dtype.name)
        stored = self.oracle.get(key) if self.oracle is not None else None
        if stored is not None:
            return Trace("ok", stored, 0.0)
        trace = run(self.implementation, problem)
        if self.oracle is not None and trace.status == "ok":
            self.oracle.put(key, trace.observables)
        return trace


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
    """Verifies case after case; the Problem and reference of the latest case serve all implementations."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._latest: tuple[str, Problem, Trace] | None = None

    def rows(self, case: Case, implementation: Implementation) -> list[Comparison]:
        """Return one row for each observable the case requires, and for each it does not."""
        problem, reference = self._prepared(case)
        if implementation is self.reference.implementation:
            trace = self.reference.trace(problem)
        else:
            trace = _run_watched(implementation, problem)
            if trace.findings:
                self._latest = None
        return compare(case, implementation.name, implementation.version, trace, reference, implementation.exposes)

    def _prepared(self, case: Case) -> tuple[Problem, Trace]:
        if self._latest is None or self._latest[0] != case.key:
            problem = make_problem(case)
            self._latest = case.key, problem, self.reference.trace(problem.astype(REFERENCE_DTYPE))
        return self._latest[1:]


def _run_watched(implementation: Implementation, problem: Problem) -> Trace:
    """Run, and turn the Trace into an error if the inputs were written into."""
    before = _fingerprint(problem)
    trace = run(implementation, problem)
    if _fingerprint(problem) != before:
        reason = f"{implementation.name} wrote into its inputs; expected it to copy what it changes"
        return Trace("error", {}, trace.seconds, reason, findings=(reason,))
    if "read-only" in trace.reason and trace.status == "error":
        return replace(trace, reason=f"{trace.reason}\ninputs are read-only: copy what you change")
    return trace


def _fingerprint(problem: Problem) -> list[tuple[int, tuple[int, ...], np.dtype[Any], bool]]:
    """Return what a write into an input changes: a checksum of the bytes, the shape, the format, the read-only flag."""
    arrays = [array for batch in problem.batches for array in (batch.x, batch.y)]
    arrays += [array for named in (*problem.weights.values(), *problem.state.values()) for array in named.values()]
    return [(zlib.crc32(a.data), a.shape, a.dtype, a.flags.writeable) for a in arrays]


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
    reference = reference_among(plugins)
    oracle = Oracle(Path(reports) / "oracle.sqlite") if reports is not None else None
    verification = Verification(Reference(reference, oracle))
    wanted = Cases((cases,) if isinstance(cases, Case) else tuple(cases))
    judged = [case for case in wanted if not is_reference(case, implementation)]
    rows: list[Comparison] = []
    planned: dict[tuple[str, str], int] = {}
    for case in judged:
        found = verification.rows(case, implementation)
        planned[case.name, implementation.name] = sum(row.verdict != "extra" for row in found)
        rows += found
    findings = [str(plugin) for plugin in plugins.quarantined] + (oracle.findings if oracle is not None else [])
    return Report(tuple(rows), planned, environment(reference), tuple(findings))
