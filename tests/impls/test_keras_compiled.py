"""A network that comes again and again is compiled, which changes no bit."""

import numpy as np
import pytest
from operator_cases import cases_for

from harness.cases.problem import make_problem
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from impls.keras.training import RUNS_BEFORE_COMPILING, Trainer

CASES = {
    case.name: case
    for kind in (*LAYERS, *LOSSES, *OPTIMIZERS)
    if kind != "Activation"
    for dtype in ("float32", "float64")
    for case in cases_for(kind, dtype)[:1]
}


@pytest.mark.parametrize("name", CASES)
def test_a_compiled_network_gives_the_same_bits(name):
    trainer = Trainer()
    problem, other = (make_problem(CASES[name].with_(seed=seed)) for seed in (1, 2))
    first = trainer.run(problem)
    for _ in range(RUNS_BEFORE_COMPILING):
        trainer.run(other)
    (model,) = trainer._models.values()
    assert model.compiled is not None
    again = trainer.run(problem)
    assert first.keys() == again.keys()
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)


def test_a_network_that_comes_a_few_times_is_not_compiled():
    trainer = Trainer()
    for _ in range(RUNS_BEFORE_COMPILING):
        trainer.run(make_problem(next(iter(CASES.values()))))
    (model,) = trainer._models.values()
    assert model.compiled is None
