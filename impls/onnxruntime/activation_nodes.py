"""Activations as ONNX nodes, which have the names and most of the arguments that Keras's have."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from onnx import defs

from harness.errors import Unsupported
from harness.operators.activations import Activation
from impls.onnxruntime.graph import OPSET, Graph

# What ONNX calls otherwise.
ATTRIBUTES: Mapping[str, str] = MappingProxyType({"negative_slope": "alpha"})
# What ONNX has to be told to compute what Keras does: a slope of 0.2 is its default.
ARGUMENTS: Mapping[str, Mapping[str, float]] = MappingProxyType({"HardSigmoid": {"alpha": 1 / 6}})


def add_activation(graph: Graph, activation: Activation, x: str) -> str:
    """Add an activation; returns the name of its output.

    Raises:
        Unsupported: ONNX has no operator of its name.
    """
    if activation.is_identity:
        return x
    if not defs.has(activation.kind, max_inclusive_version=OPSET):
        raise Unsupported(f"ONNX has no operator {activation.kind}")
    arguments = {ATTRIBUTES.get(name, name): value for name, value in asdict(activation).items()}
    return graph.add(activation.kind, x, **arguments, **ARGUMENTS.get(activation.kind, {}))
