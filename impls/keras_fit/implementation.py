"""``fit`` as an implementation: what it shows is where the weights go, and what is predicted with them."""

import importlib.metadata
from collections.abc import Mapping
from functools import cached_property

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation


class KerasFit(Implementation):
    """Keras 3 on TensorFlow through ``compile``, ``fit`` and ``predict``, in graph mode."""

    name = "keras-fit"
    default = False

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distributions, without importing them
        """Versions of Keras and TensorFlow."""
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("keras", "tensorflow"))

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return the weights after every step and the last prediction."""
        # The reference sets TensorFlow's flags, which TensorFlow reads once, when it is imported.
        import impls.keras  # noqa: F401
        from impls.keras_fit.fitting import fitted

        return fitted(problem)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Show updates and the last prediction.

        Losses are left out: those that ``fit`` reports are means kept in float32, whatever the layers compute in.
        """
        return observable.kind == "update" or observable.name == "final/forward"
