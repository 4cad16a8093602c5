"""Training of several steps: nothing is kept that should not be, and nothing lost that should be kept."""

import pytest

from harness import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    RMSprop,
    grid,
    ties,
    verifies,
)

OPTIMIZERS = [
    SGD(0.5),
    SGD(2.0**-3, momentum=0.5, nesterov=True),
    Adam(2.0**-5, beta_1=0.875, beta_2=0.96875),
    RMSprop(2.0**-6),
]


def small_cnn(activation="relu"):
    """Return one layer of each kind that keeps something between forward and backward."""
    return [Conv2D(3, (3, 2), activation=activation), MaxPooling2D(2, 1), Flatten(), Dense(2)]


def normalized_cnn():
    """Return a network whose moving statistics change with every step.

    A normalization takes off whatever a bias before it adds: its gradient would be 0 but for the rounding.
    """
    return [Conv2D(3, 2, use_bias=False), BatchNormalization(momentum=0.5), Flatten(), Dense(4, "tanh"), Dense(2)]


CNNS = grid(
    small_cnn,
    input_shape=[(6, 5, 1), (5, 7, 3)],
    activation=["relu", "sigmoid", "tanh"],
    optimizer=OPTIMIZERS,
    steps=[2, 4],
    batch_size=[1, 3],
)

# Maxima move and tie from step to step: a mask that is not cleared shows.
TIES = grid(
    small_cnn, optimizer=SGD(2.0**-4), input_shape=[(6, 5, 1), (5, 7, 3)], steps=[2, 3], batch_size=[1, 3], data=ties
)

NORMALIZED = grid(
    normalized_cnn, input_shape=[(4, 5, 2), (5, 3, 1)], optimizer=OPTIMIZERS, steps=[2, 3], batch_size=[3, 4]
)

LONG = grid(
    small_cnn,
    name="small_cnn-long",
    input_shape=(6, 5, 1),
    activation=["sigmoid", "tanh"],
    optimizer=[SGD(2.0**-4), SGD(2.0**-5, momentum=0.5), Adam(2.0**-8, beta_1=0.875, beta_2=0.96875)],
    steps=20,
    batch_size=4,
)


@verifies(CNNS)
def test_networks_over_several_steps(): ...


@verifies(TIES)
def test_maxima_that_move(): ...


@verifies(NORMALIZED)
def test_moving_statistics_over_several_steps(): ...


@pytest.mark.slow
@verifies(LONG)
def test_many_steps(): ...
