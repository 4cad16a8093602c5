"""Batch normalization: statistics of the batch, gradients through them, and the moving ones for inference."""

from harness import Activation, BatchNormalization, Conv2D, Dense, Random, Uniform, grid, pixels, ties, verifies

SHAPES = grid(
    BatchNormalization,
    input_shape=[(5,), (4, 3, 2), (3, 5, 4), (6, 1, 1)],
    center=[True, False],
    scale=[True, False],
    batch_size=[3, 5, 8],
)

ARGUMENTS = grid(
    BatchNormalization,
    input_shape=[(7,), (3, 4, 5)],
    momentum=[0.99, 0.5, 0.0, 1.0],
    epsilon=[0.001, 0.25],
    steps=[1, 3],
)

VALUES = grid(
    BatchNormalization,
    name="batch_normalization-values",
    input_shape=[(6,), (4, 5, 3)],
    data=[ties, pixels, Random("shifted", x=Uniform(3.0, 5.0))],
)


def dense_norm(activation="relu", use_bias=False):
    """Return a normalization between a layer and its activation.

    It takes the layer's bias off again, if there is one, and leaves it a gradient of nothing but rounding errors.
    """
    return [Dense(6, use_bias=use_bias), BatchNormalization(momentum=0.75), Activation(activation), Dense(3)]


def conv_norm(padding="valid"):
    """Return a convolution whose result is normalized channel by channel."""
    return [Conv2D(4, (3, 2), padding=padding, use_bias=False), BatchNormalization(momentum=0.75), Activation("relu")]


DENSE = grid(
    dense_norm,
    input_shape=[(5,), (8,)],
    activation=["relu", "sigmoid"],
    use_bias=[False, True],
    batch_size=[4, 7],
    steps=[1, 3],
)
IMAGES = grid(conv_norm, input_shape=[(6, 5, 3), (5, 7, 1)], padding=["valid", "same"], batch_size=[1, 3], steps=[1, 2])


@verifies(SHAPES)
def test_shapes(): ...


@verifies(ARGUMENTS)
def test_momentum_and_epsilon(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(DENSE)
def test_after_a_dense_layer(): ...


@verifies(IMAGES)
def test_after_a_convolution(): ...
