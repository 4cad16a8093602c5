"""Flatten and Reshape: the order of elements, seen through weights that differ for each."""

from harness import Conv2D, Dense, Flatten, MaxPooling2D, Reshape, grid, verifies


def flatten_then_dense(units=3):
    """Return a flatten whose order shows in the gradient of the weights after it."""
    return [Flatten(), Dense(units)]


FLATTENED = grid(
    flatten_then_dense,
    input_shape=[(4, 3, 5), (3, 5, 1), (1, 1, 6), (2, 7, 3), (9,)],
    units=[1, 3],
    batch_size=[1, 4],
)


def conv_flatten_dense(filters=4):
    """Return a flatten between a convolution and a dense layer, both with weights to learn."""
    return [Conv2D(filters, (2, 3), activation="tanh"), MaxPooling2D(2, 1), Flatten(), Dense(3)]


BETWEEN = grid(conv_flatten_dense, input_shape=[(5, 6, 3), (6, 5, 1)], filters=[2, 5], batch_size=[1, 3])


def reshape_then_conv(target_shape):
    """Return a reshape whose order shows in the convolution after it."""
    return [Reshape(target_shape), Conv2D(5, (1, 2))]


IMAGES = grid(
    reshape_then_conv,
    input_shape=[(60,), (5, 4, 3)],
    target_shape=[(4, 5, 3), (3, 4, 5), (-1, 6, 2), (10, -1, 1)],
    batch_size=3,
)


def reshape_then_dense(target_shape):
    """Return a reshape to a row."""
    return [Reshape(target_shape), Dense(4)]


ROWS = grid(reshape_then_dense, input_shape=[(4, 3, 2), (2, 3, 4)], target_shape=[(24,), (-1,)])


@verifies(FLATTENED)
def test_the_order_of_flatten(): ...


@verifies(BETWEEN)
def test_flatten_inside_a_network(): ...


@verifies(IMAGES)
def test_reshape_to_an_image(): ...


@verifies(ROWS)
def test_reshape_to_a_row(): ...
