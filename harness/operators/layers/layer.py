"""What every layer is: shapes, parameters and state, its definition, and the errors that follow from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from harness.errors import SpecificationError
from harness.numerics.arithmetic import Arithmetic
from harness.numerics.estimate import Estimate
from harness.numerics.expressions import Expression, given, gradients, widest
from harness.operators.activations.activation import Activation
from harness.operators.activations.linear import Linear
from harness.operators.specification import Operator, Shape


@dataclass(frozen=True)
class Derivation:
    """What the backward pass of a derived layer needs.

    Attributes:
        inputs: where its expressions start.
        parameters: likewise, by name.
        outputs: one for each formulation.
    """

    inputs: tuple[Expression, ...]
    parameters: Mapping[str, Expression]
    outputs: tuple[Expression, ...]


class Layer(Operator):
    """A layer with Keras's name, arguments and defaults.

    A new one says its shapes and ``output``, before the activation, and nothing else: gradients and errors follow.
    Where there are several right ways to compute it, ``formulations`` has them all. One with state says
    ``statistics`` and ``inference`` too. A rule that is written by hand because it is faster, or tighter, overrides
    ``forward`` and ``backward``.

    Shapes here are without the batch: ``(height, width, channels)`` or ``(features,)``.

    Args:
        name: unique in its network; defaults to Keras's rule: ``conv2d``, ``conv2d_1``, …
        inputs: names of the layers it reads, ``"input"`` for the network's input; defaults to the layer before it.

    Traits, which generic code asks instead of naming kinds:

    Attributes:
        parameter_names: every trainable parameter that it may have, in Keras's order.
        state_names: every moving statistic.
        kernel_axes: Keras's axes of its kernel, a letter each: H and W rows and columns, I inputs, O outputs, M a
            multiplier; empty without a kernel.
        kernel_orders: other orders of these axes that code has, the commonest first; axes in brackets are one.
        window: the argument that says how large its windows are; empty where it has none.
        takes_maximum: the gradient goes to the largest element of a window, whose ties need a convention.
        flattens: images become rows of features, in an order that needs a convention.
        only_activates: it is its activation and nothing else.
        sample_shape: an input that these arguments fit.
        sample_inputs: how many inputs of that shape.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ()
    state_names: ClassVar[tuple[str, ...]] = ()
    kernel_axes: ClassVar[str] = ""
    kernel_orders: ClassVar[tuple[str, ...]] = ()
    window: ClassVar[str] = ""
    takes_maximum: ClassVar[bool] = False
    flattens: ClassVar[bool] = False
    only_activates: ClassVar[bool] = False
    sample_shape: ClassVar[Shape] = (7, 5, 3)
    sample_inputs: ClassVar[int] = 1

    name: str | None = field(default=None, kw_only=True)
    inputs: tuple[str, ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.inputs, str):
            self.normalize("inputs", (self.inputs,))
        elif self.inputs is not None:
            valid = isinstance(self.inputs, (tuple, list)) and all(isinstance(name, str) for name in self.inputs)
            self.expect(valid and len(self.inputs) > 0, "inputs", "one or more names of layers")
            self.normalize("inputs", tuple(self.inputs))
        if self.name is not None:
            self.expect(
                isinstance(self.name, str) and re.fullmatch(r"[A-Za-z0-9_]+", self.name) is not None,
                "name",
                "letters, digits and underscores",
            )

    @property
    def pools(self) -> bool:
        """Whether it looks at windows without weighing their elements."""
        return bool(self.window) and not self.kernel_axes

    @property
    def convolves(self) -> bool:
        """Whether a kernel slides over its input."""
        return bool(self.window) and bool(self.kernel_axes)

    @property
    def fused_activation(self) -> Activation:
        """The activation applied to this layer's result; ``Linear()`` where it has none."""
        activation = getattr(self, "activation", None)
        return activation if isinstance(activation, Activation) else Linear()

    def output_shape(self, *input_shapes: Shape) -> Shape:
        """Return the output's shape, or raise SpecificationError if the inputs do not fit."""
        raise NotImplementedError(f"{self.kind}.output_shape")

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        """Return the trainable parameters' shapes by Keras's names, in Keras's order."""
        return {}

    def state(self, *input_shapes: Shape) -> dict[str, Shape]:
        """Return the shapes of what changes without a gradient, such as moving statistics."""
        return {}

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y before the activation, of inputs (batch, …) and of parameters and moving statistics by name."""
        raise NotImplementedError(f"{self.kind}.output")

    def formulations(self, *x: Expression, **weights: Expression) -> tuple[Expression, ...]:
        """Return every right way to compute y; the value is that of the first."""
        return (self.output(*x, **weights),)

    def inference(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y in inference; as in training where that makes no difference."""
        return self.output(*x, **weights)

    def statistics(self, *x: Expression, **weights: Expression) -> Mapping[str, Expression]:
        """Return the moving statistics after the step."""
        return {}

    def forward(self, weights: Mapping[str, Estimate], x: Any, arithmetic: Arithmetic) -> tuple[Estimate, Any]:
        """Return y before the activation, and what the backward pass needs.

        Args:
            weights: parameters and moving statistics by name.
            x: an Estimate, or a tuple of them for a layer with several inputs.
            arithmetic: of the implementation.
        """
        inputs, parameters = _started(weights, x, arithmetic)
        outputs = self.formulations(*inputs, **parameters)
        return widest([each.estimate for each in outputs]), Derivation(inputs, parameters, outputs)

    def backward(
        self, weights: Mapping[str, Estimate], cache: Any, dy: Estimate, arithmetic: Arithmetic
    ) -> tuple[Any, Mapping[str, Estimate]]:
        """Return the gradients with respect to x, a tuple for several inputs, and to each parameter."""
        derivation: Derivation = cache
        trained = [name for name in self.parameter_names if name in weights]
        starts = [*derivation.inputs, *(derivation.parameters[name] for name in trained)]
        upstream = given(dy, arithmetic)
        each = [gradients(output, starts, upstream) for output in derivation.outputs]
        found = [widest([gradient.estimate for gradient in ways]) for ways in zip(*each, strict=True)]
        count = len(derivation.inputs)
        return (tuple(found[:count]) if count > 1 else found[0]), dict(zip(trained, found[count:], strict=True))

    def infer(self, weights: Mapping[str, Estimate], x: Any, arithmetic: Arithmetic) -> Estimate:
        """Return y in inference, before the activation."""
        inputs, parameters = _started(weights, x, arithmetic)
        return self.inference(*inputs, **parameters).estimate

    def moving(self, weights: Mapping[str, Estimate], cache: Any, arithmetic: Arithmetic) -> Mapping[str, Estimate]:
        """Return the moving statistics after the step, given what the forward pass returned for the backward pass."""
        derivation: Derivation = cache
        found = self.statistics(*derivation.inputs, **derivation.parameters)
        return {name: statistic.estimate for name, statistic in found.items()}

    def expect_image(self, shape: Shape) -> None:
        """Raise SpecificationError unless ``shape`` is ``(height, width, channels)``."""
        if len(shape) != 3:
            raise SpecificationError(
                f"{self.kind} expected an input of shape (height, width, channels), got {shape}. "
                "Flatten comes after the layers that look at images."
            )

    def expect_one_input(self, input_shapes: tuple[Shape, ...]) -> Shape:
        """Return the only input's shape, or raise SpecificationError."""
        if len(input_shapes) != 1:
            raise SpecificationError(f"{self.kind} expected one input, got {len(input_shapes)}: {self.inputs}.")
        return input_shapes[0]


def _started(
    weights: Mapping[str, Estimate], x: Any, arithmetic: Arithmetic
) -> tuple[tuple[Expression, ...], Mapping[str, Expression]]:
    inputs = tuple(given(each, arithmetic) for each in (x if isinstance(x, tuple) else (x,)))
    return inputs, {name: given(weight, arithmetic) for name, weight in weights.items()}
