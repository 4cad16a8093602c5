"""ONNX Runtime as an implementation: its packages are imported when the first Problem is run, not before."""

import importlib.metadata
from collections.abc import Mapping
from functools import cached_property

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation


class OnnxRuntime(Implementation):
    """ONNX Runtime on the CPU: the forward pass of the first step, with the weights that the case starts from."""

    name = "onnxruntime"
    default = False

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distributions, without importing them
        """Versions of ONNX Runtime and onnx."""
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("onnxruntime", "onnx"))

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return each layer's output in the first step."""
        from impls.onnxruntime.session import forward_outputs

        return forward_outputs(problem)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Show the first forward pass: later ones need weights that only training gives."""
        return observable.kind == "forward" and observable.step == 1
