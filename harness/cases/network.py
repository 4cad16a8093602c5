"""A network: a directed acyclic graph of named layers with every shape worked out."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.errors import SpecificationError, nearest
from harness.operators.layers import Layer, snake_case
from harness.operators.specification import Shape, Specification, is_integer

INPUT = "input"


@dataclass(frozen=True)
class Node:
    """One layer in its place. Shapes are without the batch."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape

    @cached_property
    def parameters(self) -> dict[str, Shape]:
        """Shapes of the trainable parameters."""
        return self.layer.parameters(*self.input_shapes)

    @cached_property
    def state(self) -> dict[str, Shape]:
        """Shapes of the moving statistics."""
        return self.layer.state(*self.input_shapes)


class Network(Specification):
    """Layers in an order in which each reads the network's input or layers before it; the last is the output.

    Args:
        input_shape: without the batch, ``(height, width, channels)`` or ``(features,)``.
        layers: specifications; ``inputs`` of a layer default to the layer before it.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        shape = self.input_shape
        valid = isinstance(shape, (tuple, list)) and len(shape) > 0 and all(is_integer(n) and n > 0 for n in shape)
        self.expect(valid, "input_shape", "one or more positive integers, without the batch")
        self.normalize("input_shape", tuple(shape))
        self.normalize("layers", (self.layers,) if isinstance(self.layers, Layer) else self.layers)
        self.expect(isinstance(self.layers, (tuple, list)) and len(self.layers) > 0, "layers", "one or more layers")
        self.normalize("layers", tuple(self.layers))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise SpecificationError(f"Network expected layers, got {layer!r}.")
        self._check_names()
        _ = self.nodes
        self._check_every_output_is_read()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The layers' names in order, given by Keras's rule where the layer has none."""
        seen: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            base = snake_case(layer.kind)
            names.append(layer.name or (f"{base}_{seen[base]}" if seen[base] else base))
            seen[base] += layer.name is None
        return tuple(names)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every layer with its name, inputs and shapes, in order."""
        shapes: dict[str, Shape] = {INPUT: self.input_shape}
        nodes = []
        before = INPUT
        for name, layer in zip(self.names, self.layers, strict=True):
            inputs = layer.inputs or (before,)
            for source in inputs:
                if source not in shapes:
                    raise SpecificationError(
                        f"layer {name!r} reads {source!r}, which does not come before it.{nearest(source, shapes)}"
                    )
            input_shapes = tuple(shapes[source] for source in inputs)
            try:
                shapes[name] = layer.output_shape(*input_shapes)
            except SpecificationError as error:
                raise SpecificationError(f"layer {name!r}: {error}") from None
            nodes.append(Node(name, layer, inputs, input_shapes, shapes[name]))
            before = name
        return tuple(nodes)

    @property
    def output_shape(self) -> Shape:
        """Shape of one prediction, without the batch."""
        return self.nodes[-1].output_shape

    def as_dict(self) -> dict[str, Any]:
        """Canonical form with names and inputs resolved, so that spelling a default out changes nothing."""
        layers = [node.layer.as_dict() | {"name": node.name, "inputs": list(node.inputs)} for node in self.nodes]
        return {"kind": "Network", "input_shape": list(self.input_shape), "layers": layers}

    def _check_names(self) -> None:
        for name, count in Counter((INPUT, "loss", *self.names)).items():
            if count > 1:
                reserved = " (a reserved name)" if name in (INPUT, "loss") else ""
                raise SpecificationError(
                    f"Network expected layer names to differ, got {name!r} {count} times{reserved}."
                )

    def _check_every_output_is_read(self) -> None:
        read = {source for node in self.nodes for source in node.inputs}
        for node in self.nodes:
            if len(set(node.inputs)) < len(node.inputs):
                raise SpecificationError(f"layer {node.name!r} reads one input twice: {node.inputs}.")
            if node is not self.nodes[-1] and node.name not in read:
                raise SpecificationError(f"layer {node.name!r} is read by no layer and is not the last.")
