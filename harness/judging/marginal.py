"""Resonance: roundings that happen to add up, told from an error by looking again with other numbers."""

from dataclasses import replace

from harness.cases.problem import Problem, jittered
from harness.implementation.contract import Implementation
from harness.judging.judge import Author, judge, marked
from harness.judging.purity import run_watched
from harness.judging.row import Comparison
from harness.verdict.figures import bound_limit

# A failure below both is marginal: it may be roundings that happen to add up. It is looked at again with other numbers.
MARGINAL_T = 50.0
JITTERED_RUNS = 2


def without_resonance(
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
