"""Layers as ONNX nodes: images are (batch, height, width, channels) between layers, channels first inside.

A function adds the layer of its name, without its activation, and returns the name of its output.
"""

from collections.abc import Mapping
from typing import Any

from harness.cases.network import Node
from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.numerics.geometry import padding_amounts
from impls.onnxruntime.graph import Graph

Weights = Mapping[str, Array]
CHANNELS_FIRST, CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


def activation(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add nothing: the activation comes after every layer."""
    return inputs[0]


def add(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the sum of the inputs."""
    return graph.add("Sum", *inputs)


def average_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the mean of each window, the padding left out."""
    window, pads = _window(node, node.layer.pool_size)  # type: ignore[attr-defined]
    return _on_channels_first(graph, "AveragePool", inputs[0], kernel_shape=window, count_include_pad=0, **pads)


def batch_normalization(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Decline: in training mode ONNX's BatchNormalization has no kernel outside of training builds."""
    raise Unsupported("onnxruntime: inference builds cannot normalize with the batch's own statistics")


def concatenate(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the inputs side by side along the last axis."""
    return graph.add("Concat", *inputs, axis=-1)


def conv2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the convolution."""
    layer: Any = node.layer
    kernel = weights["kernel"].transpose(3, 2, 0, 1)
    return _convolution(graph, node, inputs[0], kernel, weights, layer.groups)


def depthwise_conv2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the convolution of each channel with its own kernels."""
    layer: Any = node.layer
    channels = node.input_shapes[0][-1]
    kernel = weights["kernel"].transpose(2, 3, 0, 1)
    kernel = kernel.reshape(channels * layer.depth_multiplier, 1, *layer.kernel_size)
    return _convolution(graph, node, inputs[0], kernel, weights, channels)


def conv2d_transpose(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the transposed convolution."""
    layer: Any = node.layer
    pairs = tuple(zip(layer.kernel_size, layer.strides, strict=True))
    # What "same" would add around the output is cut off; strides beyond the kernel leave gaps after the last window.
    (top, bottom), (left, right) = (
        padding_amounts(size, kernel, stride, layer.padding)
        for size, (kernel, stride) in zip(node.output_shape, pairs, strict=False)
    )
    arrays = [weights["kernel"].transpose(3, 2, 0, 1), *([weights["bias"]] if layer.use_bias else [])]
    return _on_channels_first(
        graph, "ConvTranspose", inputs[0], *map(graph.constant, arrays),
        kernel_shape=layer.kernel_size, strides=layer.strides, pads=(top, left, bottom, right),
        output_padding=tuple(max(stride - kernel, 0) for kernel, stride in pairs),
    )  # fmt: skip


def dense(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the weighted sums."""
    return graph.add(
        "Gemm", inputs[0], *(graph.constant(weights[name]) for name in ("kernel", "bias") if name in weights)
    )


def flatten(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the same elements as (batch, features)."""
    return _reshaped(graph, node, inputs, batch)


def global_average_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the mean of each channel."""
    return _reduced(graph, "ReduceMean", node, inputs)


def global_max_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the maximum of each channel."""
    return _reduced(graph, "ReduceMax", node, inputs)


def max_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the largest element of each window."""
    window, pads = _window(node, node.layer.pool_size)  # type: ignore[attr-defined]
    return _on_channels_first(graph, "MaxPool", inputs[0], kernel_shape=window, **pads)


def reshape(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add the same elements as (batch, *target_shape)."""
    return _reshaped(graph, node, inputs, batch)


def zero_padding2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add zeros around the image."""
    (top, bottom), (left, right) = node.layer.padding  # type: ignore[attr-defined]
    return graph.add("Pad", inputs[0], graph.integers(0, top, left, 0, 0, bottom, right, 0))


def _convolution(graph: Graph, node: Node, x: str, kernel: Array, weights: Weights, groups: int) -> str:
    layer: Any = node.layer
    window, pads = _window(node, layer.kernel_size, layer.dilation_rate)
    arrays = [kernel, *([weights["bias"]] if layer.use_bias else [])]
    return _on_channels_first(
        graph, "Conv", x, *map(graph.constant, arrays),
        kernel_shape=window, dilations=layer.dilation_rate, group=groups, **pads,
    )  # fmt: skip


def _reduced(graph: Graph, operator: str, node: Node, inputs: list[str]) -> str:
    layer: Any = node.layer
    return graph.add(operator, inputs[0], graph.integers(1, 2), keepdims=int(layer.keepdims))


def _reshaped(graph: Graph, node: Node, inputs: list[str], batch: int) -> str:
    return graph.add("Reshape", inputs[0], graph.integers(batch, *node.output_shape))


def _window(
    node: Node, window: tuple[int, int], dilation: tuple[int, int] = (1, 1)
) -> tuple[tuple[int, int], Mapping[str, tuple[int, ...]]]:
    """Return the window and how it moves, as ONNX has it."""
    layer: Any = node.layer
    (top, bottom), (left, right) = (
        padding_amounts(node.input_shapes[0][axis], window[axis], layer.strides[axis], layer.padding, dilation[axis])
        for axis in (0, 1)
    )
    return window, {"strides": layer.strides, "pads": (top, left, bottom, right)}


def _on_channels_first(graph: Graph, operator: str, x: str, *others: str, **attributes: Any) -> str:
    inside = graph.add(operator, graph.add("Transpose", x, perm=CHANNELS_FIRST), *others, **attributes)
    return graph.add("Transpose", inside, perm=CHANNELS_LAST)
