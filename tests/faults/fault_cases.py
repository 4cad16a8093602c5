"""Small cases in which every fault of the catalogue can show, by the name of the operator it replaces."""

from collections.abc import Iterator

from harness.cases.case import Case
from harness.cases.data import Integers, Random, Uniform, huge, lattice, random, saturated, soft, ties
from harness.cases.network import Network
from harness.cases.samples import samples_of
from harness.operators import OPERATORS
from harness.operators.activations import Elu, LeakyRelu
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
from harness.operators.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from harness.operators.optimizers import SGD, Adam, RMSprop

IMAGE = (8, 7, 3)
LAYERS = {
    "Conv2D": (
        Conv2D(4, (3, 2), padding="same"),
        Conv2D(4, 3, strides=(2, 3)),
        Conv2D(4, (5, 4), strides=2, padding="same"),
        Conv2D(4, 3, dilation_rate=2),
        Conv2D(4, 2, activation="tanh"),
    ),
    "Conv2DTranspose": (
        Conv2DTranspose(4, 3),
        Conv2DTranspose(4, (3, 2), strides=2, padding="same"),
        Conv2DTranspose(2, (2, 4), strides=(3, 1)),
    ),
    "DepthwiseConv2D": (
        DepthwiseConv2D((3, 2), depth_multiplier=2, padding="same"),
        DepthwiseConv2D(3, strides=2),
        DepthwiseConv2D((2, 4), depth_multiplier=3),
    ),
    "MaxPooling2D": (
        MaxPooling2D(3),
        MaxPooling2D((3, 2), strides=1),
        MaxPooling2D((2, 3), strides=(3, 2)),
        MaxPooling2D((3, 4), strides=2, padding="same"),
    ),
    "AveragePooling2D": (
        AveragePooling2D(3),
        AveragePooling2D((3, 2), strides=1),
        AveragePooling2D((2, 3), strides=(3, 2)),
        AveragePooling2D((3, 4), strides=2, padding="same"),
    ),
    "GlobalMaxPooling2D": (GlobalMaxPooling2D(), GlobalMaxPooling2D(keepdims=True)),
    "GlobalAveragePooling2D": (GlobalAveragePooling2D(), GlobalAveragePooling2D(keepdims=True)),
    "Flatten": (Flatten(),),
    "Reshape": (Reshape((7, 24)), Reshape((3, 8, 7))),
    "ZeroPadding2D": (ZeroPadding2D(((0, 2), (3, 1))),),
    "BatchNormalization": (
        BatchNormalization(momentum=0.75),
        BatchNormalization(momentum=0.5, epsilon=0.125, center=False),
        BatchNormalization(scale=False),
    ),
}
BRANCHES = {
    "Add": (
        Conv2D(3, (3, 2), padding="same", name="left"),
        Conv2D(3, 1, inputs="input", name="right"),
        Add(inputs=("left", "input", "right")),
    ),
    "Concatenate": (
        Conv2D(4, (3, 2), padding="same", name="left"),
        Conv2D(2, 1, inputs="input", name="right"),
        Concatenate(inputs=("left", "input", "right")),
    ),
}
FUNCTIONS = {
    "Relu": ("relu",),
    "LeakyRelu": (LeakyRelu(0.25),),
    "Elu": (Elu(2.0),),
    "Selu": ("selu",),
    "Sigmoid": ("sigmoid",),
    "Tanh": ("tanh",),
    "Softplus": ("softplus",),
    "Gelu": ("gelu",),
    "Softmax": ("softmax",),
}
LOSSES = (
    (MeanSquaredError(), "linear", random),
    (MeanAbsoluteError(), "linear", lattice),
    (Huber(0.5), "linear", Random("wide", x=Uniform(-4.0, 4.0))),
    (BinaryCrossentropy(), "sigmoid", random),
    (BinaryCrossentropy(), "relu", Random("zeros and ones", x=Integers(0, 1))),
    (BinaryCrossentropy(from_logits=True), "linear", soft),
    (CategoricalCrossentropy(), "sigmoid", soft),
    (CategoricalCrossentropy(), "softmax", random),
    (CategoricalCrossentropy(), "relu", Random("zeros and ones", x=Integers(0, 1))),
    (CategoricalCrossentropy(from_logits=True), "linear", soft),
    (SparseCategoricalCrossentropy(), "softmax", random),
    (SparseCategoricalCrossentropy(), "sigmoid", saturated),
    (SparseCategoricalCrossentropy(from_logits=True), "linear", random),
)
OPTIMIZERS = (
    SGD(0.5),
    SGD(0.5, momentum=0.75),
    SGD(0.5, momentum=0.75, nesterov=True),
    Adam(0.25),
    Adam(0.25, beta_1=0.5, beta_2=0.75, epsilon=0.125),
    RMSprop(0.25),
    RMSprop(0.25, rho=0.75, momentum=0.75, epsilon=0.125),
    RMSprop(0.25, rho=0.75, centered=True, epsilon=0.125),
)


def cases_of(operator: str, dtype: str = "float64") -> tuple[Case, ...]:
    """Return the cases of an operator, three steps each: those listed here, or else those of its samples."""
    found = tuple(_cases(operator)) or samples_of(OPERATORS[operator], dtype=dtype)
    return tuple(case.with_(steps=3, batch_size=5, dtype=dtype) for case in found)


def _cases(operator: str) -> Iterator[Case]:
    for layer in LAYERS.get(operator, ()):
        yield Case(Network(IMAGE, layer))
        yield Case(Network(IMAGE, layer), data=ties)
    if operator == "Conv2D":
        yield Case(Network((8, 7, 6), Conv2D(4, (3, 2), groups=2)))
        yield Case(Network((5, 5, 2), (Conv2D(3, 2, activation="sigmoid"), Flatten(), Dense(4, "tanh"))))
    if operator in ("MaxPooling2D", "GlobalMaxPooling2D"):
        layer = LAYERS[operator][-1]
        yield Case(Network(IMAGE, layer), data=Random("negative", x=Uniform(-2.0, -1.0)))
    if operator == "MaxPooling2D":
        yield Case(Network(IMAGE, MaxPooling2D((3, 2), strides=2)), data=ties)
    if operator == "Dense":
        for layers in (Dense(4), Dense(3, "tanh"), (Dense(4, "sigmoid"), Dense(3))):
            yield Case(Network((7,), layers))
            yield Case(Network((7,), layers), data=Random("wide", x=Uniform(-4.0, 4.0)))
    if operator in BRANCHES:
        yield Case(Network(IMAGE, BRANCHES[operator]))
    for function in FUNCTIONS.get(operator, ()):
        for data in (random, ties, saturated, huge, Random("wide", x=Uniform(-4.0, 4.0))):
            yield Case(Network((7,), Activation(function)), data=data)
        yield Case(Network((7,), (Dense(4, function), Dense(3))))
    for loss, activation, data in LOSSES:
        if loss.kind == operator:
            yield Case(Network((4,), Activation(activation)), loss=loss, data=data)
            yield Case(Network((7,), Dense(4, activation)), loss=loss, data=data)
    for optimizer in OPTIMIZERS:
        if optimizer.kind == operator:
            yield Case(Network((7,), (Dense(4, "tanh"), Dense(3))), optimizer=optimizer)
