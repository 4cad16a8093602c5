"""Existing classes, described: where parameters and gradients are, and what is found out about them on the way."""

import numpy as np
import pytest

from harness import Case, Conv2D, Dense, MaxPooling2D, Network
from harness.errors import HarnessError, SpecificationError
from harness.layerwise import Layerwise, one_number, symmetric_padding
from harness.operators.activations import LeakyRelu
from harness.operators.layers import Activation

NETWORK = Network((7,), (Dense(5), Dense(4)))
HERE = {"kernel": "W", "bias": "b"}


class Plain:
    """Gradients as attributes; whatever else is derived from it differs in one thing."""

    def __init__(self, features, units):
        self.W = np.ones((features, units))
        self.b = np.ones(units)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def gradients(self, dy):
        return self.x.T @ dy, dy.sum(axis=0)

    def backward(self, dy):
        self.dW, self.db = self.gradients(dy)
        return dy @ self.W.T


class Returning(Plain):
    def backward(self, dy):
        return (dy @ self.W.T, *self.gradients(dy))


class Nested(Plain):
    def backward(self, dy):
        self.grads = {"params": list(self.gradients(dy))}
        self.dx = dy @ self.W.T


class Updating(Plain):
    def backward(self, dy, lr):
        dx = dy @ self.W.T
        dW, db = self.gradients(dy)
        self.W -= lr * dW
        self.b -= lr * db
        return dx


class UpdatingFirst(Plain):
    def backward(self, dy, lr):
        dW, db = self.gradients(dy)
        self.W = self.W - lr * dW
        self.b = self.b - lr * db
        return dy @ self.W.T


class Decaying(Plain):
    def backward(self, dy, lr):
        dx = dy @ self.W.T
        dW, db = self.gradients(dy)
        self.W = self.W - lr * (dW + 0.125 * self.W)
        self.b = self.b - lr * db
        return dx


class Later(Plain):
    """Updates in a method of its own, at a rate that it holds."""

    def __init__(self, features, units):
        super().__init__(features, units)
        self.options = {"rate": 0.1}

    def step(self):
        self.W = self.W - self.options["rate"] * self.dW
        self.b = self.b - self.options["rate"] * self.db


class Optimized(Plain):
    def backward(self, dy, optimizer):
        dx = dy @ self.W.T
        dW, db = self.gradients(dy)
        optimizer.step([self.W, self.b], [dW, db])
        return dx


class Adding(Plain):
    """Adds gradients up until it is told to forget them."""

    def __init__(self, features, units):
        super().__init__(features, units)
        self.forget()

    def forget(self):
        self.dW, self.db = 0, 0

    def backward(self, dy):
        dW, db = self.gradients(dy)
        self.dW, self.db = self.dW + dW, self.db + db
        return dy @ self.W.T


class Lazy(Plain):
    def __init__(self):
        self.W = None

    def forward(self, x):
        if self.W is None:
            super().__init__(x.shape[1], 4 if x.shape[1] == 5 else 5)
        return super().forward(x)


class OneSample(Plain):
    def gradients(self, dy):
        return np.outer(self.x, dy), dy


class OneSampleUpdating(OneSample, Updating): ...


def described(kind, *, conventions=None, **description):
    mine = Layerwise("mine", **(conventions or {}))
    build = kind if kind is Lazy else lambda layer, shape: kind(*shape, layer.units)
    mine.describes("Dense", build, parameters=HERE, **description)
    return mine


