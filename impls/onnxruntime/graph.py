"""An ONNX graph under construction."""

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from harness.cases.problem import Array

# The version of ONNX's operators: the latest that this room was written after.
OPSET = 21


class Graph:
    """Nodes and constants so far.

    Attributes:
        dtype: of every floating-point tensor.
        element_type: the same as ONNX numbers it.
        nodes: in order of computation.
        constants: what nodes read that no node computes.
    """

    def __init__(self, dtype: str, element_type: int) -> None:
        self.dtype = dtype
        self.element_type = element_type
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output; returns the output's name."""
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, value: Array | float) -> str:
        """Add numbers in the graph's format; returns their name."""
        return self._keep(np.ascontiguousarray(value, dtype=self.dtype).reshape(np.shape(value)))

    def integers(self, *values: int) -> str:
        """Add a list of integers, such as a shape; returns its name."""
        return self._keep(np.array(values, dtype=np.int64))

    def _keep(self, array: Array) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name
