"""The same case is the same bytes on every machine; each tensor has a stream of its own."""

import hashlib
from typing import Any

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import lattice, notebook, pixels, soft, ties
from harness.cases.network import Network
from harness.cases.problem import GENERATOR_VERSION, Problem, make_problem
from harness.operators.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D

IMAGES = Network((4, 3, 2), (Conv2D(3, 2), BatchNormalization(), Flatten(), Dense(4, "softmax")))
PINNED = {
    "random": Case(IMAGES, steps=2),
    "float64": Case(IMAGES, dtype="float64"),
    "seed 1": Case(IMAGES, seed=1),
    "lattice": Case(IMAGES, data=lattice),
    "ties": Case(IMAGES, data=ties),
    "pixels": Case(IMAGES, data=pixels),
    "classes": Case(IMAGES, "sparse_categorical_crossentropy"),
    "one-hot": Case(IMAGES, "categorical_crossentropy"),
    "shares": Case(IMAGES, "categorical_crossentropy", data=soft),
    "legacy": Case(Network((6, 6, 1), (Conv2D(1, 3), MaxPooling2D(2), Flatten(), Dense(1))), data=notebook),
}
# A change here means that stored results and published numbers belong to other arrays: raise GENERATOR_VERSION.
HASHES = {
    "random": "a9bf9dc1236396e774cbbe05a0ab307652752fdf96ba738719db02f484d93c2b",
    "float64": "ca4a7b85ae7c2ef946664c0528762b7822073323842c03d83dc5fbb2a99eac2d",
    "seed 1": "7b7ab20cc72f7d50c3e54cb7fd01b9d33c75e41441db740f1a99463c81ac9a3a",
    "lattice": "760a243b4d2ca5264ee7506f18607798025b127fb8d9f4f9f9ee0aea217e1349",
    "ties": "cdc0c52c0025a119fbb53f7130bcb75a7708f913ad951b5688de124872c8fedb",
    "pixels": "3d6f383977d155bd3bc9e0805fdc93adc81975b096bcf43c81dbeb9218b4d509",
    "classes": "5bd29eeb1386390276d7e759a055d41f35cf22d797f78d951e034595132d36ca",
    "one-hot": "f4ccb07e07f7d62856fc31ce592c93ee1c00a070d4ccc6ea508366ebf799e406",
    "shares": "d4d94cda396353166c20a8f8b2a34a2ada82f63d0809a127cd383edbc0523cc0",
    "legacy": "c6b250fe7e8513303bbf2222099e34a00a4b46a73f24357e497d9666e369c9db",
}


def arrays_of(problem: Problem) -> dict[str, np.ndarray[Any, Any]]:
    arrays = {}
    for step, batch in enumerate(problem.batches, 1):
        arrays |= {f"x/{step}": batch.x, f"y/{step}": batch.y}
    for layer, named in (*problem.weights.items(), *problem.state.items()):
        arrays |= {f"{layer}/{name}": array for name, array in named.items()}
    return arrays


def digest(problem: Problem) -> str:
    hashed = hashlib.sha256()
    for name, array in sorted(arrays_of(problem).items()):
        hashed.update(f"{name} {array.dtype} {array.shape} ".encode())
        hashed.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    return hashed.hexdigest()


@pytest.mark.parametrize("name", PINNED)
def test_the_bytes_of_a_case_are_pinned(name):
    assert GENERATOR_VERSION == 1
    assert digest(make_problem(PINNED[name])) == HASHES[name]


@pytest.mark.parametrize(("tensor", "stream"), [("x/1", "x"), ("x/2", "x/2"), ("y/2", "y/2")])
def test_an_element_is_the_leading_bits_of_the_stream_that_its_seed_and_name_give(tensor, stream):
    array = arrays_of(make_problem(Case(IMAGES, steps=2, seed=7)))[tensor]
    key = int.from_bytes(hashlib.sha256(f"7/{stream}".encode()).digest()[:16], "little")
    first = np.random.Philox(key=key).random_raw()
    assert float(array.flat[0]) == (int(first) >> 44) / 2**19 - 1


def test_the_legacy_stream_draws_inputs_targets_and_weights_in_turn():
    arrays = arrays_of(make_problem(PINNED["legacy"].with_(seed=3, dtype="float64", batch_size=1)))
    rand = np.random.RandomState(3).rand
    for name in ("x/1", "y/1", "conv2d/kernel", "conv2d/bias", "dense/kernel", "dense/bias"):
        np.testing.assert_array_equal(arrays[name], rand(*arrays[name].shape))


def test_adding_a_layer_or_a_step_changes_no_other_tensor():
    few = arrays_of(make_problem(Case(Network((4, 3, 2), (Conv2D(3, 2), Flatten(), Dense(4))))))
    layers = (Conv2D(3, 2), BatchNormalization(), Flatten(), Dense(4), Dense(4, name="another"))
    more = arrays_of(make_problem(Case(Network((4, 3, 2), layers), steps=3)))
    assert few.keys() < more.keys()
    for name, array in few.items():
        np.testing.assert_array_equal(array, more[name], err_msg=name)


def test_another_seed_redraws_every_tensor():
    first, second = (arrays_of(make_problem(Case(IMAGES, steps=2, seed=seed))) for seed in (0, 1))
    for name, array in first.items():
        assert not np.array_equal(array, second[name]), name


def test_no_two_tensors_of_one_case_begin_alike():
    beginnings = [array.ravel()[:3].tobytes() for array in arrays_of(make_problem(Case(IMAGES, steps=2))).values()]
    assert len(set(beginnings)) == len(beginnings)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_arrays_are_read_only_contiguous_and_in_the_format_of_the_case(dtype):
    problem = make_problem(Case(IMAGES, steps=2, dtype=dtype))
    for name, array in arrays_of(problem).items():
        assert array.dtype == dtype, name
        assert array.flags.c_contiguous, name
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(TypeError):
        problem.weights["dense"]["kernel"] = 0
    with pytest.raises(TypeError):
        problem.weights["dense"] = {}


def test_both_formats_start_from_the_same_numbers():
    single, double = (arrays_of(make_problem(Case(IMAGES, dtype=dtype))) for dtype in ("float32", "float64"))
    for name, array in single.items():
        np.testing.assert_array_equal(array, double[name], err_msg=name)


def test_astype_gives_the_same_numbers_in_the_other_format_and_leaves_classes_alone():
    problem = make_problem(PINNED["classes"])
    other = problem.astype("float64")
    assert other.dtype == np.float64
    assert other.case is problem.case
    for name, array in arrays_of(other).items():
        assert array.dtype == (np.int64 if name.startswith("y") else np.float64), name
        assert not array.flags.writeable, name
        np.testing.assert_array_equal(array, arrays_of(problem)[name], err_msg=name)


def test_parameters_and_moving_statistics_are_kept_apart():
    problem = make_problem(Case(IMAGES))
    assert {layer: list(named) for layer, named in problem.weights.items()} == {
        "conv2d": ["kernel", "bias"], "batch_normalization": ["gamma", "beta"], "dense": ["kernel", "bias"],
    }  # fmt: skip
    assert {layer: list(named) for layer, named in problem.state.items()} == {
        "batch_normalization": ["moving_mean", "moving_variance"]
    }
