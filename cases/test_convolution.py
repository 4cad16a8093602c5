"""Convolution: where windows go, which kernel element meets which pixel, and how their gradients come back."""

from harness import Activation, Conv2D, MaxPooling2D, Random, Uniform, grid, offset, pixels, ties, tiny, verifies

ACTIVATIONS = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "softmax"]

WINDOWS = grid(
    Conv2D,
    input_shape=[(7, 6, 3), (6, 9, 4), (5, 8, 1)],
    filters=5,
    kernel_size=[1, 2, 3, (3, 2), 5],
    strides=[1, 2, 3, (2, 1)],
    padding=["valid", "same"],
    use_bias=[True, False],
    batch_size=3,
    where=lambda kernel_size, strides: kernel_size != 1 or strides != (2, 1),
)

# In float32 this combination makes oneDNN write outside its buffers in TensorFlow 2.21: wrong gradients, then a crash.
ROWS_LEFT_OUT = grid(
    Conv2D,
    name="conv2d-rows",
    input_shape=[(7, 6, 3), (6, 9, 4), (5, 8, 1)],
    filters=5,
    kernel_size=1,
    strides=[(2, 1), (3, 1)],
    padding=["valid", "same"],
    batch_size=3,
    dtype="float64",
)

DILATIONS = grid(
    Conv2D,
    input_shape=[(9, 7, 3), (8, 11, 4)],
    filters=5,
    kernel_size=[2, 3, (2, 3)],
    dilation_rate=[2, 3, (1, 3)],
    padding=["valid", "same"],
    batch_size=3,
)

GROUPS = grid(
    Conv2D,
    input_shape=[(7, 5, 6), (5, 8, 12)],
    filters=[6, 18],
    kernel_size=[1, (3, 2)],
    strides=[1, 3],
    padding=["valid", "same"],
    groups=[2, 3, 6],
    batch_size=5,
)

FUSED_ACTIVATIONS = grid(
    Conv2D,
    input_shape=[(6, 5, 3), (4, 7, 1)],
    filters=[4, 7],
    kernel_size=(2, 3),
    padding=["valid", "same"],
    activation=ACTIVATIONS,
)

AS_LARGE_AS_THE_INPUT = grid(
    Conv2D,
    name="conv2d-whole",
    input_shape=(5, 4, 3),
    filters=[1, 7],
    kernel_size=[(5, 4), (5, 1), (1, 4)],
    padding=["valid", "same"],
)

LARGER_THAN_THE_INPUT = grid(
    Conv2D,
    name="conv2d-beyond",
    input_shape=[(3, 4, 2), (4, 3, 1)],
    filters=5,
    kernel_size=[5, (6, 7)],
    strides=[1, 2, 3],
    padding="same",
    batch_size=3,
)

VALUES = grid(
    Conv2D,
    name="conv2d-values",
    input_shape=[(7, 5, 3), (5, 6, 1)],
    filters=4,
    kernel_size=(3, 2),
    padding=["valid", "same"],
    data=[ties, tiny, offset, pixels, Random("spread", x=Uniform(-256.0, 256.0))],
)


def conv_then_conv(between="linear", kernel_size=3, strides=1, padding="valid"):
    """Return two convolutions with different sizes, so that the first one's gradient has gone through the second."""
    return [
        Conv2D(3, kernel_size, activation=between),
        Conv2D(4, (2, 3), strides=strides, padding=padding),
        Activation("tanh"),
    ]


STACKS = grid(
    conv_then_conv,
    input_shape=[(8, 7, 2), (7, 9, 1)],
    between=["sigmoid", "relu"],
    kernel_size=[2, 3, (1, 3)],
    strides=[1, 2, (1, 2)],
    padding=["valid", "same"],
    batch_size=3,
)


def conv_then_pool(padding="valid"):
    """Return a convolution and a pooling that leaves a remainder."""
    return [Conv2D(5, 3, padding=padding, activation="relu"), MaxPooling2D(2)]


POOLED = grid(
    conv_then_pool,
    input_shape=[(7, 8, 3), (9, 5, 1)],
    padding=["valid", "same"],
    batch_size=[1, 3],
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(ROWS_LEFT_OUT)
def test_a_kernel_of_one_that_leaves_rows_out(): ...


@verifies(DILATIONS)
def test_dilated_kernels(): ...


@verifies(GROUPS)
def test_groups_see_their_own_channels_only(): ...


@verifies(FUSED_ACTIVATIONS)
def test_an_activation_fused_into_the_layer(): ...


@verifies(AS_LARGE_AS_THE_INPUT)
def test_a_kernel_as_large_as_the_input(): ...


@verifies(LARGER_THAN_THE_INPUT)
def test_a_kernel_larger_than_the_input_with_padding(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(STACKS)
def test_a_convolution_hands_its_gradient_to_the_one_before(): ...


@verifies(POOLED)
def test_a_convolution_before_a_pooling(): ...
