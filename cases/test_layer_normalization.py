"""Layer normalization: statistics of each position by itself, gradients through them, parameters over all positions."""

from harness import (
    Activation,
    Conv2D,
    Dense,
    LayerNormalization,
    Random,
    Uniform,
    constant,
    grid,
    offset,
    tiny,
    verifies,
)

SHAPES = grid(
    LayerNormalization,
    input_shape=[(5,), (4, 3), (3, 1, 7)],
    center=[True, False],
    scale=[True, False],
    epsilon=[0.001, 0.25],
    batch_size=6,
)

# Of constant features nothing is left but beta, and a variance of 0.
VALUES = grid(
    LayerNormalization,
    name="layer_normalization-values",
    input_shape=(4, 5, 3),
    data=[constant, offset, tiny, Random("shifted", x=Uniform(30.0, 32.0))],
    batch_size=5,
)


def dense_layer_norm(activation="relu"):
    """Return a normalization between a layer and its activation."""
    return [Dense(6), LayerNormalization(), Activation(activation), Dense(3)]


def conv_layer_norm(padding="valid"):
    """Return a convolution whose channels are normalized at each pixel."""
    return [Conv2D(4, (3, 2), padding=padding), LayerNormalization(), Activation("relu")]


DENSE = grid(dense_layer_norm, input_shape=(8,), batch_size=[4, 7], steps=[1, 3])
IMAGES = grid(conv_layer_norm, input_shape=(6, 5, 3), padding=["valid", "same"], batch_size=[1, 3], steps=[1, 2])


@verifies(SHAPES)
def test_shapes(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(DENSE)
def test_after_a_dense_layer(): ...


@verifies(IMAGES)
def test_after_a_convolution(): ...
