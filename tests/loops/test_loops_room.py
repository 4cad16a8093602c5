"""The room as a whole: what it registers, what it imports, and networks trained with it on exact numbers."""

import pkgutil
import subprocess
import sys

import numpy as np
import pytest

import impls.loops
import impls.vectorized
from harness.cases.case import Case
from harness.cases.data import lattice
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.operators.activations import ACTIVATIONS, Linear
from harness.operators.layers import (
    LAYERS,
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
    ZeroPadding2D,
)
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS, SGD

(LOOPS,) = impls.loops.harness_implementations()
(VECTORIZED,) = impls.vectorized.harness_implementations()

# Batches, outputs and windows are powers of two, so that every mean is exact.
NETWORKS = [
    ((5, 6, 3), [Conv2D(3, 3, activation="relu"), MaxPooling2D(2, 1), Flatten(), Dense(2)]),
    (
        (6, 5, 2),
        [Conv2D(3, 2, padding="same"), AveragePooling2D(2), Conv2D(2, 2, activation="relu"), Flatten(), Dense(4)],
    ),
    ((4, 3, 2), [ZeroPadding2D(1), DepthwiseConv2D(3, depth_multiplier=2, activation="relu"), Flatten(), Dense(2)]),
    ((3, 4, 2), [Conv2DTranspose(3, 3, strides=2), MaxPooling2D(3, padding="same"), Flatten(), Dense(1)]),
    (
        (4, 5, 3),
        [
            Conv2D(3, 3, padding="same", activation="relu", name="first"),
            Conv2D(3, 3, padding="same", name="second"),
            Add(inputs=("first", "second"), name="sum"),
            Conv2D(2, 1, inputs="sum", name="short"),
            Concatenate(inputs=("short", "sum")),
            Flatten(),
            Dense(2),
        ],
    ),
]


def differing(case, one, other):
    """Return the observables that are not equal to the bit."""
    problem = make_problem(case)
    expected, got = one.run(problem), other.run(problem)
    assert expected.keys() == got.keys() == {observable.name for observable in required(case)}
    return [name for name in expected if not np.array_equal(expected[name], got[name])]


@pytest.mark.parametrize(("shape", "layers"), NETWORKS)
def test_a_step_on_integers_has_the_bits_of_the_vectorized_one(shape, layers):
    optimizer = SGD(learning_rate=2.0**-6, momentum=0.5)
    case = Case(Network(shape, layers), optimizer=optimizer, batch_size=4, dtype="float64", data=lattice)
    # Products of several layers' updated weights need more than 53 bits.
    assert [name for name in differing(case, VECTORIZED, LOOPS) if not name.startswith("final")] == []


def test_three_steps_with_momentum_have_the_bits_of_the_vectorized_ones():
    case = Case(
        Network((3, 4, 2), [Flatten(), Dense(1)]),
        optimizer=SGD(learning_rate=2.0**-4, momentum=0.5),
        batch_size=2,
        steps=3,
        dtype="float64",
        data=lattice,
    )
    assert differing(case, VECTORIZED, LOOPS) == []


def test_a_learning_rate_off_by_its_last_bit_is_seen_in_the_updates_and_after_them():
    layers, rate = [Flatten(), Dense(1)], 0.5
    one, other = (
        Case(Network((3, 2), layers), optimizer=SGD(rate), batch_size=2, dtype="float64", data=lattice)
        for rate in (rate, np.nextafter(rate, 1).item())
    )
    expected, got = LOOPS.run(make_problem(one)), LOOPS.run(make_problem(other))
    moved = {name for name in expected if not np.array_equal(expected[name], got[name])}
    assert "1/update/dense/kernel" in moved
    assert moved <= {"1/update/dense/kernel", "1/update/dense/bias", "final/forward", "final/loss"}


def test_every_layer_activation_loss_and_optimizer_has_an_operator():
    kinds = {*LAYERS.values(), *ACTIVATIONS.values(), *LOSSES.values(), *OPTIMIZERS.values()}
    # The harness computes what is nothing: the linear activation, and the linear part of an Activation layer.
    assert kinds - {Activation, Linear} == set(LOOPS.operators)


@pytest.mark.parametrize("folder", ["layers", "activations", "losses", "optimizers"])
def test_file_names_are_those_of_the_vectorized_room(folder):
    loops, vectorized = (
        {module.name for module in pkgutil.iter_modules([f"{path}/{folder}"]) if not module.name.startswith("_")}
        for path in (*impls.loops.__path__, *impls.vectorized.__path__)
    )
    assert loops == vectorized


def test_the_room_loads_neither_tensorflow_nor_pandas():
    command = "import sys, impls.loops; impls.loops.harness_implementations(); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True).stdout
    assert "'numpy'" in loaded
    assert not any(f"'{heavy}'" in loaded for heavy in ("tensorflow", "keras", "pandas"))
