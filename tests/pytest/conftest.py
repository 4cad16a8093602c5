"""A small case file, implementations right and wrong, and a store that already has Keras's results for it."""

import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from harness import Case, Dense, grid, make_problem
from harness.stores.oracle import Oracle
from harness.verification import REFERENCE_DTYPE, Reference
from impls.keras.implementation import Keras

CASES = grid(Dense, input_shape=(5,), units=[3, 4])

CASE_FILE = '''
"""Two dense layers in both formats."""

from harness import Dense, grid, verifies


@verifies(grid(Dense, input_shape=(5,), units=[3, 4]))
def test_dense(): ...
'''

# Right but for the factor; with 1 it agrees with Keras.
IMPLEMENTATION = """
from harness import Layerwise

mine = Layerwise("mine")


@mine.implements("Dense")
class Dense:
    def forward(self, layer, weights, x):
        {before}
        return x @ weights["kernel"] + weights["bias"], x

    def backward(self, layer, weights, x, dy):
        return dy @ weights["kernel"].T, {{"kernel": {factor} * (x.T @ dy), "bias": dy.sum(axis=0)}}
"""


def stored(path: Path, cases: Iterable[Case]) -> Path:
    """Store Keras's results for some cases, in their own format and the reference's."""
    with closing(Oracle(path)) as oracle:
        reference = Reference(Keras(), oracle)
        for case in cases:
            problem = make_problem(case)
            for dtype in {case.dtype, REFERENCE_DTYPE}:
                assert reference.trace(problem.astype(dtype)).status == "ok"
    return path


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Path:
    """Keras's results for CASES, computed once."""
    return stored(tmp_path_factory.mktemp("store") / "oracle.sqlite", CASES)


@pytest.fixture
def project(pytester, store):
    """A folder with the case file and a warm store."""
    pytester.makepyfile(test_dense=CASE_FILE)
    pytester.mkdir("reports")
    shutil.copy(store, pytester.path / "reports" / "oracle.sqlite")
    return pytester


@pytest.fixture
def mine(project):
    """Writes mine.py."""

    def write(factor: int = 1, before: str = "") -> str:
        project.makepyfile(mine=IMPLEMENTATION.format(factor=factor, before=before))
        return "mine.py"

    return write
