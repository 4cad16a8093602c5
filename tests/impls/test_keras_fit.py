"""``compile`` and ``fit`` move the weights to where the step-by-step observation of the same Keras objects moves them.

The networks hold the layer under test above or below layers with weights, so that its backward pass decides the update.
"""

import keras
import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.data import lattice
from harness.cases.network import INPUT, Network
from harness.cases.problem import make_problem
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import (
    LAYERS,
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
from harness.operators.layers.conv1d import Conv1D
from harness.operators.layers.layer_normalization import LayerNormalization
from harness.operators.layers.up_sampling2d import UpSampling2D
from harness.operators.optimizers import SGD, Adam, RMSprop
from harness.operators.specification import file_name
from impls.keras.building import built

IMAGE = (4, 8, 3)
BELOW = Conv2D(4, (3, 2), padding="same")
# Every output has a power of two of elements, and every mean is over a power of two.
EXACT = {
    "Conv2D": (BELOW, Conv2D(2, (2, 3), strides=(2, 1), padding="same")),
    "Conv2D in groups": (BELOW, Conv2D(4, (2, 3), groups=2, padding="same")),
    "DepthwiseConv2D": (BELOW, DepthwiseConv2D((2, 3), depth_multiplier=2, padding="same")),
    "Conv2DTranspose": (BELOW, Conv2DTranspose(2, (3, 2), strides=2, padding="same")),
    "ZeroPadding2D": (BELOW, ZeroPadding2D(((1, 3), (2, 6)))),
    "MaxPooling2D": (BELOW, MaxPooling2D((3, 2), strides=(1, 2), padding="same")),
    "AveragePooling2D": (BELOW, AveragePooling2D((4, 2), strides=2)),
    "GlobalAveragePooling2D": (BELOW, GlobalAveragePooling2D()),
    "Add": (BELOW, Conv2D(4, 1, name="above"), Add(inputs=("above", "conv2d"))),
    "Concatenate": (Conv2D(5, (3, 2), padding="same"), Concatenate(inputs=("input", "conv2d"))),
    "Flatten": (BELOW, Flatten()),
    "Reshape": (BELOW, Reshape((8, 16))),
    "UpSampling2D": (BELOW, UpSampling2D((2, 1))),
    "Conv1D": (BELOW, Reshape((8, 16)), Conv1D(2, 3, padding="causal")),
    "Dense": (Flatten(), Dense(4), Dense(2)),
    "Activation": (BELOW, Activation("relu")),
}
# One divides by a deviation, the other by the number of equal maxima.
INEXACT = {"BatchNormalization": (BELOW, BatchNormalization()), "GlobalMaxPooling2D": (BELOW, GlobalMaxPooling2D())}
# Every other layer, above one whose weights move by what comes through it.
SAMPLES = {
    f"{kind} {number}": Case(Network(cls.sample_shape, (LayerNormalization(), cls(**sample))))
    for kind, cls in LAYERS.items()
    if kind not in {layers[-1].kind for layers in (EXACT | INEXACT).values()}
    for number, sample in enumerate(cls.samples)
}
OPTIMIZERS_UNDER_TEST = (
    SGD(0.25, momentum=0.5), SGD(0.25, momentum=0.5, nesterov=True), Adam(0.25), RMSprop(0.25),
    RMSprop(0.25, momentum=0.5, centered=True),
)  # fmt: skip


def weights_after_fit(problem):
    """Train a Keras model the way a user does; returns every variable by ``layer/variable``."""
    case, dtype = problem.case, problem.dtype.name
    tensors = {INPUT: keras.Input(case.network.input_shape, dtype=dtype)}
    layers = {}
    for node in case.network.nodes:
        layers[node.name] = built(node.layer, dtype)
        read = [tensors[source] for source in node.inputs]
        tensors[node.name] = layers[node.name](read if len(read) > 1 else read[0])
    model = keras.Model(tensors[INPUT], tensors[case.network.nodes[-1].name])
    variables = {f"{name}/{each.name}": each for name, layer in layers.items() for each in layer.variables}
    for name, arrays in (*problem.weights.items(), *problem.state.items()):
        for part, array in arrays.items():
            variables[f"{name}/{part}"].assign(array)
    model.compile(built(case.the_optimizer, dtype), built(case.the_loss, dtype))
    x, y = (np.concatenate([getattr(batch, side) for batch in problem.batches]) for side in "xy")
    model.fit(x, y, batch_size=case.batch_size, epochs=1, shuffle=False, verbose=0)
    return {name: variable.numpy() for name, variable in variables.items()}


def both_ways(case, keras_implementation):
    """Yield for every variable its value after ``fit`` and after the steps observed one by one."""
    problem = make_problem(case)
    observed = keras_implementation.run(problem)
    initial = {f"{layer}/{name}": a for layer, named in problem.weights.items() for name, a in named.items()}
    for name, fitted in weights_after_fit(problem).items():
        stepwise = observed[f"{case.steps}/update/{name}"]
        assert name not in initial or not np.array_equal(stepwise, initial[name]), f"{name} did not move"
        yield name, fitted, stepwise


@pytest.mark.parametrize("name", EXACT)
def test_fit_and_observation_agree_to_the_bit_where_arithmetic_is_exact(name, keras_implementation):
    # Small integers, a rate and a mean that are powers of two: every order of operations gives the same bits.
    case = Case(Network(IMAGE, EXACT[name]), data=lattice, batch_size=4, dtype="float64", optimizer=SGD(0.25))
    for variable, fitted, stepwise in both_ways(case, keras_implementation):
        np.testing.assert_array_equal(fitted, stepwise, err_msg=variable, strict=True)


ROUNDED = {
    **SAMPLES,
    **{kind: Case(Network(IMAGE, layers)) for kind, layers in INEXACT.items()},
    **{kind: Case(Network((6,), (Dense(4, file_name(cls)), Dense(3)))) for kind, cls in ACTIVATIONS.items()},
    **{
        f"{number} {optimizer.kind}": Case(Network((6,), (Dense(4, "tanh"), Dense(3))), optimizer=optimizer, steps=2)
        for number, optimizer in enumerate(OPTIMIZERS_UNDER_TEST)
    },
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ROUNDED)
def test_fit_and_observation_agree_in_half_of_the_digits_where_operations_may_be_reordered(
    name, dtype, keras_implementation
):
    # Graph and eager kernels sum in different orders, which Adam and RMSprop divide by small numbers. Half of the
    # digits are room for that, and no other rule than the same one agrees with it so far.
    for variable, fitted, stepwise in both_ways(ROUNDED[name].with_(dtype=dtype), keras_implementation):
        half = np.sqrt(np.finfo(dtype).eps) * np.abs(stepwise).max()
        np.testing.assert_allclose(fitted, stepwise, rtol=0, atol=half, err_msg=variable, strict=True)


def test_another_rate_does_not_agree_so_far(keras_implementation):
    case = ROUNDED["2 Adam"]
    ways = both_ways(case.with_(optimizer=Adam(0.251)), keras_implementation)
    other = {name: fitted for name, fitted, _ in ways}
    for variable, _, stepwise in both_ways(case, keras_implementation):
        half = np.sqrt(np.finfo("float32").eps) * np.abs(stepwise).max()
        assert np.abs(other[variable] - stepwise).max() > half, variable


def test_every_layer_and_activation_is_under_test():
    samples = {case.network.layers[-1].kind for case in SAMPLES.values()}
    assert {layers[-1].kind for layers in (EXACT | INEXACT).values()} | samples == LAYERS.keys()
    assert ROUNDED.keys() >= ACTIVATIONS.keys()
