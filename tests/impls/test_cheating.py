"""Implementations that would like to pass without computing anything: none of them comes out well."""

from dataclasses import replace

import numpy as np
import pytest

from harness import Activation, BatchNormalization, Conv2D, Dense, Flatten, Implementation, MaxPooling2D, grid, verify
from harness.cases.grid import Cases
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.errors import Unsupported
from harness.numerics import FLOAT32, FLOAT64


def small_cnn():
    return [Conv2D(3, 3), BatchNormalization(), Activation("relu"), MaxPooling2D(2), Flatten(), Dense(4, "tanh")]


CASES: Cases = (
    grid(small_cnn, input_shape=(7, 6, 2), batch_size=[3, 5])
    + grid(Dense, input_shape=(5,), units=[3, 4], activation=["sigmoid", "relu"])
    + grid(Conv2D, input_shape=(6, 5, 2), filters=3, kernel_size=[2, 3])
)


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """Verifies on CASES; Keras is asked once."""
    folder = tmp_path_factory.mktemp("reports")
    return lambda implementation: verify(implementation, CASES, reports=folder)


class Cheat(Implementation):
    """Knows what is asked for, and has the right answers to spoil."""

    name = "cheat"

    def __init__(self, honest: Implementation) -> None:
        self.honest = honest

    def shapes(self, problem):
        return {each.name: each.shape for each in required(problem.case)}


class Zeros(Cheat):
    def run(self, problem):
        return {name: np.zeros(shape, problem.dtype) for name, shape in self.shapes(problem).items()}


class Ones(Cheat):
    def run(self, problem):
        return {name: np.ones(shape, problem.dtype) for name, shape in self.shapes(problem).items()}


class ItsInput(Cheat):
    def run(self, problem):
        x = problem.batches[0].x
        return {name: np.resize(x, shape).astype(problem.dtype) for name, shape in self.shapes(problem).items()}


class Noise(Cheat):
    def run(self, problem):
        random = np.random.default_rng(0)
        return {
            name: np.asarray(random.standard_normal(shape), problem.dtype)
            for name, shape in self.shapes(problem).items()
        }


class NotANumber(Cheat):
    def run(self, problem):
        return {name: np.full(shape, np.nan, problem.dtype) for name, shape in self.shapes(problem).items()}


class Infinite(Cheat):
    def run(self, problem):
        return {name: np.full(shape, np.inf, problem.dtype) for name, shape in self.shapes(problem).items()}


class AnotherCase(Cheat):
    """Right from stage to stage, for other numbers than the ones given."""

    def run(self, problem):
        other = make_problem(problem.case.with_(seed=problem.case.seed + 1))
        return self.honest.run(other)


class UntrainedWeights(Cheat):
    """Takes no step, and predicts accordingly."""

    def run(self, problem):
        shown = dict(self.honest.run(problem))
        for layer, arrays in problem.weights.items():
            shown |= {f"1/update/{layer}/{name}": array for name, array in arrays.items()}
        return shown


class Omits(Cheat):
    """Returns only what it got right."""

    def run(self, problem):
        return {name: array for name, array in self.honest.run(problem).items() if "gradient" not in name}


class Nothing(Cheat):
    def run(self, problem):
        return {}


class WildArithmetic(Cheat):
    """Declares that nothing can be expected of it, and returns noise of the right size."""

    def arithmetic(self, case):
        plain = {"float32": FLOAT32, "float64": FLOAT64}[case.dtype]
        return replace(plain, unit_roundoff=0.25, factor_roundoff=0.25, product_gain=1e6)

    def run(self, problem):
        random = np.random.default_rng(0)
        return {
            name: np.asarray(array + random.standard_normal(array.shape) * np.abs(array).mean(), problem.dtype)
            for name, array in self.honest.run(problem).items()
        }


class Declines(Cheat):
    def run(self, problem):
        raise Unsupported("too hard")


class HidesAll(Cheat):
    def exposes(self, case, observable):
        return False

    def run(self, problem):
        return self.honest.run(problem)


class WritesIntoTheReference(Cheat):
    """Overwrites the inputs, so that everything agrees with its zeros."""

    def run(self, problem):
        for batch in problem.batches:
            batch.x.flags.writeable = True
            batch.x[...] = 0
        return self.honest.run(problem)


CHEATS = (
    Zeros, Ones, ItsInput, Noise, NotANumber, Infinite, AnotherCase, UntrainedWeights, Omits, Nothing, WildArithmetic,
    Declines, HidesAll, WritesIntoTheReference,
)  # fmt: skip


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.__name__)
def test_a_cheat_fails_the_run(cheat, vectorized, verified):
    report = verified(cheat(vectorized))
    assert not report.passed, str(report)


@pytest.mark.parametrize("cheat", [Zeros, Ones, ItsInput, Noise, AnotherCase], ids=lambda cheat: cheat.__name__)
def test_a_cheat_with_plausible_numbers_fails_every_case(cheat, vectorized, verified):
    report = verified(cheat(vectorized))
    failed = {row.run.case for row in report.rows if row.failed}
    assert failed == {case.name for case in CASES}


def test_the_honest_one_passes_the_same_cases(vectorized, verified):
    report = verified(vectorized)
    assert report.passed
    assert report.noted == ()


def test_a_wild_declaration_is_a_finding_and_its_passes_are_untrusted(vectorized, verified):
    report = verified(WildArithmetic(vectorized))
    assert any("declares an arithmetic other than float32's: unit_roundoff = 0.25" in each for each in report.noted)
    assert all(row.untrusted for row in report.observables if row.passed)


class OnlyEasyOnes(Cheat):
    """Declines what it finds hard; what it takes on is right."""

    def run(self, problem):
        if len(problem.case.network.nodes) > 1:
            raise Unsupported("too hard")
        return self.honest.run(problem)


def test_declining_what_is_hard_earns_nothing_and_is_counted(vectorized, verified):
    report = verified(OnlyEasyOnes(vectorized))
    hard = sum(len(required(case)) for case in CASES if len(case.network.nodes) > 1)
    judged, wanted = report.coverage["cheat"]
    assert wanted - judged == hard
    assert f"{hard:,} of {wanted:,} were not judged" in report.headline
    assert f"cheat: {hard:,} unsupported: too hard" in str(report)
