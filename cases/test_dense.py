"""Fully connected layers: every unit has weights of its own, and the gradient is a mean over the batch."""

from harness import Dense, grid, offset, pixels, ties, tiny, verifies

SIZES = grid(
    Dense,
    input_shape=[(1,), (5,), (8,), (13,)],
    units=[1, 3, 7, 10],
    use_bias=[True, False],
    batch_size=[1, 3, 6],
)

FUSED_ACTIVATIONS = grid(
    Dense,
    input_shape=[(7,), (11,)],
    units=[3, 5],
    activation=["linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "softmax"],
)

VALUES = grid(Dense, name="dense-values", input_shape=(7,), units=[1, 3], data=[ties, tiny, offset, pixels])


def dense_chain(first="sigmoid", last="linear", units=4):
    """Return three layers of different widths."""
    return [Dense(6, first), Dense(units, first), Dense(3, last)]


CHAINS = grid(
    dense_chain,
    input_shape=[(5,), (9,)],
    first=["sigmoid", "relu", "tanh"],
    last=["linear", "sigmoid", "softmax"],
    units=[4, 8],
    batch_size=[1, 7],
)


@verifies(SIZES)
def test_sizes(): ...


@verifies(FUSED_ACTIVATIONS)
def test_an_activation_fused_into_the_layer(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(CHAINS)
def test_chains_of_layers(): ...
