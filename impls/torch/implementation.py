"""PyTorch as an implementation: torch is imported when the first Problem is run, not before."""

import importlib.metadata
from collections.abc import Mapping
from functools import cached_property

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise


class Torch(Implementation):
    """PyTorch on the CPU, layer by layer through autograd, with its own optimizers."""

    name = "torch"
    default = False

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distribution, without importing it
        """The version of torch."""
        return f"torch {importlib.metadata.version('torch')}"

    @cached_property
    def layerwise(self) -> Layerwise:
        """The operators."""
        from impls.torch.operators import OPERATORS

        return Layerwise(self.name, self.version, OPERATORS)

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return every observable that is torch's own."""
        return self.layerwise.run(problem)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Hide nothing that torch computes."""
        return self.layerwise.exposes(case, observable)
