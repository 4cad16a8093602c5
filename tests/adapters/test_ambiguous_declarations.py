"""Where a small case accepts several values of a convention, all of them are named, and none alone."""

import foreign
import numpy as np
import pytest

from harness import Case, Conv2D, Dense, Network
from harness.adapters import WholeNetwork
from harness.layerwise import Layerwise
from harness.layerwise.alternatives import MOST_NAMED, agreeing


def in_rows(channels, size):
    """Kernels as (filters, channels * size * size)."""
    return (
        lambda array: array.reshape(-1, channels, size, size).transpose(2, 3, 1, 0),
        lambda array: array.transpose(3, 2, 0, 1).reshape(array.shape[3], -1),
    )


def told_of(kind, layer, input_shape, right, heard, **pairs):
    mine = Layerwise("mine", operators={**right, kind: foreign.foreign(right[kind], **pairs)})
    return heard(mine, Case(Network(input_shape, layer), dtype="float64")).suggested


@pytest.mark.parametrize(
    ("channels", "filters", "size", "text"),
    [
        (3, 4, 2, "kernel_axes='O(IHW)'"),
        (3, 4, 1, "kernel_axes='O(HWI)' or 'O(IHW)': this case cannot tell them apart"),
        (1, 4, 2, "kernel_axes='O(HWI)' or 'O(IHW)': this case cannot tell them apart"),
        (1, 1, 1, "kernel_axes='O(HWI)' or 'O(IHW)' or '(HWI)O' or …: this case cannot tell them apart"),
    ],
)
def test_kernel_axes_that_a_small_kernel_cannot_tell_apart_are_all_named(channels, filters, size, text, right, heard):
    kernel = in_rows(channels, size)
    told = told_of(Conv2D, Conv2D(filters, size), (5, 6, channels), right, heard, kernel=kernel)
    assert told == f"Conv2D agrees exactly if you declare {text}"


@pytest.mark.parametrize(
    ("units", "text"),
    [(4, "bias_axes='1O'"), (1, "bias_axes='1O' or 'O1': this case cannot tell them apart")],
)
def test_bias_axes_that_one_unit_cannot_tell_apart_are_all_named(units, text, right, heard):
    row = (lambda array: array[0], lambda array: array[None])
    told = told_of(Dense, Dense(units), (7,), right, heard, bias=row)
    assert told == f"Dense agrees exactly if you declare {text}"


class OneRow:
    """A dense layer with a bias (1, units) that trains by itself."""

    def __init__(self, features, units):
        self.W, self.b = np.zeros((features, units)), np.zeros((1, units))

    def predict(self, x):
        if self.b.ndim != 2 or self.b.shape[0] != 1:
            raise ValueError("expected a row")
        return x @ self.W + self.b

    def fit(self, x, y, rate):
        error = self.predict(x) - y
        dy = 2 * error / error.size
        self.W, self.b = self.W - rate * x.T @ dy, self.b - rate * dy.sum(axis=0, keepdims=True)


@pytest.mark.parametrize(
    ("units", "text"),
    [(3, "bias_axes='1O'"), (1, "bias_axes='1O' or 'O1': this case cannot tell them apart")],
)
def test_so_are_those_of_a_whole_network(units, text, heard):
    mine = WholeNetwork(
        "mine",
        layers="Dense",
        build=lambda shape, dense: OneRow(*shape, dense.units),
        parameters={"dense/kernel": "W", "dense/bias": "b"},
        step="fit(x, y, learning_rate)",
        loss="mean_squared_error",
    )
    told = heard(mine, Case(Network((7,), Dense(units)), dtype="float64"))
    assert told.suggested.splitlines()[-1].partition(";")[0] == f"mine agrees exactly if you declare {text}"


PAIRS = [{"a": a, "b": b} for a in "xy" for b in (1, 2, 3)]


@pytest.mark.parametrize(
    ("right_ones", "text"),
    [
        ([], ""),
        ([1], "a='x', b=2"),
        ([1, 2], "a='x', b=2 or 3: this case cannot tell them apart"),
        ([1, 4], "a='x' or 'y', b=2: this case cannot tell them apart"),
        ([0, 4], "a='x', b=1; or a='y', b=2: this case cannot tell them apart"),
        (range(6), "a='x', b=1; or a='x', b=2; or a='x', b=3; or …: this case cannot tell them apart"),
    ],
)
def test_conventions_that_go_together_are_named_together(right_ones, text):
    assert agreeing(enumerate(PAIRS), lambda number: number in right_ones) == text


def test_other_conventions_and_more_values_than_are_named_are_not_tried_once_something_agrees():
    asked = []

    def agrees(number):
        asked.append(number)
        return number > 0

    agreeing(enumerate([{"a": 0}, {"a": 1}, {"b": 1}]), agrees)
    assert asked == [0, 1]
    asked.clear()
    agreeing(enumerate({"a": value} for value in range(10)), agrees)
    assert asked == list(range(MOST_NAMED + 2))
