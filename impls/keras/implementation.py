"""Keras as an implementation: TensorFlow is imported when the first Problem is run, not before."""

import importlib.metadata
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from harness.cases.case import Case
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation
from harness.numerics.arithmetic import Arithmetic, arithmetic_of

if TYPE_CHECKING:
    from impls.keras.training import Trainer

# TensorFlow 2.21 with oneDNN writes beyond its memory in the float32 kernel gradient of a 1 × 1 convolution of stride 2
# over images of even size with few channels, plain or transposed: values are at risk before the process dies.
# Set here, where TensorFlow is not imported yet, because it reads the flag only then.
ONEDNN_FLAG = "TF_ENABLE_ONEDNN_OPTS"
os.environ.setdefault(ONEDNN_FLAG, "0")


class Keras(Implementation):
    """Keras 3 on TensorFlow, eager, every observable by gradient tape over the real layers, losses and optimizers."""

    name = "keras"

    def __init__(self) -> None:
        self._trainer: Trainer | None = None

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distributions, without importing them
        """Versions of Keras and TensorFlow, and whether oneDNN may change the rounding."""
        versions = (f"{name} {importlib.metadata.version(name)}" for name in ("keras", "tensorflow"))
        return f"{', '.join(versions)}, oneDNN {os.environ.get(ONEDNN_FLAG)}"

    def arithmetic(self, case: Case) -> Arithmetic:
        """Declare float32 where TensorFlow resizes images, which it does in float32 whatever it is given."""
        resized = any(getattr(node.layer, "interpolation", "nearest") != "nearest" for node in case.network.nodes)
        return arithmetic_of("float32" if resized else case.dtype)

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return every observable in the problem's dtype."""
        if self._trainer is None:
            from impls.keras.training import Trainer

            self._trainer = Trainer()
        return self._trainer.run(problem)
