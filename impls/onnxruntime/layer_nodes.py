"""Layers as ONNX nodes: images are (batch, height, width, channels) between layers, channels first inside."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.cases.network import Node
from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.numerics.geometry import padding_amounts
from harness.operators import layers
from impls.onnxruntime.activation_nodes import add_activation
from impls.onnxruntime.graph import Graph

Weights = Mapping[str, Array]
CHANNELS_FIRST, CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


def add_layer(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    """Add a layer with its activation; returns the name of its output."""
    add = LAYERS.get(type(node.layer))
    if add is None:
        raise Unsupported(f"onnxruntime: {NOT_ADDED.get(node.layer.kind, f'no graph for {node.layer.kind}')}")
    y = add(graph, node, inputs, weights, batch)
    return add_activation(graph, node.layer.fused_activation, y)


# ONNX's BatchNormalization in training mode has no kernel outside of training builds.
NOT_ADDED = {"BatchNormalization": "inference builds cannot normalize with the batch's own statistics"}


def _activation(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    return inputs[0]


def _add(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    return graph.add("Sum", *inputs)


def _average_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    window, pads = _window(node, node.layer.pool_size)  # type: ignore[attr-defined]
    return _on_channels_first(graph, "AveragePool", inputs[0], kernel_shape=window, count_include_pad=0, **pads)


def _concatenate(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    return graph.add("Concat", *inputs, axis=-1)


def _conv2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    layer: Any = node.layer
    kernel = weights["kernel"].transpose(3, 2, 0, 1)
    return _convolution(graph, node, inputs[0], kernel, weights, layer.groups)


def _depthwise_conv2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    layer: Any = node.layer
    channels = node.input_shapes[0][-1]
    kernel = weights["kernel"].transpose(2, 3, 0, 1)
    kernel = kernel.reshape(channels * layer.depth_multiplier, 1, *layer.kernel_size)
    return _convolution(graph, node, inputs[0], kernel, weights, channels)


def _convolution(graph: Graph, node: Node, x: str, kernel: Array, weights: Weights, groups: int) -> str:
    layer: Any = node.layer
    window, pads = _window(node, layer.kernel_size, layer.dilation_rate)
    arrays = [kernel, *([weights["bias"]] if layer.use_bias else [])]
    return _on_channels_first(
        graph, "Conv", x, *map(graph.constant, arrays),
        kernel_shape=window, dilations=layer.dilation_rate, group=groups, **pads,
    )  # fmt: skip


def _conv2d_transpose(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
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


def _dense(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    return graph.add(
        "Gemm", inputs[0], *(graph.constant(weights[name]) for name in ("kernel", "bias") if name in weights)
    )


def _global(operator: str) -> "Add":
    def add(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
        return graph.add(operator, inputs[0], graph.integers(1, 2), keepdims=int(node.layer.keepdims))  # type: ignore[attr-defined]

    return add


def _max_pooling2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    window, pads = _window(node, node.layer.pool_size)  # type: ignore[attr-defined]
    return _on_channels_first(graph, "MaxPool", inputs[0], kernel_shape=window, **pads)


def _reshaped(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    return graph.add("Reshape", inputs[0], graph.integers(batch, *node.output_shape))


def _zero_padding2d(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    (top, bottom), (left, right) = node.layer.padding  # type: ignore[attr-defined]
    return graph.add("Pad", inputs[0], graph.integers(0, top, left, 0, 0, bottom, right, 0))


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


Add = Callable[[Graph, Node, list[str], Weights, int], str]
LAYERS: Mapping[type[layers.Layer], Add] = MappingProxyType(
    {
        layers.Activation: _activation,
        layers.Add: _add,
        layers.AveragePooling2D: _average_pooling2d,
        layers.Concatenate: _concatenate,
        layers.Conv2D: _conv2d,
        layers.Conv2DTranspose: _conv2d_transpose,
        layers.Dense: _dense,
        layers.DepthwiseConv2D: _depthwise_conv2d,
        layers.Flatten: _reshaped,
        layers.GlobalAveragePooling2D: _global("ReduceMean"),
        layers.GlobalMaxPooling2D: _global("ReduceMax"),
        layers.MaxPooling2D: _max_pooling2d,
        layers.Reshape: _reshaped,
        layers.ZeroPadding2D: _zero_padding2d,
    }
)
