"""Depthwise convolution: every channel has kernels of its own, and no channel sees another."""

from harness import DepthwiseConv2D, grid, verifies

WINDOWS = grid(
    DepthwiseConv2D,
    input_shape=[(7, 6, 3), (5, 8, 4), (6, 5, 1)],
    kernel_size=[1, 2, 3, (2, 3), 5],
    strides=[1, 2, 3],
    padding=["valid", "same"],
    depth_multiplier=[1, 2, 5],
    use_bias=[True, False],
    batch_size=3,
)

DILATIONS = grid(
    DepthwiseConv2D,
    input_shape=[(9, 7, 3), (8, 11, 1)],
    kernel_size=[3, (3, 2)],
    dilation_rate=[2, 3, (1, 2)],
    padding=["valid", "same"],
    depth_multiplier=[1, 4],
)

FUSED_ACTIVATIONS = grid(
    DepthwiseConv2D,
    input_shape=(6, 5, 3),
    kernel_size=(2, 3),
    depth_multiplier=[1, 2],
    activation=["sigmoid", "relu", "softmax"],
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(DILATIONS)
def test_dilated_kernels(): ...


@verifies(FUSED_ACTIVATIONS)
def test_an_activation_fused_into_the_layer(): ...
