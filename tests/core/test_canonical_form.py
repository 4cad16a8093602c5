"""One meaning, one canonical form, one key: stored results are found by it."""

import hashlib
import json
from dataclasses import FrozenInstanceError

import pytest

from harness.cases.case import Case
from harness.cases.data import lattice
from harness.cases.network import Network
from harness.operators.activations import LeakyRelu
from harness.operators.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D, ZeroPadding2D
from harness.operators.losses import Huber, MeanSquaredError
from harness.operators.optimizers import SGD, Adam

# Written from the definition: every argument, sorted, no spaces.
DENSE = (
    '{"batch_size":5,"data":{"kind":"Random","label":"","soft":false,"target":{"high":1.0,"kind":"Uniform","low":-1.0},'
    '"weight":null,"x":{"high":1.0,"kind":"Uniform","low":-1.0}},"dtype":"float32","kind":"Case",'
    '"loss":{"delta":2.0,"kind":"Huber"},"network":{"input_shape":[6],"kind":"Network","layers":['
    '{"activation":{"kind":"LeakyRelu","negative_slope":0.25},"inputs":["input"],"kind":"Dense","name":"dense",'
    '"units":3,"use_bias":true}]},'
    '"optimizer":{"kind":"SGD","learning_rate":0.5,"momentum":0.0,"nesterov":false},"seed":0,"steps":1}'
)


def test_the_canonical_json_of_a_case_is_what_the_definition_says():
    case = Case(Network((6,), Dense(3, LeakyRelu(0.25))), loss=Huber(2))
    assert case.json == DENSE


def test_the_key_is_the_hash_of_the_canonical_json():
    case = Case(Network((6,), Dense(3)))
    assert case.key == hashlib.sha256(case.json.encode("ascii")).hexdigest()[:32]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (Conv2D(4, 3), Conv2D(4, (3, 3), (1, 1), "VALID", 1, 1, None, True)),
        (Conv2D(4, [3, 2]), Conv2D(filters=4, kernel_size=(3, 2), activation="linear")),
        (MaxPooling2D(3), MaxPooling2D((3, 3), strides=3)),
        (ZeroPadding2D(2), ZeroPadding2D(((2, 2), [2, 2]))),
        (Activation("leaky_relu"), Activation(LeakyRelu(0.2))),
        (SGD(1), SGD(learning_rate=1.0, momentum=0)),
    ],
    ids=lambda value: value.kind,
)
def test_two_ways_to_write_one_thing_are_equal_and_have_one_form(short, long):
    assert short == long
    assert hash(short) == hash(long)
    assert json.dumps(short.as_dict()) == json.dumps(long.as_dict())


def test_spelling_out_names_inputs_and_defaults_changes_no_key():
    short = Case(Network([7, 6, 3], [Conv2D(4, 3), Flatten(), Dense(3)]))
    long = Case(
        Network(
            (7, 6, 3),
            (
                Conv2D(4, 3, name="conv2d", inputs="input"),
                Flatten(name="flatten", inputs=("conv2d",)),
                Dense(3, "linear", name="dense", inputs=["flatten"]),
            ),
        ),
        loss=MeanSquaredError(),
        optimizer=SGD(0.5),
        name="long",
    )
    assert short.key == long.key


NETWORK = Network((6,), Dense(3))


@pytest.mark.parametrize(
    "changed",
    [
        Case(Network((7,), Dense(3))),
        Case(Network((6,), Dense(4))),
        Case(Network((6,), Dense(3, name="other"))),
        Case(Network((6,), (Dense(3), Dense(3)))),
        Case(NETWORK, loss="huber"),
        Case(NETWORK, optimizer=Adam()),
        Case(NETWORK, optimizer=SGD(0.5, momentum=0.5)),
        Case(NETWORK, batch_size=4),
        Case(NETWORK, steps=2),
        Case(NETWORK, dtype="float64"),
        Case(NETWORK, data=lattice),
        Case(NETWORK, seed=1),
    ],
)
def test_whatever_changes_the_meaning_changes_the_key(changed):
    assert changed.key != Case(NETWORK).key


def test_a_name_changes_no_key():
    assert Case(NETWORK, name="a").key == Case(NETWORK, name="b").key
    assert Case(NETWORK, name="a") == Case(NETWORK, name="b")


def test_a_case_without_a_name_is_named_by_its_key_also_after_a_change():
    case = Case(NETWORK)
    other = case.with_(seed=1)
    assert (case.name, other.name) == (f"case-{case.key[:8]}", f"case-{other.key[:8]}")
    assert case.with_(name="mine").with_(seed=1).name == "mine"


def test_a_description_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        NETWORK.layers[0].units = 4
