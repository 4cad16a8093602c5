"""Convolution of sequences: windows along one axis, and padding that keeps the future out."""

from harness import Conv1D, Dense, Flatten, grid, offset, ties, verifies

WINDOWS = grid(
    Conv1D,
    input_shape=[(7, 3), (10, 1)],
    filters=5,
    kernel_size=[1, 2, 4],
    strides=[1, 2, 3],
    padding=["valid", "same", "causal"],
    use_bias=[True, False],
    batch_size=3,
)

DILATIONS = grid(
    Conv1D,
    input_shape=(11, 3),
    filters=4,
    kernel_size=[2, 3],
    dilation_rate=[2, 3],
    padding=["valid", "same", "causal"],
)

GROUPS = grid(
    Conv1D,
    input_shape=(7, 12),
    filters=6,
    kernel_size=[1, 3],
    strides=[1, 2],
    padding=["valid", "same", "causal"],
    groups=[2, 3],
    batch_size=5,
)

VALUES = grid(
    Conv1D,
    name="conv1d-values",
    input_shape=(7, 3),
    filters=4,
    kernel_size=2,
    padding="causal",
    data=[offset, ties],
    activation=["tanh", "softmax"],
)


def sequence_network(padding="valid", strides=1):
    """Return two convolutions of a sequence and what decides about it."""
    return [
        Conv1D(4, 3, strides=strides, padding=padding, activation="relu"),
        Conv1D(5, 2, padding=padding, activation="tanh"),
        Flatten(),
        Dense(3),
    ]


NETWORKS = grid(
    sequence_network,
    input_shape=(9, 2),
    padding=["valid", "same", "causal"],
    strides=[1, 2],
    batch_size=4,
    steps=[1, 3],
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(DILATIONS)
def test_dilated_kernels(): ...


@verifies(GROUPS)
def test_groups_of_channels(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(NETWORKS)
def test_networks_over_several_steps(): ...
