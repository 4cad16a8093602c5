"""What the numbers of one observable say: a factor, a transpose, a flip; and nothing where they say nothing."""

import numpy as np
import pytest

from harness import Case, Conv2D, Dense, Flatten, Network
from harness.implementation import Implementation
from harness.layerwise import Layerwise
from harness.problem import make_problem
from harness.suggestions import suggested
from harness.verdict import arithmetic_of

CASE = Case(Network((6, 5, 3), (Conv2D(3, (2, 2)), Flatten(), Dense(4))), batch_size=5)


class Plain(Implementation):
    name = "plain"

    def run(self, problem):
        return {}


@pytest.fixture(scope="module", params=["float32", "float64"])
def said(request, right):
    case = CASE.with_(dtype=request.param)
    problem = make_problem(case)
    shown = dict(Layerwise("right", operators=right).run(problem))

    def say(observable, change):
        changed = {**shown, observable: change(shown[observable])}
        return suggested(problem, Plain(), changed, observable, arithmetic_of(case.dtype))

    return say


KERNEL = "1/gradient/conv2d/kernel"
DENSE = "1/gradient/dense/kernel"


@pytest.mark.parametrize(
    ("observable", "change", "sentence"),
    [
        (KERNEL, lambda g: -g, "agrees exactly but for a factor: it is -1 times what it should be"),
        (KERNEL, lambda g: g * 5, "it is N = 5 (the samples) times"),
        (KERNEL, lambda g: (g / 5).astype(g.dtype), "it is 1/N = 5 (the samples) times"),
        (KERNEL, lambda g: 2 * g, "it is 2 times"),
        (KERNEL, lambda g: g / 2, "it is 1/2 times"),
        ("1/backward/loss", lambda g: g * 20, "it is N*K = 20 (samples and outputs) times"),
        (KERNEL, lambda g: g[::-1, ::-1].copy(), "agrees exactly after a flip along axis 0 and 1"),
        (KERNEL, lambda g: g.transpose(1, 0, 2, 3).copy(), "agrees exactly after a transpose"),
        (KERNEL, lambda g: g.transpose(3, 2, 0, 1).copy(), "agrees exactly after a transpose"),
        (DENSE, lambda g: g.T.copy(), "agrees exactly after a transpose"),
        (DENSE, lambda g: g[np.newaxis], "once its shape (1, 60, 4) is (60, 4)"),
        ("1/gradient/dense/bias", lambda g: g[np.newaxis], "once its shape (1, 4) is (4,)"),
        (
            "1/forward/flatten",
            lambda y: y.reshape(5, 5, 4, 3).transpose(0, 3, 1, 2).reshape(5, -1),
            "agrees exactly with flatten='CHW'",
        ),
        (KERNEL, lambda g: g.astype(np.float16 if g.dtype == np.float32 else np.longdouble), ""),
    ],
)
def test_what_was_done_to_an_observable_is_named(said, observable, change, sentence):
    assert sentence in said(observable, change)


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g + g.sum(),
        lambda g: np.where(np.arange(g.size).reshape(g.shape) == 3, 0, g).astype(g.dtype),
        lambda g: g * np.asarray(1.001, g.dtype),
        lambda g: np.full_like(g, np.nan),
        np.zeros_like,
    ],
)
def test_nothing_is_said_where_no_such_thing_was_done(said, change):
    assert said(KERNEL, change) == ""
