"""Exact lattice: small integers, powers of two, and no division that rounds, so that every order gives the same bits.

A float32 that differs from the float64 by a single bit here has computed something else.
"""

from harness import (
    SGD,
    Activation,
    Conv2D,
    Dense,
    Flatten,
    Integers,
    MaxPooling2D,
    Random,
    ZeroPadding2D,
    grid,
    lattice,
    verifies,
)

# Batch sizes, learning rates and the number of outputs are powers of two.
BINARY = Random("lattice", x=Integers(-1, 1), weight=Integers(-1, 1), target=Integers(-2, 2))


def dense_relu(units=4):
    """Return one layer of integers."""
    return [Dense(units, "relu")]


def conv_relu(kernel_size=3, padding="valid"):
    """Return a convolution of integers whose outputs are many but a power of two."""
    return [Conv2D(4, kernel_size, padding=padding, activation="relu")]


def pool_of_integers(pool_size=2, strides=None):
    """Return a pooling full of ties, and an edge of zeros that ties with them."""
    return [ZeroPadding2D(1), Activation("relu"), MaxPooling2D(pool_size, strides)]


def integer_network():
    """Return every layer that computes integers from integers."""
    return [Conv2D(2, 2, activation="relu"), MaxPooling2D(2, 1), Flatten(), Dense(4, "relu"), Dense(2)]


DENSE = grid(dense_relu, input_shape=[(5,), (11,)], units=[4, 8, 16], batch_size=[4, 8], data=lattice)
CONVOLUTIONS = grid(
    conv_relu,
    input_shape=[(8, 4, 2), (4, 8, 1)],
    kernel_size=[1, 2, (3, 2), 3],
    padding="same",
    batch_size=[1, 2],
    optimizer=SGD(2.0),
    data=lattice,
)
POOLINGS = grid(
    pool_of_integers,
    input_shape=[(6, 6, 2), (2, 14, 1)],
    pool_size=[1, 2],
    strides=[None],
    batch_size=[1, 4],
    data=lattice,
)
NETWORKS = grid(
    integer_network,
    input_shape=[(4, 5, 1), (5, 4, 3)],
    batch_size=[1, 2],
    optimizer=[SGD(0.5), SGD(2.0**-4)],
    data=BINARY,
)


@verifies(DENSE)
def test_dense(): ...


@verifies(CONVOLUTIONS)
def test_convolution(): ...


@verifies(POOLINGS)
def test_pooling(): ...


@verifies(NETWORKS)
def test_networks(): ...
