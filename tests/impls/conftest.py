"""Keras is built and asked once for each case, however many tests look at it."""

from collections.abc import Callable

import pytest

# Sets TensorFlow's flags, which it reads once, before a test file imports it.
import impls.keras.training  # noqa: F401
from harness.cases.case import Case
from harness.cases.problem import make_problem
from harness.implementation.contract import Implementation, run
from harness.implementation.trace import Trace
from impls.keras import Keras
from impls.vectorized import harness_implementations


@pytest.fixture(scope="session")
def keras_implementation() -> Implementation:
    return Keras()


@pytest.fixture(scope="session")
def reference(keras_implementation: Implementation) -> Callable[[Case], Trace]:
    """Keras's trace in float64 for a case of either format."""
    known: dict[str, Trace] = {}

    def traced(case: Case) -> Trace:
        if case.key not in known:
            known[case.key] = run(keras_implementation, make_problem(case).astype("float64"))
        return known[case.key]

    return traced


@pytest.fixture(scope="session")
def vectorized() -> Implementation:
    return harness_implementations()[0]
