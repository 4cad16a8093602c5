"""Grids cover all pairs, and say what is wrong with a grid that cannot be made."""

import itertools

import pytest

from harness import Conv2D, Dense, Flatten, MaxPooling2D, SpecificationError, grid, random, ties

CHOICES = {"a": [0, 1, 2], "b": [0, 1, 2, 3], "c": [0, 1], "d": [0, 1, 2]}


def combinations_made(where=None, **choices):
    """Return the arguments of each case of a grid in which every combination is another layer."""
    made = []

    def subject(a, b, c, d):
        made.append({"a": a, "b": b, "c": c, "d": d})
        return Dense(1 + a + 10 * b + 100 * c + 1000 * d)

    cases = grid(subject, input_shape=(1,), dtype="float32", where=where, **choices)
    assert len(cases) == len(made)
    return made


def nothing():
    """A subject without layers."""


def pairs_in(combinations):
    return {pair for made in combinations for pair in itertools.combinations(sorted(made.items()), 2)}


def every_combination():
    return [dict(zip(CHOICES, values, strict=True)) for values in itertools.product(*CHOICES.values())]


def test_every_pair_of_values_occurs():
    assert pairs_in(combinations_made(**CHOICES)) == pairs_in(every_combination())


def test_pairs_take_far_fewer_cases_than_combinations():
    longest, next_longest = sorted(map(len, CHOICES.values()))[:-3:-1]
    assert longest * next_longest <= len(combinations_made(**CHOICES)) < 2 * longest * next_longest


def test_every_pair_that_where_leaves_occurs_and_no_other():
    made = combinations_made(where=lambda a, b: a != b, **CHOICES)
    allowed = [combination for combination in every_combination() if combination["a"] != combination["b"]]
    assert all(combination in allowed for combination in made)
    assert pairs_in(made) == pairs_in(allowed)


def test_every_value_occurs_about_as_often_as_the_others():
    made = combinations_made(**CHOICES)
    for key, values in CHOICES.items():
        uses = [sum(combination[key] == value for combination in made) for value in values]
        assert max(uses) - min(uses) <= len(made) / len(values) / 2, key


def test_one_argument_gives_one_case_for_each_value():
    assert len(grid(Dense, input_shape=(3,), units=[1, 2, 5], dtype="float32")) == 3


def test_each_combination_comes_in_both_formats():
    cases = grid(Dense, input_shape=(3,), units=[1, 2])
    assert [case.dtype for case in cases] == ["float32", "float64"] * 2


def test_arguments_of_the_case_go_to_the_case():
    (case,) = grid(
        Dense, input_shape=(3,), units=4, loss="huber", optimizer="adam", batch_size=7, steps=2, data=ties, seed=3,
        dtype="float64",
    )  # fmt: skip
    assert (case.the_loss.kind, case.the_optimizer.kind) == ("Huber", "Adam")
    assert (case.batch_size, case.steps, case.data, case.seed) == (7, 2, ties, 3)
    assert case.network.layers == (Dense(4),)


def test_combinations_that_mean_the_same_become_one_case():
    cases = grid(MaxPooling2D, input_shape=(7, 5, 3), pool_size=[2, 3], strides=[None, 2, 3], dtype="float32")
    assert sorted((case.network.layers[0].pool_size, case.network.layers[0].strides) for case in cases) == [
        ((2, 2), (2, 2)), ((2, 2), (3, 3)), ((3, 3), (2, 2)), ((3, 3), (3, 3)),
    ]  # fmt: skip


def test_a_function_that_returns_layers_is_a_subject():
    def network(units):
        return [Flatten(), Dense(units)]

    (case,) = grid(network, input_shape=(2, 3), units=4, dtype="float32")
    assert case.network.layers == (Flatten(), Dense(4))
    assert case.name == "network-2x3-float32"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"pool_size": [3], "strides": [2, 1], "padding": ["same", "valid"]}, "max_pooling2d-7x5x3-stride1-same"),
        ({"pool_size": [(2, 3), 2], "strides": [None]}, "max_pooling2d-7x5x3-pool2x3"),
        ({"data": [random, ties]}, "max_pooling2d-7x5x3-ties"),
        ({"batch_size": [1, 4], "steps": [2]}, "max_pooling2d-7x5x3-batch4"),
        ({"loss": ["huber", "mean_squared_error"]}, "max_pooling2d-7x5x3-mean_squared_error"),
        ({"name": "pool", "seed": [0, 1]}, "pool-7x5x3-seed1"),
    ],
)
def test_ids_say_what_differs_and_nothing_else(arguments, name):
    names = [case.name for case in grid(MaxPooling2D, input_shape=(7, 5, 3), **arguments)]
    assert f"{name}-float32" in names


