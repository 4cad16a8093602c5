"""The implementation is right, and the fault is noticed where it is planted."""

from harness import Dense, faulty, grid, verify
from harness_example.faults import NEGATED
from harness_example.implementation import einsum

CASES = grid(Dense, input_shape=(5,), units=3)


def test_the_implementation_computes_what_keras_computes():
    assert verify(einsum, CASES, reports="reports").passed


def test_the_fault_is_noticed():
    report = verify(faulty(NEGATED, einsum.operators, "negated"), CASES, reports="reports")
    assert {row.observable.name for row in report.rows if row.failed} == {"1/gradient/dense/bias"}
