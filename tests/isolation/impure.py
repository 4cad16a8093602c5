"""Right answers perturbation by what they should not depend on."""

from collections.abc import Callable

import numpy as np

from harness import BatchNormalization, Case, Conv2D, Dense, Flatten, Implementation, Network
from harness.cases.problem import Problem
from impls.vectorized import harness_implementations

NETWORKS = {
    "dense": Network((6,), (Dense(4, "tanh"), Dense(3))),
    "normalized": Network((5, 4, 2), (Conv2D(3, 2), BatchNormalization(), Flatten(), Dense(3))),
}
KERNEL = "1/gradient/dense/kernel"


class Impure(Implementation):
    """Rightly computed answers, perturbation by a function of them, the problem and the number of the run."""

    name = "impure"

    def __init__(self, spoil: Callable[..., None] | None = None) -> None:
        self.spoil = spoil
        self.runs = 0

    def run(self, problem: Problem):
        self.runs += 1
        answer = {k: np.array(v) for k, v in harness_implementations()[0].run(problem).items()}
        if self.spoil is not None:
            self.spoil(self, problem, answer)
        return answer


def every_run_a_little(self, problem, answer):
    answer[KERNEL] *= 1 + 0.01 * (self.runs - 1)


def every_other_run(self, problem, answer):
    if self.runs % 2 == 0:
        answer[KERNEL] *= 2


def fewer_answers_the_second_time(self, problem, answer):
    if self.runs == 2:
        del answer[KERNEL]


def more_answers_the_second_time(self, problem, answer):
    if self.runs == 2:
        answer["1/moon"] = np.zeros(3, np.float32)


def an_error_the_second_time(self, problem, answer):
    if self.runs == 2:
        raise RuntimeError("busy")


def one_run_one_rounding(self, problem, answer):
    if self.runs == 2:
        answer[KERNEL][0, 0] = np.nextafter(answer[KERNEL][0, 0], np.float32(9))


def the_sum_of_all_problems(self, problem, answer):
    key = problem.batches[0].x.tobytes()
    self.last = getattr(self, "last", key)
    if key != self.last:
        self.perturbation = True
    if getattr(self, "perturbation", False):
        answer[KERNEL] *= 2


def the_first_sample_alone(self, problem, answer):
    # What is right for the order that the case has, and for no other.
    self.first = getattr(self, "first", problem.batches[0].x.copy())
    near = np.abs(problem.batches[0].x - self.first).max() < 0.1
    if not near:
        answer["1/forward/dense"] = answer["1/forward/dense"][::-1].copy()


def writes_the_third_time(self, problem, answer):
    if self.runs == 3:
        problem.batches[0].x.flags.writeable = True
        problem.batches[0].x[0] = 7


def writes_at_once(self, problem, answer):
    problem.batches[0].x.flags.writeable = True
    problem.batches[0].x[0] = 7


def gradients_that_add_up(self, problem, answer):
    if len(problem.batches) > 1:
        answer["2/gradient/dense/kernel"] += answer[KERNEL]


def a_wrong_gradient(self, problem, answer):
    for step in range(1, len(problem.batches) + 1):
        answer[f"{step}/gradient/dense/kernel"] *= 2


def audited_case(wanted: bool, **changes) -> Case:
    """Return a case that is audited by its key, or one that is not."""
    cases = (Case(NETWORKS["dense"], seed=seed, **changes) for seed in range(1000))
    return next(case for case in cases if (int(case.key[:8], 16) % 16 == 0) == wanted)
