"""A network's parameters in an implementation's own conventions, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.cases.network import Node
from harness.cases.problem import Array
from harness.layerwise.axes import can_be, flipped, rearranged
from harness.layerwise.conventions import Conventions

# One flat name a parameter: ``conv2d/kernel``.
Named = dict[str, Array]


def named(weights: Mapping[str, Mapping[str, Array]]) -> Named:
    """Return parameters by ``layer/parameter``."""
    return {f"{layer}/{name}": array for layer, arrays in weights.items() for name, array in arrays.items()}


def nested(weights: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return parameters by layer and parameter."""
    found: dict[str, dict[str, Any]] = {}
    for name, array in weights.items():
        layer, _, parameter = name.partition("/")
        found.setdefault(layer, {})[parameter] = array
    return found


class Translation:
    """Parameters of one case, there and back."""

    def __init__(self, case: Case, conventions: Conventions) -> None:
        self.conventions = conventions
        self.nodes = {node.name: node for node in case.network.nodes}

    def there(self, weights: Mapping[str, Array]) -> Named:
        """Return parameters as the implementation has them: copies that it may write into."""
        return {name: self._there(name, array) for name, array in weights.items()}

    def back(self, name: str, array: Array, dtype: np.dtype[Any]) -> Array:
        """Return one parameter, or its gradient, as Keras has it; what does not have the declared axes as it came."""
        layer, _, parameter = name.partition("/")
        node = self.nodes[layer]
        shape = (node.parameters | node.state)[parameter]
        keras, theirs = self.conventions.parameter_axes(node.layer, parameter, len(shape))
        sizes = dict(zip(keras, shape, strict=True))
        if not can_be(array, theirs, sizes):
            return array
        array = rearranged(array, theirs, keras, sizes)
        inputs = self._inputs(node, keras)
        if inputs is not None:
            array = array.take(np.argsort(inputs), keras.index("I"))
        array = self._flipped(node, array, keras)
        return array.astype(dtype) if self.conventions.dtype and array.dtype == self.conventions.dtype else array

    def _there(self, name: str, array: Array) -> Array:
        layer, _, parameter = name.partition("/")
        node = self.nodes[layer]
        keras, theirs = self.conventions.parameter_axes(node.layer, parameter, array.ndim)
        array = self._flipped(node, array, keras)
        inputs = self._inputs(node, keras)
        if inputs is not None:
            array = array.take(inputs, keras.index("I"))
        return np.array(rearranged(array, keras, theirs), dtype=self.conventions.dtype or array.dtype, order="C")

    def _inputs(self, node: Node, axes: str) -> Array | None:
        """Return which inputs of a dense kernel come first where images are flattened in another order than Keras's."""
        before = self.nodes.get(node.inputs[0])
        if before is None or set(axes) != set("IO"):
            return None
        image = before.input_shapes[0]
        if not before.layer.flattens or len(image) != 3 or self.conventions.flatten == "HWC":
            return None
        places = np.arange(int(np.prod(image))).reshape(image)
        return places.transpose(["HWC".index(axis) for axis in self.conventions.flatten]).ravel()

    def _flipped(self, node: Node, array: Array, axes: str) -> Array:
        return flipped(array, axes) if self.conventions.convolution and node.layer.convolves else array
