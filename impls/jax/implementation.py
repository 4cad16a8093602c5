"""JAX as an implementation: jax is imported when the first Problem is run, not before."""

import importlib.metadata
from collections.abc import Callable, Mapping
from functools import cached_property

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise


class Jax(Implementation):
    """JAX on the CPU, layer by layer through ``jax.vjp``, with the optimizers of its example libraries."""

    name = "jax"
    default = False

    @cached_property
    def version(self) -> str:  # type: ignore[override]  # read from the installed distribution, without importing it
        """The version of jax."""
        return f"jax {importlib.metadata.version('jax')}"

    @cached_property
    def layerwise(self) -> Layerwise:
        """The operators."""
        from impls.jax.operators import OPERATORS

        return Layerwise(self.name, self.version, OPERATORS)

    @cached_property
    def forgetting(self) -> Callable[[], None]:
        """What is called once a case."""
        from impls.jax.forgetting import Forgetting

        return Forgetting()

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Return every observable that is JAX's own."""
        operators = self.layerwise
        self.forgetting()
        import jax

        # Without it JAX turns float64 into float32; as a context it changes nothing for others in this process.
        with jax.enable_x64(True):
            return operators.run(problem)

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Hide nothing that JAX computes."""
        return self.layerwise.exposes(case, observable)
