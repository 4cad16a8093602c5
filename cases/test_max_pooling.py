"""Max-pooling: which element of a window wins, and where its gradient goes."""

from harness import GlobalMaxPooling2D, MaxPooling2D, Random, Uniform, constant, grid, lattice, ties, verifies

WINDOWS = grid(
    MaxPooling2D,
    input_shape=[(7, 5, 3), (6, 9, 4), (8, 7, 1)],
    pool_size=[1, 2, 3, (3, 2), (1, 4), 5],
    strides=[None, 1, 2, 3, 4, (1, 3)],
    padding=["valid", "same"],
    batch_size=3,
)

# Zero never wins a window of negative numbers, unless the padding is zeros.
NEGATIVE = Random("negative", x=Uniform(-3.0, -1.0))
PADDED = grid(
    MaxPooling2D,
    name="max_pooling2d-padded",
    input_shape=[(5, 7, 3), (4, 3, 1)],
    pool_size=[2, 3, (4, 5)],
    strides=[None, 1, 2],
    padding="same",
    data=NEGATIVE,
)

WHOLE_IMAGES = grid(
    GlobalMaxPooling2D,
    input_shape=[(5, 4, 3), (3, 7, 1), (1, 1, 4)],
    keepdims=[False, True],
    batch_size=[1, 5],
    data=[lattice, ties, constant],
)
WHOLE_IMAGES_WITHOUT_TIES = grid(GlobalMaxPooling2D, input_shape=[(5, 4, 3), (3, 7, 1)], keepdims=[False, True])


def pool_then_pool(first=3, second=2, padding="valid"):
    """Return an overlapping pooling and another, so that the gradient arriving at the first has zeros in it."""
    return [MaxPooling2D(first, 1, padding=padding), MaxPooling2D(second, padding=padding)]


STACKS = grid(
    pool_then_pool,
    input_shape=[(8, 7, 3), (7, 9, 1)],
    first=[2, 3],
    second=[2, 3, (2, 3)],
    padding=["valid", "same"],
    batch_size=3,
)


@verifies(WINDOWS)
def test_windows(): ...


@verifies(WINDOWS.with_data(ties))
def test_ties_go_to_the_first_maximum(): ...


@verifies(PADDED)
def test_padding_never_wins(): ...


@verifies(WHOLE_IMAGES)
def test_global_ties_share_the_gradient(): ...


@verifies(WHOLE_IMAGES_WITHOUT_TIES)
def test_whole_images(): ...


@verifies(STACKS)
def test_a_pooling_after_a_pooling(): ...
