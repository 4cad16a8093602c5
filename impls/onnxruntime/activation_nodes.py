"""Activations as ONNX nodes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.operators import activations
from harness.operators.activations.selu import ALPHA, SCALE
from impls.onnxruntime.graph import Graph

# The operator and its attributes.
NODES: Mapping[type[activations.Activation], Callable[[Any], tuple[str, Mapping[str, Any]]]] = MappingProxyType(
    {
        activations.Elu: lambda elu: ("Elu", {"alpha": elu.alpha}),
        activations.Gelu: lambda gelu: ("Gelu", {}),
        activations.LeakyRelu: lambda leaky_relu: ("LeakyRelu", {"alpha": leaky_relu.negative_slope}),
        activations.Relu: lambda relu: ("Relu", {}),
        activations.Selu: lambda selu: ("Selu", {"alpha": ALPHA, "gamma": SCALE}),
        activations.Sigmoid: lambda sigmoid: ("Sigmoid", {}),
        activations.Softmax: lambda softmax: ("Softmax", {"axis": -1}),
        activations.Softplus: lambda softplus: ("Softplus", {}),
        activations.Tanh: lambda tanh: ("Tanh", {}),
    }
)


def add_activation(graph: Graph, activation: activations.Activation, x: str) -> str:
    """Add an activation; returns the name of its output."""
    if isinstance(activation, activations.Linear):
        return x
    operator, attributes = NODES[type(activation)](activation)
    return graph.add(operator, x, **attributes)
