"""Small case files and implementations to put the verdict on trial with."""

from pathlib import Path

import pytest

CASES = """
import pytest
from harness import Conv2D, Dense, Flatten, grid, verifies

@verifies(grid(Dense, input_shape=(5,), units=3, dtype="float32"))
def test_dense(): ...

class TestConvolution:
    @verifies(grid(Conv2D, input_shape=(5, 4, 2), filters=3, kernel_size=2, dtype="float64"))
    def test_conv2d(self): ...

@pytest.mark.slow
@verifies(grid(Flatten, input_shape=(3, 2, 1)))
def test_slow(): ...
"""

# What only differs from a right implementation by one fault, and faults of its own.
IMPLEMENTATIONS = """
from harness import hookimpl
from harness.faults import Fault, faulty
from harness.operators.layers import Dense
from harness.layerwise import Layerwise, operators_in
from impls import vectorized
from impls.faults.catalogue import structural_faults

operators = operators_in(vectorized)
FAULTS = {fault.name: fault for fault in structural_faults()}


def right(stage, y):
    return y


@hookimpl
def harness_implementations():
    return [IMPLEMENTATION]


@hookimpl
def harness_faults():
    words = {"explanation": "It <b>is</b> right.", "hint": "Look away."}
    return [Fault("changes-nothing", on=Dense, output=right, moves=("forward",), **words)]
"""
RIGHT = 'Layerwise("right", operators=operators)'
FAULTY = 'faulty(FAULTS["dense-bias-never-added"], operators, "wrong")'


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "test_cases.py"
    path.write_text(CASES)
    return path


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / "right.py"
    path.write_text(IMPLEMENTATIONS.replace("IMPLEMENTATION]", f"{RIGHT}]"))
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.py"
    path.write_text(IMPLEMENTATIONS.replace("IMPLEMENTATION]", f"{FAULTY}]"))
    return path
