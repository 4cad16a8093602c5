"""What the worker loads: the backend is chosen here, before Keras is imported."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax

# Without it JAX turns float64 into float32. Nobody else is in this process.
jax.config.update("jax_enable_x64", True)

from collections.abc import Mapping  # noqa: E402

from harness.cases.problem import Array, Problem  # noqa: E402
from harness.implementation.contract import Implementation  # noqa: E402
from harness.layerwise import Layerwise  # noqa: E402
from harness.plugins.hook_specifications import hookimpl  # noqa: E402
from impls.jax.forgetting import Forgetting  # noqa: E402
from impls.keras_jax.operators import OPERATORS  # noqa: E402


class KerasOnJax(Layerwise):
    """Keras's operators, without a memory that grows from case to case."""

    def __init__(self) -> None:
        super().__init__("keras-jax", operators=OPERATORS, default=False)
        self._forgetting = Forgetting()

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Run one Problem."""
        self._forgetting()
        return super().run(problem)


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the operators."""
    return [KerasOnJax()]
