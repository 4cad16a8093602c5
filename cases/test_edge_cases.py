"""Edge cases: nothing, one of everything, all the same, far too much, and what does not divide."""

import pytest

from harness import (
    SGD,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Constant,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Random,
    SparseCategoricalCrossentropy,
    Uniform,
    constant,
    grid,
    huge,
    offset,
    saturated,
    ties,
    verifies,
    zeros,
)


def plain_cnn(activation="relu", use_bias=True):
    """Return the usual order of layers."""
    return [
        Conv2D(3, (3, 2), activation=activation, use_bias=use_bias),
        MaxPooling2D(2),
        Flatten(),
        Dense(4, activation, use_bias=use_bias),
    ]


# Without a bias every number before a relu is exactly 0.
NOTHING = grid(
    plain_cnn, input_shape=(6, 5, 2), activation=["relu", "sigmoid"], use_bias=[True, False], data=zeros
) + grid(plain_cnn, input_shape=(6, 5, 2), use_bias=False, data=Random("zero_weights", weight=Constant(0.0)))

ALL_THE_SAME = grid(
    plain_cnn,
    input_shape=[(6, 5, 2), (5, 8, 1)],
    activation=["relu", "sigmoid"],
    batch_size=[1, 3],
    data=[constant, ties],
)


def each_layer(layer):
    """Return the layer itself, so that one grid holds several kinds."""
    return layer


SIMPLE_LAYERS = [
    Conv2D(1, 1),
    Conv2D(3, 3, padding="same"),
    MaxPooling2D(1),
    MaxPooling2D(2, padding="same"),
    AveragePooling2D(3, 2, padding="same"),
    GlobalMaxPooling2D(),
    GlobalAveragePooling2D(),
]
ONE_OF_EVERYTHING = grid(
    each_layer,
    name="size1",
    input_shape=[(1, 1, 1), (1, 6, 3), (7, 1, 3), (5, 4, 1)],
    layer=[*SIMPLE_LAYERS, BatchNormalization()],
    batch_size=[1, 3],
)
ONE_CLASS = grid(Dense, name="one_class", input_shape=(3,), units=1, activation="softmax", batch_size=[1, 3])
# Batch normalization takes the mean off a constant, and leaves rounding errors for the gradient of gamma.
EVERY_LAYER_ON_CONSTANTS = grid(
    each_layer,
    name="same",
    input_shape=(5, 4, 3),
    layer=[*SIMPLE_LAYERS, BatchNormalization()],
    data=[constant, zeros],
)

SATURATED = grid(
    Activation,
    name="saturated",
    input_shape=[(7,), (4, 3, 2)],
    activation=["sigmoid", "tanh", "softmax", "softplus", "elu", "selu", "gelu"],
    data=[saturated, huge],
)


def saturated_cnn(activation, pooling):
    """Return the usual order of layers; which of several saturated numbers is the largest is up to the rounding."""
    return [Conv2D(3, (3, 2), activation=activation), pooling(2), Flatten(), Dense(4, activation)]


SATURATED_NETWORK = grid(
    saturated_cnn,
    input_shape=[(6, 5, 2), (5, 7, 1)],
    activation=["sigmoid", "tanh"],
    pooling=[AveragePooling2D, MaxPooling2D],
    data=[saturated, huge],
)

# Beyond ±17 a sigmoid or softmax in float32 rounds to 0 or 1: only a loss that works on logits goes on.
LARGE_LOGITS = grid(
    Activation,
    name="large_logits",
    activation="linear",
    input_shape=[(3,), (7,)],
    loss=[
        BinaryCrossentropy(from_logits=True),
        CategoricalCrossentropy(from_logits=True),
        SparseCategoricalCrossentropy(from_logits=True),
    ],
    data=[saturated, huge, Random("saturated_soft", x=Uniform(-64.0, 64.0), soft=True), offset],
    where=lambda loss, data: not (getattr(data, "soft", False) and loss.kind.startswith("Sparse")),
)

MANY_SAMPLES = grid(plain_cnn, name="many", input_shape=(5, 4, 1), batch_size=[17, 33]) + grid(
    Dense, name="many", input_shape=(3,), units=2, activation=["sigmoid", "softmax"], batch_size=[31, 257]
)

# More rows than a byte can count.
TALL = grid(MaxPooling2D, name="tall", input_shape=(259, 3, 1), pool_size=3, strides=[2, 5], batch_size=1) + grid(
    Conv2D, name="tall", input_shape=(259, 3, 1), filters=1, kernel_size=(3, 2), strides=3, batch_size=1
)
TALLER = grid(plain_cnn, name="taller", input_shape=[(300, 7, 1), (6, 301, 2)], batch_size=3)

NOT_DIVIDING = grid(plain_cnn, name="remainder", input_shape=[(8, 7, 3), (9, 10, 1), (7, 6, 2)], batch_size=[1, 4])

STEPS_OF_MANY_SIZES = grid(
    plain_cnn, name="rate", input_shape=(6, 5, 2), activation="sigmoid", optimizer=[SGD(100.0), SGD(2.0**-20), SGD(0.0)]
)


@verifies(NOTHING)
def test_zeros(): ...


@verifies(ALL_THE_SAME)
def test_constant_images_and_ties(): ...


@verifies(ONE_OF_EVERYTHING)
def test_sizes_of_one(): ...


@verifies(ONE_CLASS)
def test_a_softmax_over_one_class(): ...


@verifies(EVERY_LAYER_ON_CONSTANTS)
def test_every_layer_on_constants(): ...


@verifies(SATURATED)
def test_saturated_activations(): ...


@verifies(SATURATED_NETWORK)
def test_a_saturated_network(): ...


@verifies(LARGE_LOGITS)
def test_large_logits(): ...


@verifies(MANY_SAMPLES)
def test_many_samples(): ...


@verifies(TALL)
def test_more_rows_than_a_byte_counts(): ...


@pytest.mark.slow
@verifies(TALLER)
def test_more_rows_than_a_byte_counts_in_a_network(): ...


@verifies(NOT_DIVIDING)
def test_windows_that_do_not_divide_the_input(): ...


@verifies(STEPS_OF_MANY_SIZES)
def test_learning_rates_of_many_sizes(): ...
