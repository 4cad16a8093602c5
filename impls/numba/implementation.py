"""Compiled loops as an implementation: numba is imported when the first Problem is run, not before."""

import importlib.metadata
from collections.abc import Mapping
from functools import cached_property

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise


class Numba(Implementation):
    """Loops compiled by Numba, operator by operator."""

    name = "numba"
    default = False

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distribution, without importing it
        """The version of numba."""
        return f"numba {importlib.metadata.version('numba')}"

    @cached_property
    def layerwise(self) -> Layerwise:
        """The operators."""
        from impls.numba.operators import OPERATORS

        return Layerwise(self.name, self.version, OPERATORS)

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return every observable that is computed here."""
        return self.layerwise.run(problem)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Hide nothing that is computed here."""
        return self.layerwise.exposes(case, observable)
