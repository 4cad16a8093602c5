"""Activations: their values and slopes, in the middle, at their kinks and far out."""

from harness import Activation, Dense, Elu, LeakyRelu, Random, Uniform, grid, ties, tiny, verifies

EVERY = [
    "linear",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    LeakyRelu(negative_slope=0.25),
    LeakyRelu(negative_slope=3.0),
    "elu",
    Elu(alpha=0.5),
    "selu",
    "softplus",
    "gelu",
    "softmax",
]

MIDDLE = grid(
    Activation,
    activation=EVERY,
    input_shape=[(7,), (5, 4, 3)],
    data=[Random("wide", x=Uniform(-4.0, 4.0)), tiny],
)

# Integers from -1 to 1: a third of the inputs are exactly 0.
KINKS = grid(Activation, activation=EVERY, input_shape=[(6,), (4, 5, 3)], data=ties)

FAR_OUT = grid(
    Activation,
    activation=EVERY,
    input_shape=(11,),
    data=[Random("far_up", x=Uniform(3.0, 11.0)), Random("far_down", x=Uniform(-11.0, -3.0))],
    batch_size=3,
)


def hidden(activation):
    """Return the activation between two layers, where the gradient that arrives is dense."""
    return [Dense(6), Activation(activation), Dense(4)]


HIDDEN = grid(hidden, activation=EVERY, input_shape=(5,), batch_size=[1, 3])


@verifies(MIDDLE)
def test_the_middle(): ...


@verifies(KINKS)
def test_exactly_zero(): ...


@verifies(FAR_OUT)
def test_far_out(): ...


@verifies(HIDDEN)
def test_between_two_layers(): ...
