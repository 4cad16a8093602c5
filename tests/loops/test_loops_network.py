"""The textbook's network: what it learns, when it stops, what it prints, and what it refuses."""

import doctest

import numpy as np
import pytest

from harness.errors import SpecificationError
from impls.loops import ConvolutionLayer, FlattenLayer, FullyConnectedLayer, MaxPoolingLayer, Network, textbook


def exact_network(integers, loss="mean_squared_error"):
    """Return a network of linear neurons on integers and powers of two: it computes without rounding."""
    network = Network((4, 5, 2), loss)
    network.add(ConvolutionLayer(3, (2, 3), "linear", integers(2, 3, 2, 3), integers(3)))
    network.add(FlattenLayer())
    network.add(FullyConnectedLayer(2, "linear", integers(27, 2), integers(2)))
    return network, integers(4, 4, 5, 2), integers(4, 2)


def nudged(network, position, name, index, change):
    """Return a network with one weight changed."""
    other = Network(network.shapes[0])
    for number, layer in enumerate(network.layers):
        weights = {key: array.copy() for key, array in layer.weights.items()}
        if number == position:
            weights[name][index] += change
        match layer:
            case ConvolutionLayer():
                other.add(ConvolutionLayer(len(layer.filters), layer.kernel_size, "linear", **weights))
            case FullyConnectedLayer():
                other.add(FullyConnectedLayer(layer.units, "linear", **weights))
            case _:
                other.add(FlattenLayer())
    return other


@pytest.mark.parametrize(
    ("position", "name", "index"),
    [(0, "kernel", (1, 2, 0, 1)), (0, "bias", (2,)), (2, "kernel", (11, 1)), (2, "bias", (0,))],
)
def test_a_step_is_the_learning_rate_times_the_slope_of_the_loss(position, name, index, integers):
    network, x, y = exact_network(integers)
    # In each single weight the loss of linear neurons is a parabola, of which a central difference is the slope.
    above, below = (nudged(network, position, name, index, change) for change in (1.0, -1.0))
    slope = (above.loss(y, above.forward(x)) - below.loss(y, below.forward(x))) / 2
    before = network.layers[position].weights[name][index]
    network.train(x, y, epochs=1, learning_rate=0.125)
    assert network.layers[position].weights[name][index] == before - 0.125 * slope


def test_the_gradient_of_the_input_is_the_slope_of_the_loss(integers):
    network, x, y = exact_network(integers)
    losses = []
    for change in (1.0, -1.0):
        moved = x.copy()
        moved[2, 1, 3, 0] += change
        losses.append(network.loss(y, network.forward(moved)))
    dx = network.backward(network.loss_derivative(y, network.forward(x)))
    assert dx[2, 1, 3, 0] == (losses[0] - losses[1]) / 2


def test_training_twice_for_one_epoch_is_training_for_two(integers):
    once, x, y = exact_network(integers)
    twice = nudged(once, 0, "bias", (0,), 0.0)
    losses = once.train(x, y, epochs=2, learning_rate=2.0**-12)
    assert losses == [loss for _ in range(2) for loss in twice.train(x, y, epochs=1, learning_rate=2.0**-12)]
    for one, other in zip(once.layers, twice.layers, strict=True):
        assert all(np.array_equal(array, other.weights[name]) for name, array in one.weights.items())


def perfect(offset):
    """Return a linear neuron whose prediction misses its target by ``offset``, with x and y."""
    network = Network((1,))
    network.add(FullyConnectedLayer(1, "linear", np.array([[1.0]]), np.array([offset])))
    return network, np.array([[1.0]]), np.array([[1.0]])


def test_training_stops_when_the_loss_no_longer_changes():
    network, x, y = perfect(0.0)
    assert network.train(x, y, epochs=100, learning_rate=0.5) == [0.0, 0.0]


def test_training_stops_when_the_loss_changes_by_exactly_the_smallest_change():
    network, x, y = perfect(1e-4)
    # The first step of this rate takes the miss of 1e-4, a loss of 1e-8, to 0.
    losses = network.train(x, y, epochs=100, learning_rate=0.25)
    assert len(losses) == 2
    assert losses[1] < losses[0] <= 1e-8


def test_training_goes_on_while_the_loss_changes():
    network, x, y = perfect(1.0)
    losses = network.train(x, y, epochs=5, learning_rate=0.0625)
    assert len(losses) == 5
    assert losses == sorted(losses, reverse=True)


