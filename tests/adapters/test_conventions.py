"""Each convention both ways: declared it passes, undeclared it fails and the harness says what to declare."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import foreign
import numpy as np
import pytest

from harness import Case, Conv2D, Dense, Flatten, MaxPooling2D, Network, lattice, ties
from harness.errors import SpecificationError
from harness.layerwise import Conventions, Layerwise
from harness.operators.activations import Relu, Tanh
from harness.operators.layers import Activation
from harness.operators.losses import CategoricalCrossentropy, MeanSquaredError
from harness.operators.optimizers import SGD

IMAGE = (6, 5, 3)
CONV = Network(IMAGE, Conv2D(4, (3, 2)))
DENSE = Network((7,), Dense(4))
POOL = Network(IMAGE, MaxPooling2D((2, 3)))


@dataclass(frozen=True)
class Convention:
    """An operator in some convention, what to declare for it, and the case in which it matters."""

    network: Network
    declared: dict[str, Any]
    operators: Any
    sentence: str = ""
    case: dict[str, Any] = field(default_factory=dict)


def one(kind, **pairs):
    return lambda right: {kind: foreign.foreign(right[kind], **pairs)}


ONES = foreign.only_one, foreign.only_one
CONVENTIONS = {
    "layout-NCHW": Convention(
        CONV, {"layout": "NCHW"}, one(Conv2D, x=foreign.CHANNELS_FIRST, y=foreign.CHANNELS_FIRST)
    ),
    "layout-HWCN": Convention(CONV, {"layout": "HWCN"}, one(Conv2D, x=foreign.BATCH_LAST, y=foreign.BATCH_LAST)),
    "layout-of-one-sample": Convention(
        CONV, {"layout": "HWC"}, one(Conv2D, x=foreign.ONE_SAMPLE, y=foreign.ONE_SAMPLE)
    ),
    "samples-one": Convention(CONV, {"samples": "one"}, one(Conv2D, x=ONES, y=ONES)),
    "features-FN": Convention(DENSE, {"features": "FN"}, one(Dense, x=foreign.TRANSPOSED, y=foreign.TRANSPOSED)),
    "features-of-one-sample": Convention(
        DENSE, {"features": "F"}, one(Dense, x=foreign.ONE_SAMPLE, y=foreign.ONE_SAMPLE)
    ),
    "kernel-axes-OIHW": Convention(CONV, {"kernel_axes": "OIHW"}, one(Conv2D, kernel=foreign.OIHW)),
    "kernel-axes-in-rows": Convention(
        CONV, {"kernel_axes": "O(HWI)"}, one(Conv2D, kernel=foreign.in_rows(IMAGE[2], 3, 2))
    ),
    "layout-and-kernel-axes": Convention(
        CONV,
        {"kernel_axes": "OIHW", "layout": "NCHW"},
        one(Conv2D, x=foreign.CHANNELS_FIRST, y=foreign.CHANNELS_FIRST, kernel=foreign.OIHW),
    ),
    "dense-axes-OI": Convention(DENSE, {"dense_axes": "OI"}, one(Dense, kernel=foreign.TRANSPOSED)),
    "bias-axes-1O": Convention(DENSE, {"bias_axes": "1O"}, one(Dense, bias=foreign.ONE_ROW)),
    "bias-axes-O1": Convention(DENSE, {"bias_axes": "O1"}, one(Dense, bias=foreign.ONE_COLUMN)),
    "convolution": Convention(CONV, {"convolution": True}, one(Conv2D, kernel=foreign.FLIPPED)),
    "flatten-CHW": Convention(
        Network(IMAGE, Flatten()),
        {"flatten": "CHW"},
        lambda right: {
            Flatten: SimpleNamespace(
                forward=foreign.flattened_channels_first, backward=foreign.flattened_channels_first_backward
            )
        },
    ),
    "ties-any": Convention(
        POOL,
        {"ties": "any"},
        lambda right: {
            MaxPooling2D: SimpleNamespace(
                forward=foreign.pooled_with_gradient_to_every_tie,
                backward=foreign.pooled_with_gradient_to_every_tie_backward,
            )
        },
        case={"data": ties},
    ),
    "relu-at-zero": Convention(
        Network(IMAGE, Activation("relu")),
        {"relu_at_zero": 1},
        lambda right: {
            Relu: SimpleNamespace(
                forward=lambda activation, x: (x * (x > 0), x), backward=lambda activation, x, dy: dy * (x >= 0)
            )
        },
        case={"data": lattice},
    ),
    "remainder-kept": Convention(
        POOL,
        {"remainder": "kept"},
        lambda right: {MaxPooling2D: foreign.pooled_with_the_remainder(right[MaxPooling2D])},
    ),
    "average-in-layers": Convention(
        DENSE,
        {"average": "layers"},
        lambda right: {
            Dense: foreign.divided_by_the_batch(right[Dense]),
            MeanSquaredError: foreign.squared_error(lambda n, k: 1 / (n * k), lambda n, k: 1 / k),
        },
        "MeanSquaredError agrees exactly if you declare average='update'",
    ),
    "average-in-layers-without-a-loss": Convention(
        DENSE, {"average": "layers"}, lambda right: {Dense: foreign.divided_by_the_batch(right[Dense])}
    ),
    "average-in-the-update": Convention(
        DENSE,
        {"average": "update"},
        lambda right: {
            Dense: right[Dense],
            MeanSquaredError: foreign.squared_error(lambda n, k: 1 / (n * k), lambda n, k: 1 / k),
            SGD: SimpleNamespace(update=lambda sgd, step, w, g, slots: (w - sgd.learning_rate * (g / 5), slots)),
        },
    ),
    "factor-half": Convention(
        DENSE,
        {"factor": "1/2"},
        lambda right: {Dense: right[Dense], MeanSquaredError: foreign.squared_error(lambda n, k: 1 / (2 * n * k))},
    ),
    "factor-of-a-sum": Convention(
        DENSE,
        {"factor": "N*K"},
        lambda right: {Dense: right[Dense], MeanSquaredError: foreign.squared_error(lambda n, k: 1.0)},
    ),
    "dtype-float64": Convention(
        DENSE,
        {"dtype": "float64"},
        lambda right: {Dense: foreign.in_format(right[Dense], np.float64)},
        case={"dtype": "float32"},
    ),
    "dtype-float32": Convention(
        DENSE,
        {"dtype": "float32"},
        lambda right: {Dense: foreign.in_format(right[Dense], np.float32)},
        case={"dtype": "float64"},
    ),
}


def made(convention, right, declared):
    return Layerwise("mine", operators=convention.operators(right), **declared)


@pytest.fixture(params=CONVENTIONS)
def convention(request):
    return CONVENTIONS[request.param]


@pytest.fixture
def case(convention):
    return Case(convention.network, **{"dtype": "float64", "steps": 2, **convention.case})


def test_declared_it_passes(convention, case, right, heard):
    told = heard(made(convention, right, convention.declared), case)
    assert told.failed == [], told.trace.reason
    assert "1/forward/" + case.network.names[0] in told.passed


def test_undeclared_it_fails_with_what_to_declare(convention, case, right, heard):
    told = heard(made(convention, right, {}), case)
    assert told.failed
    text = ", ".join(f"{name}={value!r}" for name, value in convention.declared.items())
    assert (convention.sentence or f"agrees exactly if you declare {text}") in told.suggested


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_declared_excuses_no_error(right, heard, dtype):
    own = right[Conv2D]

    def backward(layer, weights, cache, dy):
        dx, gradients = own.backward(layer, weights, cache, dy)
        return dx, {**gradients, "bias": gradients["bias"] + gradients["bias"].sum()}

    wrong = SimpleNamespace(forward=own.forward, backward=backward)
    operator = foreign.foreign(wrong, x=foreign.CHANNELS_FIRST, y=foreign.CHANNELS_FIRST, kernel=foreign.OIHW)
    mine = Layerwise("mine", operators={Conv2D: operator}, layout="NCHW", kernel_axes="OIHW")
    told = heard(mine, Case(CONV, dtype=dtype))
    assert told.failed == ["1/gradient/conv2d/bias"]
    assert "declare" not in told.suggested


FUSED = Network((7,), (Dense(4, "tanh"), Dense(3)))
APART = Network((7,), (Dense(4), Activation("tanh")))


def fusing(right):
    """A dense layer that always applies tanh."""
    dense, tanh = right[Dense], right[Tanh]

    def forward(layer, weights, x):
        z, cache = dense.forward(layer, weights, x)
        y, own = tanh.forward(Tanh(), z)
        return y, (cache, own)

    def backward(layer, weights, cache, dy):
        return dense.backward(layer, weights, cache[0], tanh.backward(Tanh(), cache[1], dy))

    return SimpleNamespace(forward=forward, backward=backward)


def test_of_a_fused_activation_only_the_composite_is_compared(right, heard):
    mine = Layerwise("mine", operators={Tanh: right[Tanh]})
    mine.functions("Dense", fusing(right).forward, fusing(right).backward, returns="dx, kernel, bias", fused="tanh")
    operator = fusing(right)
    mine.implements("Dense", fused="tanh")(lambda: operator)
    told = heard(mine, Case(APART, dtype="float64"))
    assert told.failed == []
    assert {"1/forward/dense", "1/backward/activation"} <= set(told.unobserved)
    assert {"1/forward/activation", "1/backward/dense", "1/gradient/dense/kernel"} <= set(told.passed)


def test_an_undeclared_fused_activation_is_named(right, heard):
    mine = Layerwise("mine", operators={Dense: fusing(right), Tanh: right[Tanh]})
    for network in (APART, Network((7,), Dense(4, "tanh"))):
        told = heard(mine, Case(network, dtype="float64"))
        assert told.failed
        assert told.suggested == "Dense agrees exactly if you declare fused='tanh'"


def test_a_layer_that_always_applies_an_activation_does_not_support_the_ones_without(right, heard):
    mine = Layerwise("mine", operators={Tanh: right[Tanh]})
    operator = fusing(right)
    mine.implements("Dense", fused="tanh")(lambda: operator)
    told = heard(mine, Case(FUSED, dtype="float64"))
    assert told.trace.status == "unsupported"
    assert told.trace.reason == "mine's Dense always applies tanh"


def crossentropy_with_softmax():
    return SimpleNamespace(
        forward=lambda loss, y, p: -(y * np.log(p)).sum() / len(y), backward=lambda loss, y, p: (p - y) / len(y)
    )


@pytest.mark.parametrize("layers", [Dense(4, "softmax"), (Dense(4), Activation("softmax"))])
def test_a_loss_fused_with_softmax_hides_its_own_gradient_and_shows_the_composite(right, heard, layers):
    case = Case(Network((7,), layers), loss="categorical_crossentropy", dtype="float64")
    operator = crossentropy_with_softmax()
    mine = Layerwise("mine", operators=right)
    mine.implements("categorical_crossentropy", fused="softmax")(lambda: operator)
    told = heard(mine, case)
    assert told.failed == []
    assert told.unobserved == ["1/backward/loss"]
    undeclared = heard(Layerwise("mine", operators={**right, CategoricalCrossentropy: operator}), case)
    assert undeclared.failed
    assert undeclared.suggested == "CategoricalCrossentropy agrees exactly if you declare fused='softmax'"


def test_a_loss_fused_with_softmax_does_not_support_networks_without_one(right, heard):
    mine = Layerwise("mine", operators=right)
    mine.implements("categorical_crossentropy", fused="softmax")(crossentropy_with_softmax)
    told = heard(mine, Case(Network((7,), Dense(4, "sigmoid")), loss="categorical_crossentropy"))
    assert told.trace.reason == "mine's CategoricalCrossentropy gives the gradient at the input of a softmax"


def test_one_image_channel_may_be_left_out_of_the_layout_and_several_may_not(right, heard):
    pairs = {"x": (lambda x: x[..., np.newaxis], lambda x: x[..., 0])}
    operator = foreign.foreign(right[MaxPooling2D], **pairs, y=pairs["x"])
    mine = Layerwise("mine", operators={MaxPooling2D: operator}, layout="NHW")
    assert heard(mine, Case(Network((6, 5, 1), MaxPooling2D(2)))).failed == []
    told = heard(mine, Case(POOL))
    assert told.trace.status == "unsupported"
    assert told.trace.reason == "axes NHW have no C, of which there are 3"


def test_what_is_declared_is_said_of_the_operators_that_a_case_needs():
    mine = Layerwise("mine", layout="channels_first")
    mine.implements("Dense", dense_axes="OI", fused="relu")(lambda: SimpleNamespace(forward=print, backward=print))
    mine.implements("Conv2D", kernel_axes="OIHW")(lambda: SimpleNamespace(forward=print, backward=print))
    assert mine.declared(Case(DENSE)) == "layout = NCHW; Dense: dense_axes = OI, fused = relu"
    assert Layerwise("plain").declared(Case(DENSE)) == ""


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"layuot": "NCHW"}, "mine: unknown argument or convention layuot='NCHW'. Did you mean layout?"),
        ({"layout": "NCCHW"}, "expected layout to be axes out of N, H, W, C and 1, none of them twice, got layout="),
        ({"flatten": "HW"}, "expected flatten to be an order of H, W and C, got flatten='HW'"),
        ({"ties": "last"}, "expected ties to be one of 'first', 'any', got ties='last'"),
        ({"factor": "-1"}, "expected factor to be a product or quotient of positive integers, N and K"),
        ({"factor": "import os"}, "expected factor to be a product or quotient of positive integers, N and K"),
        ({"average": "batch"}, "expected average to be one of 'loss', 'layers', 'update'"),
    ],
)
def test_a_mistake_in_a_declaration_is_named(declared, message):
    with pytest.raises(SpecificationError) as refused:
        Layerwise("mine", **declared)
    assert message in str(refused.value)


@pytest.mark.parametrize(("text", "value"), [("1/2", 0.5), ("N*K/2", 30), ("2*N", 10), ("1", 1)])
def test_a_factor_may_name_samples_and_outputs(text, value):
    assert Conventions(factor=text).factor_of(5, 12) == value
