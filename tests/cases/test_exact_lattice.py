"""The cases on the exact lattice are exact: float32 gives the bits of float64, so that no rounding excuses anything."""

from collections.abc import Mapping

import numpy as np
import pytest

from harness import Case, make_problem
from harness.implementation.contract import Implementation, run
from impls.vectorized import harness_implementations


@pytest.fixture(scope="module")
def vectorized() -> Implementation:
    return harness_implementations()[0]


def both_formats(implementation: Implementation, case: Case) -> list[Mapping[str, np.ndarray]]:
    return [run(implementation, make_problem(case.with_(dtype=dtype))).observables for dtype in ("float32", "float64")]


def test_float32_gives_the_bits_of_float64_on_the_lattice(in_file, vectorized):
    cases = [case for case in in_file("test_lattice") if case.dtype == "float32"]
    assert len(cases) >= 20
    for case in cases:
        single, double = both_formats(vectorized, case)
        assert single.keys() == double.keys()
        for name, array in single.items():
            np.testing.assert_array_equal(array.astype(np.float64), double[name], err_msg=f"{case.name} {name}")


def test_float32_does_not_give_the_bits_of_float64_elsewhere(in_file, vectorized):
    case = next(case for case in in_file("test_dense") if case.dtype == "float32" and case.batch_size == 3)
    single, double = both_formats(vectorized, case)
    assert any(not np.array_equal(array.astype(np.float64), double[name]) for name, array in single.items())


def test_the_lattice_has_something_to_say(in_file, vectorized):
    for case in in_file("test_lattice"):
        observables = run(vectorized, make_problem(case)).observables
        assert np.count_nonzero(observables["1/backward/loss"]), case.name
        assert len(np.unique(observables["final/forward"])) > 1, case.name
