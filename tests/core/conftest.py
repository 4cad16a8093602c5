"""Real numbers for the core's tests: one small case, computed by the vectorized operators in both formats."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import Problem, make_problem
from harness.implementation.contract import Implementation, run
from harness.implementation.trace import Trace
from harness.judging.judge import Subject, judge
from harness.judging.row import Row
from harness.numerics import FLOAT32
from harness.operators.layers import Dense
from impls.vectorized import harness_implementations

Judge = Callable[..., dict[str, Row]]


class Scripted(Implementation):
    """An implementation that does what a function says, and hides the observables named."""

    def __init__(self, action: Callable[[Problem], Any], name: str = "mine", hidden: tuple[str, ...] = ()) -> None:
        self.name = name
        self.action = action
        self.hidden = hidden

    def run(self, problem: Problem) -> Any:
        return self.action(problem)

    def exposes(self, case, observable) -> bool:
        return observable.name not in self.hidden


@pytest.fixture(scope="session")
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture(scope="session")
def vectorized() -> Implementation:
    return harness_implementations()[0]


@pytest.fixture(scope="session")
def case() -> Case:
    """A chain of two layers, all sizes different."""
    return Case(Network((6,), (Dense(4, "tanh"), Dense(3))), batch_size=5, name="a-case")


@pytest.fixture
def problem(case: Case) -> Problem:
    return make_problem(case)


@pytest.fixture(scope="session")
def right(case: Case, vectorized: Implementation) -> Mapping[str, np.ndarray]:
    """Every observable, correct to rounding, in the case's format."""
    return run(vectorized, make_problem(case)).observables


@pytest.fixture(scope="session")
def subject(case: Case) -> Callable[..., Subject]:
    """Somebody with plain float32 arithmetic, who shows everything but what is hidden."""

    def made(hidden: tuple[str, ...] = ()) -> Subject:
        return Subject("mine", "1", FLOAT32, frozenset(each.name for each in required(case)) - frozenset(hidden))

    return made


@pytest.fixture(scope="session", name="judge")
def judge_changed(case: Case, right: Mapping[str, np.ndarray], subject: Callable[..., Subject]) -> Judge:
    """Rows by observable for the right values with some replaced; None leaves one out."""

    def judged(changes: Mapping[str, Any] | None = None, hidden: tuple[str, ...] = ()) -> dict[str, Row]:
        returned = {name: array for name, array in {**right, **(changes or {})}.items() if array is not None}
        rows = judge(make_problem(case), subject(hidden), Trace("ok", returned, 0.25)).rows
        return {row.observable.name: row for row in rows}

    return judged