ATTRIBUTES = {"gradients": {"kernel": "dW", "bias": "db"}}
RATE = {"backward": "backward(dy, learning_rate)"}
WAYS = {
    "attributes": (Plain, ATTRIBUTES),
    "returned": (Returning, {"returns": "dx, kernel, bias"}),
    "paths": (
        Nested,
        {"returns": "", "gradients": {"dx": "dx", "kernel": "grads['params'][0]", "bias": "grads.params.1"}},
    ),
    "weight-change": (Updating, RATE),
    "weight-change-later": (Later, {"update": "step()", "learning_rate": "options.rate"}),
    "optimizer": (Optimized, {"backward": "backward(dy, optimizer)"}),
    "optimizer-by-keyword": (Optimized, {"backward": "backward(dy, optimizer=optimizer)"}),
    "reset": (Adding, {**ATTRIBUTES, "reset": "forget()"}),
    "one-sample": (OneSample, {**ATTRIBUTES, "features": "F"}),
    "one-sample-weight-change": (OneSampleUpdating, {**RATE, "features": "F"}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("batch", [1, 5])
def test_gradients_are_found_wherever_they_are(way, dtype, batch, heard):
    kind, description = WAYS[way]
    told = heard(described(kind, **description), Case(NETWORK, dtype=dtype, batch_size=batch, steps=3))
    assert told.failed == [], told.trace.reason
    assert {"3/gradient/dense/kernel", "3/gradient/dense_1/bias", "3/backward/dense"} <= set(told.passed)
    assert told.findings == ()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_gradient_computed_from_updated_weights_is_wrong_and_a_finding(dtype, heard):
    told = heard(described(UpdatingFirst, **RATE), Case(NETWORK, dtype=dtype))
    assert told.failed == ["1/backward/dense_1", "1/backward/dense"]
    (finding,) = told.findings
    assert finding.startswith("mine's Dense: the gradient of its input depends on the learning rate.")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_hidden_weight_decay_is_seen_in_the_weight_change(dtype, heard):
    told = heard(described(Decaying, **RATE), Case(NETWORK, dtype=dtype))
    assert told.failed == ["1/gradient/dense_1/kernel", "1/gradient/dense/kernel"]


def test_an_object_stays_for_all_steps_so_that_gradients_that_add_up_are_seen(heard):
    told = heard(described(Adding, **ATTRIBUTES), Case(NETWORK, steps=2))
    assert told.failed[0] == "2/gradient/dense_1/kernel"
    assert not any(name.startswith("1/") for name in told.failed)


def test_objects_are_new_in_each_run(heard):
    mine, case = described(Adding, **ATTRIBUTES), Case(NETWORK)
    assert heard(mine, case).failed == heard(mine, case).failed == []


def test_a_lazy_build_gets_its_dummy_forward_and_undeclared_is_named(heard):
    case = Case(NETWORK, dtype="float64")
    described_lazily = {"parameters": HERE, **ATTRIBUTES}
    for lazy in (True, False):
        mine = Layerwise("mine")
        mine.describes("Dense", lambda layer, shape: layer.units and Lazy(), lazy=lazy, **described_lazily)
        told = heard(mine, case)
        assert (told.failed == []) is lazy
    assert "Dense agrees exactly if you declare lazy=True" in told.suggested


def test_what_the_constructor_does_not_read_is_not_supported(heard):
    class Pool:
        def forward(self, x):
            return x

    mine = Layerwise("mine")
    mine.describes("MaxPooling2D", lambda layer, shape: layer.pool_size and Pool())
    told = heard(mine, Case(Network((6, 5, 2), MaxPooling2D(2, strides=1))))
    assert told.trace.status == "unsupported"
    assert told.trace.reason == "mine's MaxPooling2D does not take strides=(1, 1)"
    # The default of strides is the size of the window.
    assert heard(mine, Case(Network((6, 5, 2), MaxPooling2D(2, strides=2)))).trace.status != "unsupported"


def dense_without_options(layer, weights, x):
    return x @ weights["kernel"] + weights["bias"]


def test_functions_that_do_not_read_an_argument_do_not_support_it(heard):
    mine = Layerwise("mine")
    backward = lambda layer, w, x, dy: (dy @ w["kernel"].T, x.T @ dy, dy.sum(axis=0))  # noqa: E731
    mine.functions("Dense", dense_without_options, backward, returns="dx, kernel, bias")
    mine.functions("LeakyRelu", lambda leaky, x: np.where(x > 0, x, x / 5), lambda leaky, x, dy: dy)
    assert heard(mine, Case(NETWORK)).failed == []
    without = heard(mine, Case(Network((7,), Dense(4, use_bias=False))))
    assert without.trace.reason == "mine's Dense does not do without a bias"
    steep = heard(mine, Case(Network((7,), Activation(LeakyRelu(negative_slope=0.5)))))
    assert steep.trace.reason == "mine's LeakyRelu does not take negative_slope=0.5"


def test_a_function_that_fails_at_the_defaults_is_an_error(heard):
    mine = Layerwise("mine")
    mine.functions("Dense", lambda layer, weights, x: x @ x, lambda layer, weights, x, dy: dy)
    told = heard(mine, Case(NETWORK))
    assert told.trace.status == "error"
    assert "ValueError: matmul" in told.trace.reason


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({}, "says nothing of where the gradient of kernel, bias is: name it in gradients= or returns=, or give "),
        ({"gradients": {"kernle": "dW"}}, "mine's Dense has a gradient of kernle. Did you mean kernel?"),
        ({"returns": "dx, kernel, bais"}, "mine's Dense has a gradient of bais. Did you mean bias?"),
        (
            {"backward": "backward(dz)"},
            "'backward(dz)' has the argument dz. Expected one of: dy, learning_rate, optimizer, x, y.",
        ),
        ({"backward": "lambda: 3"}, "expected a call such as 'forward(dy)', got 'lambda: 3'"),
        ({"forward": "forward(x + 1)", **ATTRIBUTES}, "expected a known name or a constant, got 'x + 1'"),
    ],
)
def test_a_mistake_in_a_description_is_named(description, message):
    with pytest.raises(SpecificationError) as refused:
        described(Plain, **description)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"gradients": {"kernel": "dw", "bias": "db"}}, "dw leads nowhere: Plain has no dw. Did you mean dW?"),
        ({"returns": "dx, kernel, bias"}, "mine: Dense's backward expected to return dx, kernel, bias, got ndarray."),
    ],
)
def test_a_description_that_does_not_fit_the_class_is_an_error_with_the_nearest_name(description, message, heard):
    told = heard(described(Plain, **description), Case(NETWORK))
    assert told.trace.status == "error"
    assert message in told.trace.reason


