"""How a function's numbers are judged: recomputed from exact inputs, in either format."""

import importlib

import numpy as np
import pytest

from harness.numerics import Estimate, arithmetic_of
from harness.operators.specification import file_name
from harness.verdict.expected import Expected, Origin
from harness.verdict.figures import figures, too_far


class Judge:
    """The verdict of one format: empty where the numbers are what rounding can make, else what is wrong."""

    def __init__(self, precision: str) -> None:
        self.precision = precision
        self.arithmetic = arithmetic_of(precision)

    def array(self, values):
        return np.asarray(values, dtype=self.precision)

    def close(self, got, estimate) -> str:
        return self._judged(got, Expected(estimate, Origin.ANCHORS))

    def end_to_end(self, got, estimate) -> str:
        return self._judged(got, Expected(estimate, Origin.ESTIMATES))

    def _judged(self, got, expected) -> str:
        return too_far(figures(np.asarray(got), expected, self.arithmetic), self.arithmetic)

    def forward(self, activation, x, y) -> str:
        assert y.dtype == x.dtype == self.precision
        return self.close(y, activation.forward(Estimate.exact(x), self.arithmetic))

    def backward(self, activation, x, y, dy, dx) -> str:
        assert dx.dtype == x.dtype == self.precision
        exact = (Estimate.exact(array) for array in (x, y, dy))
        return self.close(dx, activation.backward(*exact, self.arithmetic))

    def loss(self, loss, y_true, y_pred, value) -> str:
        return self.close(value, loss.forward(y_true, Estimate.exact(y_pred), self.arithmetic))

    def loss_gradient(self, loss, y_true, y_pred, gradient) -> str:
        assert gradient.dtype == y_pred.dtype == self.precision
        expected = loss.backward(y_true, Estimate.exact(y_pred), self.arithmetic)
        return self.close(gradient, expected)

    def training(self, optimizer, weight, gradients, weights) -> list[str]:
        """Judge the weights after each step, each from the weights before it."""
        slots, verdicts = {}, []
        for step, (gradient, new) in enumerate(zip(gradients, weights, strict=True), 1):
            exact = Estimate.exact(weight), Estimate.exact(gradient)
            expected, slots = optimizer.update(step, *exact, slots, self.arithmetic)
            verdicts.append(self.close(new, expected))
            weight = new
        return verdicts


@pytest.fixture(params=["float32", "float64"])
def judge(request) -> Judge:
    return Judge(request.param)


@pytest.fixture(scope="session")
def vectorized():
    """The vectorized operator of a specification."""

    def find(specification):
        kind = type(specification)
        return importlib.import_module(f"impls.vectorized.{kind.__module__.split('.')[2]}.{file_name(kind)}")

    return find
