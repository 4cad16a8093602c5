"""Optimizers: the rule of each, over several steps, with the state it keeps between them."""

from harness import SGD, Adam, Conv2D, Dense, Flatten, RMSprop, grid, verifies

# Learning rates are powers of two: Keras keeps them in float32, which holds these exactly.
RATE = 2.0**-3
DESCENTS = [
    SGD(RATE),
    SGD(1.0),
    SGD(RATE, momentum=0.5),
    SGD(RATE, momentum=0.9),
    SGD(RATE, momentum=0.5, nesterov=True),
    SGD(RATE, momentum=0.9, nesterov=True),
]
# Betas that float32 holds exactly; of the default ones Keras keeps 0.999 in float32, which 1 - 0.999 shows.
ADAMS = [
    Adam(RATE, beta_1=0.875, beta_2=0.96875),
    Adam(2.0**-6, beta_1=0.5, beta_2=0.75),
    Adam(RATE, beta_1=0.0, beta_2=0.875),
    Adam(RATE, beta_1=0.75, beta_2=0.5, epsilon=0.25),
]
DEFAULT_BETAS = [Adam(RATE), Adam(2.0**-6, epsilon=0.25)]
MEAN_SQUARES = [
    RMSprop(2.0**-6),
    RMSprop(RATE, rho=0.5),
    RMSprop(RATE, momentum=0.5),
    RMSprop(RATE, epsilon=0.25),
    RMSprop(RATE, centered=True),
    RMSprop(RATE, rho=0.75, momentum=0.5, centered=True),
]


def dense_pair(units=4):
    """Return two layers, so that the state of four parameters must be kept apart."""
    return [Dense(units, "tanh"), Dense(3)]


def conv_and_dense():
    """Return a network whose parameters have four, two and one dimensions."""
    return [Conv2D(3, 2, activation="sigmoid"), Flatten(), Dense(2)]


def over_steps(optimizers):
    """Return cases of one step, and of as many as it takes to see what is kept between them."""
    dense = grid(dense_pair, input_shape=(5,), optimizer=optimizers, steps=[1, 2, 3, 5], units=[4, 7], batch_size=3)
    return dense + grid(conv_and_dense, input_shape=(4, 5, 3), optimizer=optimizers, steps=3, batch_size=[1, 4])


DEFAULTS = grid(dense_pair, name="defaults", input_shape=(6,), optimizer=["sgd", "adam", "rmsprop"], steps=[1, 3])


@verifies(over_steps(DESCENTS))
def test_gradient_descent(): ...


@verifies(over_steps(ADAMS))
def test_adam(): ...


@verifies(over_steps(DEFAULT_BETAS))
def test_adam_with_its_default_betas(): ...


@verifies(over_steps(MEAN_SQUARES))
def test_rmsprop(): ...


@verifies(DEFAULTS)
def test_default_arguments(): ...
