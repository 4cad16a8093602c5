"""Transposed convolution: every pixel adds a scaled kernel to the output; gaps, overlaps and cropped borders."""

from harness import Conv2D, Conv2DTranspose, grid, verifies

WINDOWS = grid(
    Conv2DTranspose,
    input_shape=[(4, 3, 2), (3, 5, 4), (5, 4, 1)],
    filters=[3, 5],
    kernel_size=[1, 2, 3, (3, 2), 5],
    strides=[1, 2, 3, (3, 1)],
    padding=["valid", "same"],
    use_bias=[True, False],
    batch_size=3,
    where=lambda kernel_size, strides: kernel_size != 1 or strides == 1,
)

# In float32 these make oneDNN write outside its buffers in TensorFlow 2.21: wrong gradients, then a crash.
GAPS = grid(
    Conv2DTranspose,
    name="conv2d_transpose-gaps",
    input_shape=[(4, 3, 2), (3, 5, 4), (5, 4, 1)],
    filters=3,
    kernel_size=1,
    strides=[2, 3, (3, 1)],
    padding=["valid", "same"],
    batch_size=3,
    dtype="float64",
)

FUSED_ACTIVATIONS = grid(
    Conv2DTranspose,
    input_shape=[(3, 4, 5), (4, 3, 1)],
    filters=3,
    kernel_size=2,
    strides=2,
    activation=["tanh", "relu", "softmax"],
)


def down_and_up(strides=2, padding="valid"):
    """Return a convolution and a transposed one that brings its result back to about the size it had."""
    return [
        Conv2D(4, 3, strides=strides, padding=padding, activation="relu"),
        Conv2DTranspose(2, 3, strides=strides, padding=padding),
    ]


DOWN_AND_UP = grid(
    down_and_up, input_shape=[(7, 9, 1), (6, 5, 3)], strides=[2, 3], padding=["valid", "same"], batch_size=3
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(GAPS)
def test_a_kernel_of_one_that_leaves_gaps(): ...


@verifies(FUSED_ACTIVATIONS)
def test_an_activation_fused_into_the_layer(): ...


@verifies(DOWN_AND_UP)
def test_a_network_that_goes_down_and_up_again(): ...
