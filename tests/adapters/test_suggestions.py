"""What the numbers of one observable say: a factor, a transpose, a flip; and nothing where they say nothing."""

import re
from fractions import Fraction

import numpy as np
import pytest

from harness import Case, Conv2D, Dense, Flatten, Network
from harness.cases.problem import make_problem
from harness.diagnosis.suggestions import suggested
from harness.implementation.contract import Implementation, run
from harness.implementation.trace import Trace
from harness.judging.judge import Subject, judge
from harness.layerwise import Layerwise

CASE = Case(Network((6, 5, 3), (Conv2D(3, (2, 2)), Flatten(), Dense(4))), batch_size=5)


class Plain(Implementation):
    name = "plain"

    def run(self, problem):
        return {}


def suggestion(problem, shown, observable):
    """What would make an observable right, in the words that a report shows."""
    judged = judge(problem, Subject.of(Plain(), problem.case), Trace("ok", shown, 0.0))
    return suggested(judged, Plain(), observable)


@pytest.fixture(scope="module", params=["float32", "float64"])
def said(request, right):
    case = CASE.with_(dtype=request.param)
    problem = make_problem(case)
    shown = dict(Layerwise("right", operators=right).run(problem))

    def say(observable, change):
        return suggestion(problem, {**shown, observable: change(shown[observable])}, observable)

    return say


KERNEL = "1/gradient/conv2d/kernel"
DENSE = "1/gradient/dense/kernel"


@pytest.mark.parametrize(
    ("observable", "change", "sentence"),
    [
        (KERNEL, lambda g: -g, "agrees exactly but for a factor: it is -1 times what it should be"),
        (KERNEL, lambda g: g * 5, "it is 5 times what it should be: N = 5 (the samples)"),
        (KERNEL, lambda g: (g / 5).astype(g.dtype), "it is 1/5 of what it should be: 1/N, with N = 5 (the samples)"),
        (KERNEL, lambda g: g * -5, "it is -5 times what it should be: -N, with N = 5 (the samples)"),
        (
            "1/backward/loss",
            lambda g: (g / 20).astype(g.dtype),
            "it is 1/20 of what it should be: 1/(N*K), with N*K = 20 (samples and outputs)",
        ),
        (KERNEL, lambda g: 2 * g, "it is 2 times"),
        (KERNEL, lambda g: g / 2, "it is 1/2 of what it should be"),
        ("1/backward/loss", lambda g: g * 20, "it is 20 times what it should be: N*K = 20 (samples and outputs)"),
        (KERNEL, lambda g: g[::-1, ::-1].copy(), "agrees exactly after a flip along axis 0 and 1"),
        (KERNEL, lambda g: g.transpose(1, 0, 2, 3).copy(), "after a transpose: its axes are in the order [1, 0, 2, 3]"),
        (KERNEL, lambda g: g.transpose(3, 2, 0, 1).copy(), "agrees exactly after a transpose"),
        (DENSE, lambda g: g.T.copy(), "agrees exactly after a transpose"),
        (DENSE, lambda g: g[np.newaxis], "once its shape (1, 60, 4) is (60, 4)"),
        ("1/gradient/dense/bias", lambda g: g[np.newaxis], "once its shape (1, 4) is (4,)"),
        (
            "1/forward/flatten",
            lambda y: y.reshape(5, 5, 4, 3).transpose(0, 3, 1, 2).reshape(5, -1),
            "agrees exactly in the order HWC: images are flattened in the order CHW",
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


FACTORS = [Fraction(sign * n, d) for sign in (1, -1) for n, d in ((2, 1), (1, 2), (5, 1), (1, 5), (3, 1), (1, 60))]


@pytest.mark.parametrize("factor", [Fraction(-1), *FACTORS])
def test_a_factor_in_words_is_the_factor(factor, right):
    """N = 5, K = 12, and windows of 3 times 1."""
    case = Case(Network((7, 5, 3), (Conv2D(3, (3, 1)), Flatten(), Dense(12))), batch_size=5, dtype="float64")
    problem = make_problem(case)
    shown = dict(Layerwise("right", operators=right).run(problem))
    sentence = suggestion(problem, {**shown, KERNEL: shown[KERNEL] * float(factor)}, KERNEL)
    said = re.match(r"agrees exactly but for a factor: it is (\S+) (times|of) what it should be", sentence)
    assert said, sentence
    assert Fraction(said[1]) == factor
    assert said[2] == ("times" if factor.denominator == 1 else "of")


class Transposed:
    """A dense layer whose kernel is (out, in), and which raises where it is not."""

    def forward(self, layer, weights, x):
        if weights["kernel"].shape[1] != x.shape[1]:
            raise ValueError("expected a kernel (out, in)")
        return x @ weights["kernel"].T + weights["bias"], x

    def backward(self, layer, weights, x, dy):
        return dy @ weights["kernel"], {"kernel": dy.T @ x, "bias": dy.sum(axis=0)}


class Refusing(Transposed):
    def forward(self, layer, weights, x):
        raise ValueError("expected better weather")


@pytest.mark.parametrize(
    ("operator", "last_line"),
    [
        (
            Transposed(),
            "Dense agrees exactly if you declare dense_axes='OI'; "
            "as it is, it raises ValueError: expected a kernel (out, in)",
        ),
        (Refusing(), "in step 1, forward of dense with x (3, 7): ValueError: expected better weather"),
    ],
)
def test_the_last_line_of_an_error_names_it_whatever_could_be_declared(operator, last_line, right):
    case = Case(Network((7,), Dense(4)), batch_size=3)
    trace = run(Layerwise("mine", operators={**right, Dense: operator}), make_problem(case))
    assert trace.status == "error"
    assert trace.reason.splitlines()[-1] == last_line


def test_nothing_is_to_be_declared_by_who_can_declare_nothing(said):
    """An order of elements is told as what it is, where a network of operators would be told its convention."""
    moved = said("1/forward/flatten", lambda y: y.reshape(5, 5, 4, 3).transpose(0, 3, 1, 2).reshape(5, -1))
    assert moved
    assert "declare" not in moved
    assert "flatten=" not in moved
