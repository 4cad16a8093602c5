"""Average pooling: how many elements a mean is over, at the border too, and how they share the gradient."""

from harness import AveragePooling2D, Conv2D, GlobalAveragePooling2D, constant, grid, offset, verifies

WINDOWS = grid(
    AveragePooling2D,
    input_shape=[(7, 5, 3), (6, 9, 4), (8, 7, 1)],
    pool_size=[1, 2, 3, (3, 2), (1, 4), 5],
    strides=[None, 1, 2, 3, 4, (1, 3)],
    padding=["valid", "same"],
    batch_size=3,
)

# The mean of equal numbers is that number at the border too, unless the padding is counted.
PADDED = grid(
    AveragePooling2D,
    name="average_pooling2d-padded",
    input_shape=[(5, 7, 3), (4, 3, 1)],
    pool_size=[2, 3, (4, 5)],
    strides=[None, 1, 2],
    padding="same",
    data=[constant, offset],
)

WHOLE_IMAGES = grid(
    GlobalAveragePooling2D,
    input_shape=[(5, 4, 3), (3, 7, 1), (1, 1, 4)],
    keepdims=[False, True],
    batch_size=[1, 5],
)


def conv_then_average(padding="valid", pool_size=2):
    """Return a convolution and the mean of its windows."""
    return [Conv2D(4, 3, activation="tanh"), AveragePooling2D(pool_size, 2, padding=padding)]


AFTER_A_CONVOLUTION = grid(
    conv_then_average,
    input_shape=[(8, 7, 3), (6, 9, 1)],
    padding=["valid", "same"],
    pool_size=[2, 3],
    batch_size=3,
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(PADDED)
def test_padding_is_left_out_of_the_mean(): ...


@verifies(WHOLE_IMAGES)
def test_whole_images(): ...


@verifies(AFTER_A_CONVOLUTION)
def test_an_average_after_a_convolution(): ...
