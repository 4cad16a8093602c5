"""A network's parameters in an implementation's own conventions, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.cases.case import Case
from harness.cases.network import Node
from harness.cases.problem import Array
from harness.layerwise.axes import can_be, rearranged
from harness.layerwise.conventions import KERAS_KERNELS, Conventions
from harness.operators.layers import Conv2D, Conv2DTranspose, Dense, DepthwiseConv2D, Flatten

# One flat name a parameter: ``conv2d/kernel``.
Named = dict[str, Array]
FLIPPED = (Conv2D, Conv2DTranspose, DepthwiseConv2D)


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
        node, keras, theirs = self._axes(name)
        sizes = dict(zip(keras, (node.parameters | node.state)[name.partition("/")[2]], strict=True))
        if not can_be(array, theirs, sizes):
            return array
        array = rearranged(array, theirs, keras, sizes)
        rows = self._rows(node, name)
        if rows is not None:
            array = array[np.argsort(rows)]
        array = self._flipped(node, name, array)
        return array.astype(dtype) if self.conventions.dtype and array.dtype == self.conventions.dtype else array

    def _there(self, name: str, array: Array) -> Array:
        node, keras, theirs = self._axes(name)
        array = self._flipped(node, name, array)
        rows = self._rows(node, name)
        if rows is not None:
            array = array[rows]
        return np.array(rearranged(array, keras, theirs), dtype=self.conventions.dtype or array.dtype, order="C")

    def _axes(self, name: str) -> tuple[Node, str, str]:
        layer, _, parameter = name.partition("/")
        node = self.nodes[layer]
        kind = type(node.layer)
        if parameter.endswith("kernel"):
            return node, KERAS_KERNELS[kind], self.conventions.kernel_of(kind)
        return node, "O", self.conventions.bias_axes

    def _rows(self, node: Node, name: str) -> Array | None:
        """Return which of Keras's rows of a dense kernel come first where images are flattened in another order."""
        before = self.nodes.get(node.inputs[0])
        if not (name.endswith("/kernel") and isinstance(node.layer, Dense) and before is not None):
            return None
        image = before.input_shapes[0]
        if not isinstance(before.layer, Flatten) or len(image) != 3 or self.conventions.flatten == "HWC":
            return None
        places = np.arange(int(np.prod(image))).reshape(image)
        return places.transpose(["HWC".index(axis) for axis in self.conventions.flatten]).ravel()

    def _flipped(self, node: Node, name: str, array: Array) -> Array:
        flips = self.conventions.convolution and name.endswith("kernel") and isinstance(node.layer, FLIPPED)
        return array[::-1, ::-1] if flips else array
