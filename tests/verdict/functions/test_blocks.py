"""Large arrays are computed a piece at a time, which changes no bit."""

import numpy as np
import pytest

from harness.numerics import FLOAT32, Estimate
from harness.operators.activations import Elu, Gelu, LeakyRelu, Selu, Sigmoid, Softmax, Softplus, Tanh
from harness.operators.optimizers import SGD, Adam, RMSprop


def cut(estimate, part):
    return Estimate(estimate.value[part], estimate.worst_case[part], estimate.variance[part])


@pytest.mark.parametrize("activation", [Elu(), Gelu(), LeakyRelu(), Selu(), Sigmoid(), Softmax(), Softplus(), Tanh()])
def test_a_large_array_has_the_errors_of_its_samples(activation):
    generator = np.random.default_rng(4)
    x, dy = (Estimate.exact(generator.normal(size=(7, 30, 30, 9))).off_by(1e-9) for _ in range(2))
    y = activation.forward(x, FLOAT32)
    dx = activation.backward(x, y, dy, FLOAT32)
    for sample in range(7):
        part = slice(sample, sample + 1)
        own = activation.forward(cut(x, part), FLOAT32)
        own_dx = activation.backward(cut(x, part), own, cut(dy, part), FLOAT32)
        for whole, single in ((y, own), (dx, own_dx)):
            for name in ("value", "worst_case", "variance"):
                assert np.array_equal(getattr(whole, name)[part], getattr(single, name)), name


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9, True), Adam(0.1), RMSprop(0.1, 0.9, 0.5, centered=True)])
def test_a_large_parameter_has_the_errors_of_its_elements(optimizer):
    generator = np.random.default_rng(4)
    update = optimizer.update
    weight, gradient = (Estimate.exact(generator.normal(size=(90, 400))) for _ in range(2))
    row = slice(70, 71)
    slots, own_slots = {}, {}
    for step in (1, 2):
        new, slots = update(step, weight, gradient, slots, FLOAT32)
        own, own_slots = update(step, cut(weight, row), cut(gradient, row), own_slots, FLOAT32)
        assert new.shape == weight.shape
        assert slots.keys() == own_slots.keys()
        for whole, single in ((new, own), *((slots[name], own_slots[name]) for name in slots)):
            for name in ("value", "worst_case", "variance"):
                assert np.array_equal(getattr(whole, name)[row], getattr(single, name)), name
