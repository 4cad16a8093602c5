"""Upsampling: pixels repeated, and mixtures of the nearest rows and columns, with the border as its own neighbour."""

from harness import Conv2D, Dense, Flatten, UpSampling2D, constant, grid, offset, verifies

SIZES = grid(
    UpSampling2D,
    input_shape=[(4, 3, 2), (1, 5, 3)],
    size=[2, 3, (1, 5)],
    interpolation=["nearest", "bilinear"],
    batch_size=3,
)

# A mixture of equal numbers is that number, unless the border is mixed with nothing.
VALUES = grid(
    UpSampling2D,
    name="up_sampling2d-values",
    input_shape=(4, 5, 2),
    size=[3, (6, 5)],
    interpolation="bilinear",
    data=[constant, offset],
)

# Of seven outputs the middle one lies on a pixel; whoever takes its place from float32(1 / 7) is just beside it.
FAR_FROM_THE_BORDER = grid(
    UpSampling2D, name="up_sampling2d-long", input_shape=(64, 2, 1), size=(7, 1), interpolation="bilinear", batch_size=2
)


def down_and_up(interpolation="nearest", size=2):
    """Return a convolution, its result enlarged, and another convolution of that."""
    return [
        Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        UpSampling2D(size, interpolation=interpolation),
        Conv2D(2, (3, 2), padding="same"),
        Flatten(),
        Dense(3),
    ]


NETWORKS = grid(
    down_and_up,
    input_shape=(6, 5, 3),
    interpolation=["nearest", "bilinear"],
    size=[2, 3],
    batch_size=3,
    steps=[1, 3],
)


@verifies(SIZES)
def test_sizes(): ...


@verifies(VALUES)
def test_values_of_other_sizes(): ...


@verifies(FAR_FROM_THE_BORDER)
def test_places_far_from_the_border(): ...


@verifies(NETWORKS)
def test_networks_over_several_steps(): ...
