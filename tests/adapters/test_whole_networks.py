"""Implementations that train by themselves: seen through parameters, predictions, and what they show."""

import numpy as np
import pytest

from harness import SGD, Adam, Case, Conv2D, Dense, Flatten, MaxPooling2D, Network
from harness.adapters import UpdateOnly, WholeNetwork
from harness.cases.problem import make_problem
from harness.errors import SpecificationError, Unsupported
from harness.layerwise import Layerwise

NETWORK = Network((7,), (Dense(5, "tanh", name="hidden"), Dense(3)))
CASE = Case(NETWORK, steps=3)


class TwoLayers:
    """tanh, then linear, mean squared error, weights (out, in)."""

    def __init__(self, features, hidden, outputs):
        self.weights = [np.ones((hidden, features)), np.ones(hidden), np.ones((outputs, hidden)), np.ones(outputs)]
        self.loss = None

    def predict(self, x):
        W1, b1, W2, b2 = self.weights
        self.x, self.h = x, np.tanh(x @ W1.T + b1)
        return self.h @ W2.T + b2

    def gradients(self, x, y):
        error = self.predict(x) - y
        self.loss = np.mean(error**2)
        dy = 2 * error / error.size
        self.dW2 = dy.T @ self.h
        return [*self.below(dy), self.dW2, dy.sum(axis=0)]

    def below(self, dy):
        dz = dy @ self.weights[2] * (1 - self.h**2)
        return dz.T @ self.x, dz.sum(axis=0)

    def fit(self, x, y, rate):
        self.weights = [w - rate * g for w, g in zip(self.weights, self.gradients(x, y), strict=True)]


class UpdatesFirst(TwoLayers):
    """The layer below gets its gradient through weights that were already updated."""

    def fit(self, x, y, rate):
        gradients = self.gradients(x, y)
        dy = 2 * (self.predict(x) - y) / y.size
        self.weights[2:] = [w - rate * g for w, g in zip(self.weights[2:], gradients[2:], strict=True)]
        self.weights[:2] = [w - rate * g for w, g in zip(self.weights[:2], self.below(dy), strict=True)]


class Momentum(TwoLayers):
    """Keeps a velocity that plain SGD has not."""

    velocity = 0.0

    def fit(self, x, y, rate):
        self.velocity = [0.5 * v + g for v, g in zip(self.velocity or [0] * 4, self.gradients(x, y), strict=True)]
        self.weights = [w - rate * v for w, v in zip(self.weights, self.velocity, strict=True)]


PARAMETERS = {
    "dense/kernel": "weights[0]",
    "dense/bias": "weights[1]",
    "dense_1/kernel": "weights[2]",
    "dense_1/bias": "weights[3]",
}


def whole(kind=TwoLayers, **changes):
    description = {
        "layers": "Dense tanh, Dense",
        "build": lambda shape, one, two: kind(*shape, one.units, two.units),
        "parameters": PARAMETERS,
        "step": "fit(x, y, learning_rate)",
        "loss": "mean_squared_error",
        "shows": {"loss": "loss", "forward/dense": "h", "gradient/dense_1/kernel": "dW2"},
        "dense_axes": "OI",
    }
    return WholeNetwork("mine", **(description | changes))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_whole_network_passes_in_what_it_shows(dtype, heard):
    told = heard(whole(), CASE.with_(dtype=dtype))
    assert told.failed == []
    assert told.findings == ()
    assert {"3/update/hidden/kernel", "3/gradient/hidden/bias", "3/forward/hidden", "2/loss", "final/forward"} <= set(
        told.passed
    )
    assert {"1/forward/dense", "1/backward/hidden", "final/loss"} <= set(told.unobserved)


def test_an_undeclared_convention_of_a_whole_network_is_named(heard):
    told = heard(whole(dense_axes="IO"), CASE)
    assert told.failed
    assert "mine agrees exactly if you declare dense_axes='OI'" in told.suggested


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_that_uses_updated_weights_is_wrong_and_a_finding(dtype, heard):
    told = heard(whole(UpdatesFirst), CASE.with_(dtype=dtype, steps=1))
    assert "1/update/hidden/kernel" in told.failed
    assert "1/update/dense/kernel" in told.passed
    assert any("the gradient of hidden/kernel depends on the learning rate" in each for each in told.findings)


