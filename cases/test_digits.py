"""Training on real images: scikit-learn's handwritten digits, 8 × 8 pixels in 10 classes."""

import pytest

from harness import SGD, Adam, Conv2D, Dense, Flatten, MaxPooling2D, RMSprop, digits, grid, verifies


def digits_cnn(filters=3, activation="relu"):
    """Return a convolutional classifier."""
    return [Conv2D(filters, 3, activation=activation), MaxPooling2D(2), Flatten(), Dense(10, "softmax")]


def digits_dense(units=9):
    """Return a classifier of one hidden layer."""
    return [Flatten(), Dense(units, "sigmoid"), Dense(10, "softmax")]


LOSSES = ["categorical_crossentropy", "sparse_categorical_crossentropy"]

CNNS = grid(
    digits_cnn,
    input_shape=(8, 8, 1),
    filters=[2, 3],
    activation=["relu", "sigmoid"],
    loss=LOSSES,
    batch_size=[1, 4],
    steps=[1, 3],
    data=digits,
)
DENSE = grid(
    digits_dense,
    input_shape=(8, 8, 1),
    units=[5, 9],
    loss=LOSSES,
    optimizer=[SGD(0.5), RMSprop(2.0**-6)],
    batch_size=[1, 6],
    steps=[1, 2],
    data=digits,
)
LONG = grid(
    digits_cnn,
    name="digits_cnn-long",
    input_shape=(8, 8, 1),
    filters=5,
    loss="sparse_categorical_crossentropy",
    optimizer=[SGD(2.0**-3, momentum=0.5), Adam(2.0**-8, beta_1=0.875, beta_2=0.96875)],
    batch_size=16,
    steps=15,
    data=digits,
)


@verifies(CNNS)
def test_a_convolutional_network(): ...


@verifies(DENSE)
def test_a_dense_network(): ...


@pytest.mark.slow
@verifies(LONG)
def test_many_steps(): ...