def test_ids_of_switches_read_as_words():
    names = [
        case.name for case in grid(Conv2D, input_shape=(3, 4, 1), filters=2, kernel_size=1, use_bias=[True, False])
    ]
    assert names[::2] == ["conv2d-3x4x1-bias-float32", "conv2d-3x4x1-no_bias-float32"]


def test_ids_of_specifications_name_what_is_not_the_default():
    def network(layer, pool):
        return [layer, pool()]

    names = [
        case.name
        for case in grid(
            network, input_shape=(5, 4, 1), layer=[Conv2D(3, 2), Conv2D(3, 1, strides=2)], pool=[MaxPooling2D],
            optimizer=["sgd", "adam"], dtype="float32",
            where=lambda layer, optimizer: (layer.strides == (1, 1)) == (optimizer == "sgd"),
        )
    ]  # fmt: skip
    assert names[0].startswith("network-5x4x1-conv2d_filters3_kernel2x2")
    assert "_stride2x2" in names[1]


@pytest.mark.parametrize(
    ("subject", "arguments", "message"),
    [
        (
            Conv2D,
            {"filters": 2, "kernel_size": 2, "paddding": "same"},
            r"Conv2D got paddding='same'\. Did you mean pad",
        ),
        (Dense, {"units": 2, "batchsize": 3}, r"Dense got batchsize=3\. Did you mean batch_size\?"),
        (Dense, {"units": 2, "dtyp": "float32"}, r"Dense got dtyp='float32'\. Did you mean dtype\?"),
        (Dense, {"units": [2, 3], "Loss": ["huber"]}, r"Dense got Loss=\['huber'\]\. Did you mean loss\?"),
        (Conv2D, {"filters": 2}, "Conv2D expected kernel_size, which the grid does not give"),
        (Dense, {"units": []}, "grid expected values for units, got an empty list"),
        (Dense, {"units": 2, "where": lambda unit: True}, "where= with the parameter unit, which is none of"),
        (Dense, {"units": 2, "where": lambda units: False}, "where= to leave at least one combination, got none"),
        (Dense, {"units": 2, "dtype": "float16"}, "expected dtype to be float32 or float64, got dtype='float16'"),
        (Dense, {"units": [2, 0]}, r"got units=0\. \(in the grid at input_shape=\(3,\), units=0; leave it out with wh"),
        (Dense, {"units": 2, "loss": "hubber"}, r"unknown loss 'hubber'\. Did you mean huber\?"),
        ("Dense", {"units": 2}, "grid expected a layer class or a function that returns layers, got subject='Dense'"),
        (nothing, {}, "nothing expected to return a layer or a list of layers, got None"),
    ],
)
def test_a_mistake_is_named(subject, arguments, message):
    with pytest.raises(SpecificationError, match=message):
        grid(subject, input_shape=(3,), **arguments)


def test_a_grid_without_an_input_shape_is_refused():
    with pytest.raises(SpecificationError, match=r"grid expected input_shape, without the batch"):
        grid(Dense, units=3)


def test_a_misspelt_input_shape_is_named():
    with pytest.raises(SpecificationError, match=r"Dense got input_shap=\(3,\)\. Did you mean input_shape\?"):
        grid(Dense, input_shap=(3,), units=3)


def test_a_combination_that_keras_refuses_is_named_and_can_be_left_out():
    arguments = {"input_shape": (5, 4, 1), "filters": 2, "kernel_size": [3, 6], "padding": ["same", "valid"]}
    with pytest.raises(SpecificationError, match=r"no larger than its input.*kernel_size=6, padding='valid'; leave it"):
        grid(Conv2D, **arguments)
    assert len(grid(Conv2D, where=lambda kernel_size, padding: kernel_size < 6 or padding == "same", **arguments)) == 6
