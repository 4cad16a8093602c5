"""Ready-made data: exact in float32, different from one another, and as their names say."""

import numpy as np
import pytest

from harness import Case, Conv2D, Dense, Flatten, HarnessError, Network, make_problem, soft
from harness import digits as digits_data
from harness.cases.data import PRESETS, Sizes
from harness.operators.losses import CategoricalCrossentropy, MeanSquaredError

SHAPES = {"dense": {"kernel": (6, 3), "bias": (3,)}, "norm": {"gamma": (3,), "moving_mean": (3,)}}
SIZES = Sizes(2, (5, 6), (5, 3), MeanSquaredError(), SHAPES)
DRAWN_HERE = [data for data in PRESETS if data.label not in ("notebook", "digits")]
DIGITS = Network((8, 8, 1), (Conv2D(2, 3), Flatten(), Dense(10, "softmax")))


def tensors(data, sizes=SIZES):
    batches, weights = data.draw(0, sizes)
    return [
        *(array for batch in batches for array in batch),
        *(a for named in weights.values() for a in named.values()),
    ]


@pytest.mark.parametrize("data", DRAWN_HERE, ids=lambda data: data.label or "random")
def test_every_number_is_exact_in_float32(data):
    for array in tensors(data):
        np.testing.assert_array_equal(array, array.astype(np.float32).astype(np.float64))


def test_numbers_of_the_legacy_stream_are_not_exact_in_float32():
    (notebook,) = [data for data in PRESETS if data.label == "notebook"]
    assert any((array != array.astype(np.float32)).any() for array in tensors(notebook))


def test_labels_differ_and_only_the_plain_one_is_empty():
    labels = [data.label for data in PRESETS]
    assert len(set(labels)) == len(labels)
    assert labels.count("") == 1


@pytest.mark.parametrize(
    ("label", "low", "high"),
    [("", -1, 1), ("ties", -1, 1), ("lattice", -3, 3), ("zeros", 0, 0), ("saturated", -64, 64), ("pixels", 0, 255),
     ("offset", 96, 104), ("huge", -8192, 8192), ("tiny", -(2.0**-13), 2.0**-13)],
)  # fmt: skip
def test_inputs_fill_their_range(label, low, high):
    (data,) = [data for data in PRESETS if data.label == label]
    x = tensors(data, Sizes(1, (50, 20), (5, 3), MeanSquaredError(), {}))[0]
    assert low <= x.min() <= low + 0.02 * (high - low)
    assert high - 0.02 * (high - low) <= x.max() <= high


def test_soft_targets_are_shares_that_sum_to_one():
    y = tensors(soft, Sizes(1, (9, 6), (9, 4), CategoricalCrossentropy(), {}))[1]
    np.testing.assert_array_equal(y.sum(axis=-1), 1)
    assert ((y > 0) & (y < 1)).any()


def test_hard_targets_are_one_hot():
    y = tensors(PRESETS[0], Sizes(1, (9, 6), (9, 4), CategoricalCrossentropy(), {}))[1]
    np.testing.assert_array_equal(np.sort(y, axis=-1), np.tile([0, 0, 0, 1], (9, 1)))


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_digits_are_real_images_with_their_own_labels(loss):
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    known = {image.tobytes(): label for image, label in zip(pixels / 16.0, labels, strict=True)}
    problem = make_problem(Case(DIGITS, loss, batch_size=4, steps=2, dtype="float64", data=digits_data))
    for batch in problem.batches:
        classes = batch.y if batch.y.ndim == 1 else batch.y.argmax(axis=-1)
        assert [known[image.tobytes()] for image in batch.x] == list(classes)


def test_digits_change_from_step_to_step():
    problem = make_problem(Case(DIGITS, "categorical_crossentropy", batch_size=4, steps=2, data=digits_data))
    assert not np.array_equal(problem.batches[0].x, problem.batches[1].x)


def test_digits_for_a_network_of_other_sizes_are_refused():
    with pytest.raises(
        HarnessError, match=r"digits expected a network from \(8, 8, 1\) to 10 classes, got input \(8, 8, 3"
    ):
        make_problem(Case(Network((8, 8, 3), (Flatten(), Dense(10))), data=digits_data))
