"""Losses: their values, what they are averaged over, and the gradient they start."""

from harness import (
    Activation,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Dense,
    Huber,
    Integers,
    Random,
    SparseCategoricalCrossentropy,
    Uniform,
    grid,
    huge,
    lattice,
    random,
    saturated,
    soft,
    verifies,
)


def prediction(activation="linear"):
    """Return a network whose prediction is its input, or a function of it: the loss alone is seen."""
    return [Activation(activation)]


REGRESSION = grid(
    prediction,
    name="loss",
    input_shape=[(1,), (3,), (7,), (4, 3, 2)],
    loss=["mean_squared_error", "mean_absolute_error", "huber", Huber(delta=0.25)],
    batch_size=[1, 4, 6],
)

# Integers: prediction and target are often equal, or exactly 1 apart, where huber turns.
TURNING_POINTS = grid(
    prediction,
    name="turning_points",
    input_shape=[(3,), (5, 2, 3)],
    loss=["mean_squared_error", "mean_absolute_error", "huber", Huber(delta=2.0)],
    data=lattice,
)

SOFT_TARGETS = Random("soft", x=Uniform(-4.0, 4.0), soft=True)
HARD_TARGETS = Random("hard", x=Uniform(-4.0, 4.0))
LOGITS = grid(
    prediction,
    name="logits",
    input_shape=[(3,), (7,)],
    loss=[
        BinaryCrossentropy(from_logits=True),
        CategoricalCrossentropy(from_logits=True),
        SparseCategoricalCrossentropy(from_logits=True),
    ],
    batch_size=[1, 5],
    data=[HARD_TARGETS, SOFT_TARGETS],
    where=lambda loss, data: not (data.soft and isinstance(loss, SparseCategoricalCrossentropy)),
)

# From 1/8 to 7/8 and not summing to 1: categorical cross-entropy divides by the sum first.
UNNORMALIZED = [
    Random("unnormalized_hard", x=Uniform(0.125, 0.875)),
    Random("unnormalized_soft", x=Uniform(0.125, 0.875), soft=True),
]
PROBABILITIES = grid(
    prediction,
    name="probabilities",
    input_shape=[(3,), (7,)],
    loss=["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"],
    batch_size=[1, 5],
    data=UNNORMALIZED,
    where=lambda loss, data: not (data.soft and loss.startswith("sparse")),
)

AFTER_A_SIGMOID = grid(
    prediction,
    name="after_sigmoid",
    activation="sigmoid",
    input_shape=[(1,), (5,)],
    loss=["binary_crossentropy", "mean_squared_error", "mean_absolute_error"],
    data=[random, soft],
    where=lambda loss, data: not (data.soft and loss != "binary_crossentropy"),
)

AFTER_A_SOFTMAX = grid(
    prediction,
    name="after_softmax",
    activation="softmax",
    input_shape=[(3,), (10,)],
    loss=["categorical_crossentropy", "sparse_categorical_crossentropy", "mean_squared_error"],
    data=[random, soft],
    where=lambda loss, data: not (data.soft and loss != "categorical_crossentropy"),
)

# A probability near 0 or 1 meets the clip. In float32 the upper one is 1 - 2**-23, another number and so another
# function than in float64.
SATURATED = [
    saturated,
    huge,
    Random("saturated_soft", x=Uniform(-64.0, 64.0), soft=True),
    Random("huge_soft", x=Uniform(-(2.0**13), 2.0**13), soft=True),
]
AT_THE_CLIP = (
    grid(
        prediction,
        name="clipped",
        activation="sigmoid",
        input_shape=[(3,), (6,)],
        loss="binary_crossentropy",
        data=SATURATED,
    )
    + grid(
        prediction,
        name="clipped",
        activation="softmax",
        input_shape=[(3,), (6,)],
        loss=["categorical_crossentropy", "sparse_categorical_crossentropy"],
        data=SATURATED,
        where=lambda loss, data: not (data.soft and loss.startswith("sparse")),
    )
    + grid(
        prediction,
        name="zero_or_one",
        input_shape=[(3,), (6,)],
        loss="binary_crossentropy",
        data=[Random("integers", x=Integers(0, 1)), Random("integers_soft", x=Integers(0, 1), soft=True)],
    )
)


def classifier(last="softmax"):
    """Return a small classifier."""
    return [Dense(8, "tanh"), Dense(5, last)]


CLASSIFIERS = grid(
    classifier,
    input_shape=[(6,), (9,)],
    loss=["categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"],
    last=["softmax", "sigmoid"],
    data=[random, soft],
    batch_size=[1, 4],
    where=lambda loss, data: not (data.soft and loss.startswith("sparse")),
)


@verifies(REGRESSION)
def test_regression(): ...


@verifies(TURNING_POINTS)
def test_where_the_slope_turns(): ...


@verifies(LOGITS)
def test_logits(): ...


@verifies(PROBABILITIES)
def test_probabilities_that_do_not_sum_to_one(): ...


@verifies(AFTER_A_SIGMOID)
def test_after_a_sigmoid(): ...


@verifies(AFTER_A_SOFTMAX)
def test_after_a_softmax(): ...


@verifies(AT_THE_CLIP)
def test_probabilities_of_zero_and_one(): ...


@verifies(CLASSIFIERS)
def test_classifiers(): ...
