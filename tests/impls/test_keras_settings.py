"""What Keras is run with is part of its version, so that results of other settings are not taken for these."""

import importlib.metadata
import os
import subprocess
import sys

import keras
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.implementation.contract import run
from harness.operators.layers import Conv2D, Conv2DTranspose
from impls.keras import Keras
from impls.keras.implementation import ONEDNN_FLAG
from impls.keras.training import Trainer


def test_the_version_names_keras_tensorflow_and_the_flag(monkeypatch):
    for package in ("keras", "tensorflow"):
        assert f"{package} {importlib.metadata.version(package)}" in Keras().version
    monkeypatch.setenv(ONEDNN_FLAG, "1")
    assert Keras().version.endswith("oneDNN 1")


def test_the_flag_is_set_before_tensorflow_is_imported():
    code = "import os, sys, impls.keras; print(os.environ['TF_ENABLE_ONEDNN_OPTS'], 'tensorflow' in sys.modules)"
    without = {name: value for name, value in os.environ.items() if name != ONEDNN_FLAG}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=without, check=True)
    assert done.stdout.split() == ["0", "False"]


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(Exception, match="Keras expected the backend tensorflow, got KERAS_BACKEND=jax"):
        Trainer()


@pytest.mark.skipif(os.environ[ONEDNN_FLAG] != "0", reason="with oneDNN these cases may end the process")
@pytest.mark.parametrize(
    "layer", [Conv2D(3, 1, strides=2), Conv2DTranspose(4, 1, strides=2)], ids=["plain", "transposed"]
)
def test_a_kernel_of_one_pixel_with_a_stride_of_two_survives_many_runs(layer):
    problem = make_problem(Case(Network((14, 14, 4), layer)))
    implementation = Keras()
    assert {run(implementation, problem).status for _ in range(50)} == {"ok"}


def test_networks_beyond_those_kept_are_built_again(monkeypatch):
    monkeypatch.setattr("impls.keras.training.MODELS_KEPT", 2)
    trainer = Trainer()
    problems = [make_problem(Case(Network((4, 3, 2), Conv2D(filters, 2)))) for filters in (1, 2, 3, 1)]
    first, *_, again = [trainer.run(problem) for problem in problems]
    assert len(trainer._models) == 2
    assert [name for name in first if first[name].tobytes() != again[name].tobytes()] == []


def test_a_network_that_is_used_again_starts_from_the_beginning(keras_implementation):
    problem = make_problem(Case(Network((4, 3, 2), Conv2D(3, 2)), optimizer="adam", steps=3))
    once, again = (keras_implementation.run(problem) for _ in range(2))
    assert [name for name in once if once[name].tobytes() != again[name].tobytes()] == []