@pytest.mark.parametrize(
    ("register", "words", "message"),
    [
        ("describes", {"rest": "zero()"}, "unknown argument or convention rest='zero()'. Did you mean reset?"),
        (
            "describes",
            {"backwards": "b(dy)"},
            "unknown argument or convention backwards='b(dy)'. Did you mean backward?",
        ),
        ("describes", {"layuot": "NCHW"}, "unknown argument or convention layuot='NCHW'. Did you mean layout?"),
        ("functions", {"retuns": "dx"}, "unknown argument or convention retuns='dx'. Did you mean returns?"),
        ("implements", {"fusd": "relu"}, "unknown argument or convention fusd='relu'. Did you mean fused?"),
    ],
)
def test_a_word_is_answered_by_the_nearest_among_arguments_and_conventions(register, words, message):
    arguments = {"describes": (Plain,), "functions": (print, print), "implements": ()}[register]
    with pytest.raises(SpecificationError) as refused:
        getattr(Layerwise("mine"), register)("Dense", *arguments, **words)
    assert str(refused.value) == f"mine: {message}"


def test_a_word_like_none_is_answered_by_all_arguments_and_conventions():
    with pytest.raises(SpecificationError, match="Expected one of: ") as refused:
        Layerwise("mine").describes("Dense", Plain, xyzzy=1)
    named = str(refused.value).partition("Expected one of: ")[2].removesuffix(".").split(", ")
    assert {"reset", "forward", "backward", "layout", "kernel_axes"} <= set(named)
    assert len(named) == len(set(named))


def test_an_optimizer_is_not_described():
    with pytest.raises(HarnessError, match=r"an optimizer is given by implements\('SGD'\)"):
        Layerwise("mine").describes("SGD", print)


def test_padding_and_strides_of_one_number_decline_what_is_not_one():
    from harness.errors import Unsupported

    assert symmetric_padding(Conv2D(2, (3, 5), padding="same"), (7, 6, 1)) == (1, 2)
    assert symmetric_padding(MaxPooling2D(3, padding="valid"), (7, 6, 1)) == (0, 0)
    with pytest.raises(Unsupported, match="not symmetric"):
        symmetric_padding(Conv2D(2, 2, padding="same"), (7, 6, 1))
    assert one_number((2, 2)) == 2
    with pytest.raises(Unsupported, match="not the same"):
        one_number((1, 2))
