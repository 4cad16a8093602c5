"""Marginal failures: roundings that happen to add up, told from an error by looking again with other numbers."""

from dataclasses import replace

from harness.cases.problem import jittered
from harness.implementation.contract import Implementation
from harness.judging.judge import Judged, judge, marked
from harness.judging.purity import run_watched
from harness.judging.row import Row
from harness.verdict.figures import bound_limit

# A failure below both is marginal: it may be roundings that happen to add up. It is looked at again with other numbers.
MARGINAL_T = 50.0
JITTERED_RUNS = 2


def without_marginal(judged: Judged, implementation: Implementation) -> Judged:
    """Look again at marginal failures with jittered inputs: an error persists, roundings that add up do not."""
    limit = bound_limit(judged.subject.arithmetic)
    marginal = {row.observable.name for row in judged.rows if _is_marginal(row, limit)}
    if not marginal:
        return judged
    failed: set[str] = set()
    for number in range(1, JITTERED_RUNS + 1):
        near = jittered(judged.problem, number)
        again = judge(near, judged.subject, run_watched(implementation, near))
        failed |= {row.observable.name for row in again.rows if row.failed}
    looked_at = []
    for row in judged.rows:
        if row.observable.name in marginal and row.observable.name in failed:
            row = replace(row, reason=f"{row.reason}; it persists with inputs jittered by 1 %")
        elif row.observable.name in marginal:
            reason = f"marginal: {row.reason} here, but not in {JITTERED_RUNS} runs with inputs jittered by 1 %"
            row = replace(row, verdict="pass", reason=reason, untrusted="it was out of bounds before the jitter")
        looked_at.append(row)
    return judged.with_rows(marked(looked_at))


def _is_marginal(row: Row, limit: float) -> bool:
    figures = row.figures
    return row.verdict == "fail" and figures is not None and figures.bound <= limit and figures.t < MARGINAL_T
