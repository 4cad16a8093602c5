"""Whole small networks: chains, branches that meet again, and gradients that add up where they parted."""

import pytest

from harness import (
    SGD,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
    grid,
    verifies,
)

# A step that makes a classifier certain leaves a loss of rounding errors.
GENTLE = SGD(2.0**-5)


def lenet(activation="tanh", pool=AveragePooling2D):
    """Return LeNet's order of layers at a size that loops can do."""
    return [
        Conv2D(3, 3, padding="same", activation=activation),
        pool(2),
        Conv2D(4, (3, 2), activation=activation),
        pool(2, 1),
        Flatten(),
        Dense(7, activation),
        Dense(5, "softmax"),
    ]


LENETS = grid(
    lenet,
    input_shape=[(11, 10, 1), (9, 12, 2)],
    activation=["tanh", "relu", "sigmoid"],
    loss=["categorical_crossentropy", "sparse_categorical_crossentropy"],
    optimizer=GENTLE,
    batch_size=[1, 3],
)
LENETS_WITH_MAXIMA = grid(
    lenet,
    name="lenet_max",
    pool=MaxPooling2D,
    input_shape=[(11, 10, 1), (9, 12, 2)],
    activation=["relu", "tanh"],
    loss="categorical_crossentropy",
    optimizer=GENTLE,
    batch_size=[1, 3],
)


def residual(normalize=False):
    """Return a block whose input goes through two convolutions and around them."""
    first = [BatchNormalization(name="first_norm")] if normalize else []
    return [
        Conv2D(4, 3, padding="same", name="start"),
        Conv2D(4, 3, padding="same", use_bias=not normalize, name="first"),
        *first,
        Activation("relu"),
        Conv2D(4, 3, padding="same", name="second"),
        Add(inputs=["start", "second"]),
        Activation("relu"),
        GlobalAveragePooling2D(),
        Dense(3),
    ]


def residual_around_everything():
    """Return a block that adds the network's own input, and reads one layer three times."""
    return [
        Conv2D(3, (3, 2), padding="same", activation="tanh", name="first"),
        Conv2D(3, 1, name="second"),
        Add(inputs=["input", "first", "second"], name="sum"),
        MaxPooling2D(3, 2, name="pool"),
        Flatten(),
        Dense(2),
    ]


RESIDUALS = grid(residual, input_shape=[(6, 5, 3), (5, 7, 1)], normalize=[False, True], batch_size=[1, 3])
RESIDUALS_AROUND = grid(residual_around_everything, input_shape=[(7, 5, 3), (5, 6, 3)], batch_size=[1, 4], steps=[1, 2])


def two_branches(left=(3, 3), right=1):
    """Return two convolutions of one input whose channels are put side by side."""
    return [
        Conv2D(2, left, padding="same", activation="relu", inputs="input", name="left"),
        Conv2D(5, right, padding="same", activation="sigmoid", inputs="input", name="right"),
        Concatenate(inputs=["left", "right"]),
        Conv2D(3, 2),
        Flatten(),
        Dense(4, "softmax"),
    ]


def three_branches_and_the_input():
    """Return an inception-like block: four tensors side by side, three ways to look at one image."""
    return [
        Conv2D(3, 1, inputs="input", name="one"),
        DepthwiseConv2D(3, padding="same", depth_multiplier=2, inputs="input", name="deep"),
        MaxPooling2D(3, 1, padding="same", inputs="input", name="pool"),
        Concatenate(inputs=["one", "input", "deep", "pool"], name="all"),
        GlobalMaxPooling2D(),
        Dense(3),
    ]


def two_towers():
    """Return branches of different depth that meet as rows of features."""
    return [
        Conv2D(3, 3, activation="relu", inputs="input"),
        Flatten(name="image"),
        GlobalAveragePooling2D(inputs="input"),
        Dense(4, "tanh", name="colors"),
        Concatenate(inputs=["image", "colors"]),
        Dense(2, "sigmoid"),
    ]


BRANCHES = grid(
    two_branches,
    input_shape=[(6, 5, 3), (4, 7, 1)],
    left=[3, (1, 3)],
    right=[1, 2],
    loss=["categorical_crossentropy", "mean_squared_error"],
    optimizer=GENTLE,
    batch_size=[1, 3],
)
MANY_BRANCHES = grid(three_branches_and_the_input, input_shape=[(5, 4, 2), (4, 6, 3)], batch_size=[1, 3], steps=[1, 2])
TOWERS = grid(two_towers, input_shape=[(5, 6, 3), (6, 4, 1)], loss=["binary_crossentropy", "huber"], batch_size=[1, 4])


def autoencoder(code=4):
    """Return a network that brings an image to a few numbers and back to its own size."""
    return [
        Conv2D(3, 3, strides=2, padding="same", activation="relu"),
        Flatten(),
        Dense(code, "tanh"),
        Dense(24, "relu"),
        Reshape((4, 3, 2)),
        Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu"),
        ZeroPadding2D(((0, 0), (1, 0))),
        Conv2D(1, 2, padding="same", activation="sigmoid"),
    ]


AUTOENCODERS = grid(
    autoencoder,
    input_shape=(8, 7, 1),
    code=[3, 5],
    loss=["mean_squared_error", "binary_crossentropy", "mean_absolute_error"],
    batch_size=[1, 3],
)


def deep():
    """Return eight convolutions in a row."""
    return [*(Conv2D(4, 3, padding="same", activation="tanh") for _ in range(8)), Flatten(), Dense(5)]


DEEP = grid(deep, input_shape=(9, 8, 3), batch_size=4, optimizer=SGD(2.0**-3))
LARGE_LENETS = grid(
    lenet,
    name="lenet-large",
    input_shape=[(28, 28, 1), (27, 31, 3)],
    activation=["tanh", "relu"],
    pool=[AveragePooling2D, MaxPooling2D],
    loss="categorical_crossentropy",
    optimizer=GENTLE,
    batch_size=8,
    steps=3,
)


@verifies(LENETS)
def test_lenet(): ...


@verifies(LENETS_WITH_MAXIMA)
def test_lenet_with_max_pooling(): ...


@verifies(RESIDUALS)
def test_a_residual_block(): ...


@verifies(RESIDUALS_AROUND)
def test_a_residual_block_around_everything(): ...


@verifies(BRANCHES)
def test_two_branches(): ...


@verifies(MANY_BRANCHES)
def test_many_branches(): ...


@verifies(TOWERS)
def test_branches_of_different_depth(): ...


@verifies(AUTOENCODERS)
def test_an_autoencoder(): ...


@pytest.mark.slow
@verifies(DEEP)
def test_a_deep_network(): ...


@pytest.mark.slow
@verifies(LARGE_LENETS)
def test_lenet_on_larger_images(): ...
