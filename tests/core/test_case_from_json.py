"""A case is rebuilt from its canonical JSON: the same key, whatever it is built of."""

import json

import pytest

from harness.cases.case import KINDS, Case
from harness.cases.data import PRESETS, Constant, Integers, Random, Sparse, Uniform, digits
from harness.cases.network import Network
from harness.cases.problem import make_problem
from harness.cases.samples import samples_of
from harness.errors import SpecificationError
from harness.operators import OPERATORS
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
)
from harness.operators.losses import LOSSES, Huber
from harness.operators.optimizers import OPTIMIZERS, SGD, Adam

EVERYTHING = Network(
    (8, 8, 2),
    (
        ZeroPadding2D(((1, 0), (0, 2)), name="padded"),
        Conv2D(2, (3, 2), padding="same", dilation_rate=(2, 1), activation="leaky_relu"),
        DepthwiseConv2D(2, depth_multiplier=2),
        BatchNormalization(),
        MaxPooling2D(2),
        Conv2DTranspose(3, 2, strides=2, name="left"),
        Conv2D(3, 1, name="right", inputs=["left"]),
        Add(inputs=("left", "right")),
        Concatenate(inputs=("add", "right")),
        AveragePooling2D((2, 1)),
        Activation("softplus"),
        Flatten(),
        Reshape((1, -1, 6)),
        GlobalAveragePooling2D(name="mean", inputs="reshape"),
        GlobalMaxPooling2D(name="most", inputs="reshape"),
        Concatenate(name="both", inputs=("mean", "most")),
        Flatten(name="flat"),
        Dense(3, "softmax", use_bias=False),
    ),
)
SMALL = Network((6,), Dense(4, "softmax"))

CASES = [
    Case(EVERYTHING, name="everything"),
    *(case for kind in OPERATORS.values() for case in samples_of(kind, dtype="float32")),
    Case(SMALL, loss=Huber(2.5), optimizer=SGD(0.1, momentum=0.9, nesterov=True), batch_size=2, steps=3, seed=11),
    Case(SMALL, optimizer=Adam(1e-7, beta_2=1 / 3), dtype="float64"),
    *(Case(SMALL, loss=kind()) for kind in LOSSES.values()),
    *(Case(SMALL, optimizer=kind(0.25)) for kind in OPTIMIZERS.values()),
    *(Case(Network((6,), Dense(4, kind()))) for kind in ACTIVATIONS.values()),
    *(Case(SMALL, data=preset) for preset in PRESETS if preset is not digits),
    Case(SMALL, data=Random("own", x=Integers(-1, 2, scale=0.5), weight=Uniform(low=-1, high=0.1), target=Constant(3))),
    Case(SMALL, data=Random("own", x=Sparse(), soft=True), loss="categorical_crossentropy"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_rebuilt_with_its_key_its_name_and_its_numbers(case):
    built = Case.from_json(case.json, case.name)
    assert (built.json, built.key, built.name) == (case.json, case.key, case.name)
    assert Case.from_json(built.json, built.name) == built
    before, after = make_problem(case), make_problem(built)
    assert before.weights.keys() == after.weights.keys()
    assert all((a.x == b.x).all() and (a.y == b.y).all() for a, b in zip(before.batches, after.batches, strict=True))


def test_every_kind_is_known():
    assert KINDS.keys() >= OPERATORS.keys()
    assert {kind.kind for kind in map(type, PRESETS)} <= KINDS.keys()


def test_a_case_without_a_name_is_named_by_its_key():
    case = Case(SMALL)
    assert Case.from_json(case.json).name == case.name == f"case-{case.key[:8]}"


def changed(**changes: object) -> str:
    return json.dumps(json.loads(Case(SMALL).json) | changes)


@pytest.mark.parametrize(
    ("canonical", "message"),
    [
        ("[]", "expected the canonical JSON of a Case, got '\\[\\]'"),
        (json.dumps(Dense(3).as_dict()), "expected the canonical JSON of a Case"),
        (changed(loss={"kind": "Hubert"}), "unknown loss 'Hubert'. Did you mean Huber?"),
        (changed(data={"kind": "Mine"}), "unknown data 'Mine'"),
        (changed(batch_size=0), "batch_size"),
        (changed(stepps=1), "Case got stepps=1. Did you mean steps?"),
    ],
)
def test_what_describes_no_case_is_refused(canonical, message):
    with pytest.raises(SpecificationError, match=message.replace("?", "\\?")):
        Case.from_json(canonical)
