"""The local verdict on what an implementation showed, and the right operators that faults are planted in."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.observables import required
from harness.cases.problem import Array, Problem, make_problem
from harness.implementation.contract import Implementation, run
from harness.layerwise import operators_in
from harness.numerics.arithmetic import arithmetic_of
from harness.operators.specification import Specification
from harness.verdict.expected import local
from harness.verdict.figures import figures, too_far
from impls import vectorized


@functools.cache
def problem_of(case: Case) -> Problem:
    return make_problem(case)


def stages_that_fail(case: Case, shown: Mapping[str, Array]) -> list[str]:
    """Return, in the order of computation, what an implementation showed and one stage's rounding cannot explain.

    NaN and infinities, which whatever comes after inherits, end the list.
    """
    arithmetic = arithmetic_of(case.dtype)
    expected = local(problem_of(case), shown, arithmetic)
    found = []
    for observable in required(case):
        if observable.name not in shown:
            continue
        got = shown[observable.name]
        if got.shape != observable.shape or too_far(figures(got, expected[observable.name], arithmetic), arithmetic):
            found.append(observable.name)
            if not np.isfinite(got).all():
                break
    return found


@pytest.fixture(scope="session")
def operators() -> dict[type[Specification], Any]:
    return operators_in(vectorized)


@pytest.fixture(scope="session")
def failing_stages() -> Callable[[Implementation, Case], list[str] | None]:
    """Run an implementation on a case and return the stages that fail; None where it declines the case."""

    def failing(implementation: Implementation, case: Case) -> list[str] | None:
        trace = run(implementation, problem_of(case))
        if trace.status == "unsupported":
            return None
        assert trace.reason == ""
        return stages_that_fail(case, trace.observables)

    return failing
