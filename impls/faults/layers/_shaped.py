"""The rule of layers without parameters: what comes out, and what goes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cases.problem import Array
from harness.faults import LayerRule
from harness.faults.stages import LayerStage

# From the stage and the right output; from the stage, the gradient of the output and the right gradient of the input.
Output = Callable[[LayerStage, Array], Array]
InputGradient = Callable[[LayerStage, Array, Any], Any]


def right_output(stage: LayerStage, y: Array) -> Array:
    """Return the right output."""
    return y


def right_gradient(stage: LayerStage, dy: Array, right: Any) -> Any:
    """Return the right gradient."""
    return right


@dataclass(frozen=True)
class ShapedRule(LayerRule):
    """A layer without parameters.

    Attributes:
        output: what comes out.
        input_gradient: what goes back.
    """

    output: Output = right_output
    input_gradient: InputGradient = right_gradient

    def forward(self, stage: LayerStage, y: Array) -> Array:
        return self.output(stage, y)

    def backward(
        self, stage: LayerStage, dy: Array, dx: Any, gradients: Mapping[str, Array]
    ) -> tuple[Any, Mapping[str, Array]]:
        return self.input_gradient(stage, dy, dx), gradients
