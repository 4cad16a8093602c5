"""Zero padding: where the zeros go, and that their gradient goes nowhere."""

from harness import AveragePooling2D, Conv2D, MaxPooling2D, Random, Uniform, ZeroPadding2D, grid, verifies

SIDES = grid(
    ZeroPadding2D,
    input_shape=[(4, 3, 2), (3, 5, 4), (1, 6, 1)],
    padding=[0, 1, 3, (1, 2), (0, 3), ((1, 2), (0, 3)), ((0, 0), (2, 1)), ((4, 0), (0, 5))],
)


def padding_then_conv(padding=1, kernel_size=3, strides=1):
    """Return padding by hand and a convolution without any of its own."""
    return [ZeroPadding2D(padding), Conv2D(5, kernel_size, strides=strides)]


BEFORE_A_CONVOLUTION = grid(
    padding_then_conv,
    input_shape=[(6, 5, 3), (4, 7, 1)],
    padding=[1, (1, 2), ((2, 0), (1, 4))],
    kernel_size=[2, 3],
    strides=[1, 2, 3],
    batch_size=3,
)


def padding_then_pool(pool=MaxPooling2D):
    """Return padding that takes part in a pooling: unlike ``same``, its zeros count."""
    return [ZeroPadding2D(((1, 2), (2, 1))), pool(3, 2)]


NEGATIVE = Random("negative", x=Uniform(-3.0, -1.0))
MAXIMA_IN_THE_PADDING = grid(
    padding_then_pool, name="padding_then_max", input_shape=[(5, 4, 3), (4, 7, 1)], data=NEGATIVE
)
MEANS_WITH_THE_PADDING = grid(
    padding_then_pool,
    name="padding_then_mean",
    pool=AveragePooling2D,
    input_shape=[(5, 4, 3), (4, 7, 1)],
    data=NEGATIVE,
)


@verifies(SIDES)
def test_every_side_by_itself(): ...


@verifies(BEFORE_A_CONVOLUTION)
def test_padding_before_a_convolution(): ...


@verifies(MAXIMA_IN_THE_PADDING)
def test_zeros_that_win_a_window(): ...


@verifies(MEANS_WITH_THE_PADDING)
def test_zeros_that_lower_a_mean(): ...
