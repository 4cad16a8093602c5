"""A new operator is one file, and one for each implementation that wants it: nothing else is edited."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECIFICATION = '''
from harness.numerics.expressions import Expression
from harness.numerics.tensors import transposed
from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape


class Permute(Layer):
    """The axes of each sample in another order."""

    samples = ({"dims": (2, 1, 3)}, {"dims": (3, 1, 2)})
    dims: tuple[int, ...]

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return tuple(input_shapes[0][axis - 1] for axis in self.dims)

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        return transposed(x[0], (0, *self.dims))
'''
IMPLEMENTED = """
import numpy as np


def forward(layer, weights, x):
    return x.transpose(0, *layer.dims).copy(), None


def backward(layer, weights, cache, dy):
    return dy.transpose(np.argsort((0, *layer.dims))).copy(), {}
"""
FAULTS = """
from harness.faults import Fault
from harness.operators.layers import Permute


def reversed_rows(stage, y):
    return y[:, ::-1].copy()


FAULTS = (
    Fault("permute-reversed", on=Permute, output=reversed_rows, moves=("forward", "final/forward"),
        explanation="Rows come in reverse.", hint="Do not."),
)
"""
# Prints what fails for each case, right and with the fault planted.
SCRIPT = """
from harness import Case, Permute, faulty, samples_of
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.judging.judge import Subject, judge
from impls import faults, loops, vectorized

(fault,) = [each for each in faults.harness_faults() if each.name == "permute-reversed"]
(right,) = vectorized.harness_implementations()
for implementation in (*loops.harness_implementations(), right, faulty(fault, right.operators, "wrong")):
    for case in samples_of(Permute, dtype="float32"):
        assert Case.from_json(case.json).key == case.key
        judged = judge(make_problem(case), Subject.of(implementation, case), run(implementation, make_problem(case)))
        print(implementation.name, [row.observable.name for row in judged.rows if not row.passed])
"""


@pytest.fixture
def copy(tmp_path):
    """A folder with the code and an operator that it did not have."""
    for package in ("harness", "impls"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    files = {"harness/operators": SPECIFICATION, "impls/loops": IMPLEMENTED, "impls/vectorized": IMPLEMENTED}
    for room, text in {**files, "impls/faults": FAULTS}.items():
        (tmp_path / room / "layers" / "permute.py").write_text(text, encoding="utf-8")
    return tmp_path


def test_an_operator_is_described_judged_and_planted_with_faults_by_its_files_alone(copy):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=copy, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    wrong = "wrong ['1/forward/permute', 'final/forward']"
    assert done.stdout.splitlines() == ["loops []", "loops []", "vectorized []", "vectorized []", wrong, wrong]