def test_what_a_network_carries_from_step_to_step_is_seen_in_the_update(heard):
    told = heard(whole(Momentum), CASE.with_(steps=2))
    assert "2/update/hidden/kernel" in told.failed
    assert not any(name.startswith("1/update") for name in told.failed)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (Case(Network((7,), Dense(5))), "mine is Dense tanh, Dense, and the case's network is Dense"),
        (
            Case(Network((7,), (Dense(5, "relu"), Dense(3)))),
            "mine is Dense tanh, Dense, and the case's network is Dense relu, Dense",
        ),
        (CASE.with_(optimizer=Adam()), "mine trains with MeanSquaredError and plain SGD only"),
        (CASE.with_(optimizer=SGD(momentum=0.5)), "mine trains with MeanSquaredError and plain SGD only"),
        (CASE.with_(loss="huber"), "mine trains with MeanSquaredError and plain SGD only"),
        (
            Case(Network((7,), (Dense(5, "tanh", use_bias=False), Dense(3)))),
            "mine's Dense does not take use_bias=False",
        ),
    ],
)
def test_other_networks_and_optimizers_are_unsupported(case, reason, heard):
    told = heard(whole(), case)
    assert told.trace.status == "unsupported"
    assert told.trace.reason == reason


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": "Dens tanh"}, "mine has a layer 'Dens'. Did you mean Dense?"),
        (
            {"layers": "Dense tahn, Dense"},
            "mine has a layer 'Dense tahn': unknown activation 'tahn'. Did you mean tanh?",
        ),
        ({"step": "fit(x, y)"}, "mine expected step to be given a learning_rate"),
        ({"parameters": {"dense_2/kernel": "W"}}, "mine has a parameter 'dense_2/kernel'."),
        ({"dense_axis": "OI"}, "unknown argument or convention dense_axis='OI'. Did you mean dense_axes?"),
        ({"show": {}}, "unknown argument or convention show={}. Did you mean shows?"),
    ],
)
def test_a_mistake_is_named(changes, message):
    with pytest.raises(SpecificationError) as refused:
        whole(**changes)
    assert message in str(refused.value)


def update_only(right, *, scale=1.0, **options):
    """The vectorized operators behind five functions."""

    class Net:
        def __init__(self, case):
            self.case = case
            self.weights = None

    def train_step(net, x, y, learning_rate):
        from dataclasses import replace

        from harness.cases.problem import Batch

        problem = make_problem(net.case.with_(optimizer=SGD(learning_rate=learning_rate), steps=1))
        problem = replace(problem, batches=(Batch(x, y),), weights=net.weights, dtype=x.dtype)
        shown = Layerwise("own", operators=right).run(problem)
        for layer, arrays in net.weights.items():
            for name, array in arrays.items():
                after = shown[f"1/update/{layer}/{name}"]
                arrays[name] = array + np.asarray(scale, array.dtype) * (after - array)
        return shown["1/loss"]

    def predict(net, x):
        problem = make_problem(net.case.with_(steps=1))
        outputs = x
        for node in problem.case.network.nodes:
            outputs, _ = right[type(node.layer)].forward(node.layer, net.weights.get(node.name, {}), outputs)
        return outputs

    return UpdateOnly(
        "mine",
        build=Net,
        set_weights=lambda net, weights: setattr(net, "weights", {k: dict(v) for k, v in weights.items()}),
        train_step=train_step,
        get_weights=lambda net: net.weights,
        predict=predict,
        **options,
    )


IMAGES = Case(Network((6, 5, 2), (Conv2D(3, 2), MaxPooling2D(2), Flatten(), Dense(3))), steps=2)


def test_an_implementation_of_which_only_updates_are_seen_passes_in_its_gradients(right, heard):
    told = heard(update_only(right, returns_loss=True), IMAGES)
    assert told.failed == []
    assert {"1/gradient/conv2d/kernel", "2/update/dense/bias", "final/forward", "2/loss"} <= set(told.passed)
    assert {"1/forward/conv2d", "1/backward/loss", "final/loss"} <= set(told.unobserved)


def test_a_wrong_factor_in_the_update_fails_and_is_named(right, heard):
    told = heard(update_only(right, scale=2.0), IMAGES)
    assert "1/gradient/dense/kernel" in told.failed
    assert "2" in told.suggested


def test_one_sample_at_a_time_is_another_step_than_a_batch(right, heard):
    told = heard(update_only(right, samples="one"), IMAGES)
    assert told.trace.reason == "mine updates after every sample: 5 at once are another step"
    assert heard(update_only(right, samples="one"), IMAGES.with_(batch_size=1)).failed == []


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        (Adam(), "Adam"),
        (SGD(learning_rate=0.5, momentum=0.9), "SGD(momentum=0.9)"),
        (SGD(momentum=0.9, nesterov=True), "SGD(momentum=0.9, nesterov=True)"),
    ],
)
def test_other_optimizers_are_unsupported_with_what_differs_unless_they_are_claimed(right, optimizer, said):
    case = IMAGES.with_(optimizer=optimizer)
    with pytest.raises(Unsupported) as declined:
        update_only(right).built(case)
    assert str(declined.value) == f"mine trains with plain SGD, and not with {said}"
    claimed = update_only(right, any_optimizer=True)
    assert claimed.built(case).case is case
    plain = IMAGES.with_(optimizer=SGD(learning_rate=0.5))
    assert update_only(right).built(plain).case is plain
