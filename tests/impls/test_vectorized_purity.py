"""The vectorized operators keep the format they are given, write into no input and keep nothing between cases."""

import numpy as np
import pytest
from operator_cases import cases_for

from harness.cases.case import DTYPES
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.layerwise import Layerwise
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS

OPERATORS = [kind for kind in (*LAYERS, *ACTIVATIONS, *LOSSES, *OPTIMIZERS) if kind != "Activation"]
CASES = {case.name: case for kind in OPERATORS for dtype in DTYPES for case in cases_for(kind, dtype)}


def arrays_in(value):
    """Every array inside nested tuples, lists and mappings."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays_in(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from arrays_in(item)


class Watched:
    """An operator whose arguments are compared before and after, and whose floats must be of one format."""

    def __init__(self, operator, dtype):
        self.operator = operator
        self.dtype = dtype

    def __getattr__(self, name):
        original = getattr(self.operator, name)

        def watched(*arguments):
            before = [array.copy() for array in arrays_in(list(arguments))]
            returned = original(*arguments)
            for array, copy in zip(arrays_in(list(arguments)), before, strict=True):
                np.testing.assert_array_equal(array, copy, err_msg=f"{name} wrote into an argument")
            formats = {array.dtype for array in arrays_in(returned) if array.dtype.kind == "f"}
            assert formats <= {np.dtype(self.dtype)}, f"{name} returned {formats}"
            return returned

        return watched


@pytest.mark.parametrize("name", CASES)
def test_no_operator_leaves_the_format_of_the_case_or_writes_into_an_argument(name, vectorized):
    case = CASES[name]
    watched = {kind: Watched(operator, case.dtype) for kind, operator in vectorized.operators.items()}
    shown = Layerwise("watched", operators=watched).run(make_problem(case))
    assert {array.dtype.name for array in shown.values()} == {case.dtype}


@pytest.mark.parametrize("name", CASES)
def test_the_same_problem_gives_the_same_bits_whatever_ran_between(name, vectorized):
    case = CASES[name]
    once = vectorized.run(make_problem(case))
    vectorized.run(make_problem(case.with_(seed=1)))
    again = vectorized.run(make_problem(case))
    assert once.keys() == {observable.name for observable in required(case)}
    assert [name for name in once if once[name].tobytes() != again[name].tobytes()] == []


class Writing:
    """An operator that writes into what it is given."""

    def forward(self, activation, x):
        x += 1
        return x, None


class Widening:
    """An operator that computes in float64 whatever it is given."""

    def forward(self, activation, x):
        return x.astype(np.float64), None


def test_the_watch_sees_a_write():
    with pytest.raises(AssertionError, match="forward wrote into an argument"):
        Watched(Writing(), "float32").forward(None, np.zeros(3, np.float32))


def test_the_watch_sees_another_format():
    with pytest.raises(AssertionError, match="forward returned"):
        Watched(Widening(), "float32").forward(None, np.zeros(3, np.float32))