def test_cross_entropy_stays_finite_where_predictions_are_certain_and_wrong():
    network = Network((1,), "binary_crossentropy")
    network.add(FullyConnectedLayer(2, "sigmoid", np.array([[1000.0, -1000.0]]), np.zeros(2)))
    x, y = np.array([[1.0]]), np.array([[0.0, 1.0]])
    assert network.forward(x).tolist() == [[1.0, 0.0]]
    assert np.isfinite(network.train(x, y, epochs=3, learning_rate=0.5)).all()


def test_cross_entropy_learns_from_every_sample():
    network = Network((2,), "binary_crossentropy")
    network.add(FullyConnectedLayer(1, "sigmoid", np.zeros((2, 1)), np.zeros(1)))
    # Each feature is seen by one sample alone; at p = 1/2 the slope of the mean over both is (p - y) / 2.
    network.train(np.eye(2), np.array([[1.0], [0.0]]), epochs=1, learning_rate=1.0)
    assert network.layers[0].weights["kernel"].tolist() == [[0.25], [-0.25]]


def test_layers_learn_their_input_shape_from_the_one_before(integers):
    network, _, _ = exact_network(integers)
    assert network.shapes == [(4, 5, 2), (3, 3, 3), (27,), (2,)]


def test_random_weights_come_from_the_generator_and_differ_between_neurons():
    kernels = []
    for seed in (0, 0, 1):
        network = Network((3,), generator=np.random.default_rng(seed))
        network.add(FullyConnectedLayer(2))
        kernels.append(network.layers[0].weights["kernel"])
    assert np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])
    assert not np.array_equal(kernels[0][:, 0], kernels[0][:, 1])


def test_given_weights_are_copied(integers):
    kernel, bias = integers(2, 1), integers(1)
    before = kernel.copy()
    network = Network((2,))
    network.add(FullyConnectedLayer(1, "linear", kernel, bias))
    network.train(integers(3, 2), integers(3, 1), epochs=1, learning_rate=1.0)
    assert np.array_equal(kernel, before)


def test_printing_shows_every_layer_with_its_shapes_and_weights(integers):
    network, _, _ = exact_network(integers)
    lines = str(network).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "Network, input (4, 5, 2)",
        "ConvolutionLayer, output (3, 3, 3)",
        "FlattenLayer, output (27,)",
        "FullyConnectedLayer, output (2,)",
    ]
    assert [line.strip() for line in lines if line.startswith("  kernel") or line.startswith("  bias")] == [
        "kernel (2, 3, 2, 3)",
        "bias (3,)",
        "kernel (27, 2)",
        "bias (2,)",
    ]


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (FullyConnectedLayer(1), "expected an input of shape (features,), got (4, 5, 2). Put a FlattenLayer before it"),
        (ConvolutionLayer(1, 5), "no smaller than its kernel (5, 5), got (4, 5, 2)"),
        (MaxPoolingLayer(5), "no smaller than its window (5, 5), got (4, 5, 2)"),
        (ConvolutionLayer(1, 3), "expected a kernel, or a generator to draw one from"),
        (
            ConvolutionLayer(1, 3, kernel=np.zeros((1, 2, 3, 3))),
            "expected a kernel of shape (3, 3, 2, 1), got kernel.shape=(1, 2, 3, 3)",
        ),
    ],
)
def test_a_layer_that_does_not_fit_says_why(layer, message):
    with pytest.raises(SpecificationError) as error:
        Network((4, 5, 2)).add(layer)
    assert message in str(error.value)


def test_a_target_of_another_shape_is_not_broadcast(integers):
    network, x, y = exact_network(integers)
    with pytest.raises(SpecificationError, match=r"expected y of shape \(4, 2\), got y.shape=\(4,\)"):
        network.train(x, y[:, 0], epochs=1, learning_rate=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Network((3,), loss="mean_square_error"), "Did you mean mean_squared_error?"),
        (lambda: FullyConnectedLayer(1, "sigmoidal"), "Did you mean sigmoid?"),
        (lambda: Network((3,)).forward(np.zeros((1, 4))), "expected samples of shape (3,), got (4,)"),
    ],
)
def test_a_slip_is_named_with_the_nearest_right_word(make, message):
    with pytest.raises(SpecificationError) as error:
        make()
    assert message in str(error.value)


def test_the_example_in_the_documentation_runs():
    failed, attempted = doctest.testmod(textbook)
    assert attempted > 0
    assert failed == 0
