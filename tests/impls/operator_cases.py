"""Cases that reach every operator, which occurs exactly once in each.

What is listed here shows more than the samples of an operator do; the cases of every other one are its samples.

Sizes differ from one another (5 samples, 7 × 6 images, 3 channels), so that no axis can be taken for another.
"""

from collections.abc import Iterable

from harness.cases.case import Case
from harness.cases.data import Data, random, soft
from harness.cases.network import Network
from harness.cases.samples import samples_of
from harness.operators import OPERATORS
from harness.operators.activations import ACTIVATIONS, Elu, LeakyRelu
from harness.operators.layers import (
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Layer,
    MaxPooling2D,
)
from harness.operators.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from harness.operators.optimizers import SGD, Adam, Optimizer, RMSprop

IMAGE = (7, 6, 3)
FEATURES = (6,)

# The first of each kind also carries the planted errors.
CHAINS: dict[str, tuple[Layer, ...]] = {
    "Conv2D": (
        Conv2D(4, (3, 2)),
        Conv2D(4, (2, 3), strides=(2, 3), padding="same"),
        Conv2D(4, (2, 3), strides=(3, 2)),
        Conv2D(4, (3, 2), dilation_rate=(2, 3)),
        Conv2D(4, (2, 3), dilation_rate=2, padding="same"),
        Conv2D(6, (3, 2), groups=3, padding="same"),
        Conv2D(6, (3, 2), groups=3, strides=2),
        Conv2D(4, 1, use_bias=False),
        Conv2D(4, (7, 6)),
        Conv2D(1, 4, padding="same", activation="relu"),
    ),
    "DepthwiseConv2D": (
        DepthwiseConv2D((3, 2)),
        DepthwiseConv2D((3, 2), depth_multiplier=2, padding="same"),
        DepthwiseConv2D((2, 3), strides=2, padding="same", use_bias=False),
        DepthwiseConv2D((3, 2), dilation_rate=2, depth_multiplier=4),
    ),
    "Conv2DTranspose": (
        Conv2DTranspose(4, (3, 2)),
        Conv2DTranspose(4, (3, 2), strides=(2, 3)),
        Conv2DTranspose(4, (2, 3), strides=(3, 2), padding="same"),
        Conv2DTranspose(4, 1, strides=2, use_bias=False),
    ),
    "MaxPooling2D": (
        MaxPooling2D((3, 2)),
        MaxPooling2D((2, 3), strides=(1, 2)),
        MaxPooling2D(3, strides=2, padding="same"),
        MaxPooling2D(2, strides=3),
    ),
    "AveragePooling2D": (
        AveragePooling2D((3, 2)),
        AveragePooling2D((2, 3), strides=(1, 2)),
        AveragePooling2D(3, strides=2, padding="same"),
        AveragePooling2D(2, strides=3),
    ),
}
BRANCHES: dict[str, tuple[tuple[Layer, ...], ...]] = {
    "Add": (
        (Conv2D(3, (3, 2), padding="same"), Add(inputs=("conv2d", "input"))),
        (
            Conv2D(4, 2, name="stem"),
            Conv2D(4, 3, padding="same", activation="tanh", name="left"),
            Conv2D(4, 1, inputs="stem", name="right"),
            Add(inputs=("left", "stem", "right")),
        ),
    ),
    "Concatenate": (
        (Conv2D(4, (3, 2), padding="same"), Concatenate(inputs=("input", "conv2d"))),
        (Conv2D(2, 2, name="stem"), Conv2D(5, 3, padding="same", name="left"), Concatenate(inputs=("left", "stem"))),
    ),
}
FUNCTIONS = (*(kind() for kind in ACTIVATIONS.values()), LeakyRelu(0.5), Elu(2.0))
# Loss, the activation before it, and how targets are drawn.
LOSS_CASES: tuple[tuple[Loss, str, Data], ...] = (
    (MeanSquaredError(), "linear", random),
    (MeanAbsoluteError(), "linear", random),
    (Huber(0.5), "linear", random),
    (BinaryCrossentropy(), "sigmoid", random),
    (BinaryCrossentropy(), "sigmoid", soft),
    (BinaryCrossentropy(from_logits=True), "linear", random),
    (CategoricalCrossentropy(), "softmax", random),
    (CategoricalCrossentropy(), "sigmoid", soft),
    (CategoricalCrossentropy(from_logits=True), "linear", soft),
    (SparseCategoricalCrossentropy(), "softmax", random),
    (SparseCategoricalCrossentropy(), "sigmoid", random),
    (SparseCategoricalCrossentropy(from_logits=True), "linear", random),
)
# Numbers that float32 holds exactly where they can be: Keras keeps an optimizer's numbers in float32.
OPTIMIZER_CASES: tuple[Optimizer, ...] = (
    SGD(0.5),
    SGD(0.5, momentum=0.75),
    SGD(0.5, momentum=0.75, nesterov=True),
    Adam(0.25, beta_1=0.5, beta_2=0.75, epsilon=0.125),
    Adam(0.25),
    RMSprop(0.25),
    RMSprop(0.25, rho=0.5, momentum=0.75, epsilon=0.125),
    RMSprop(0.25, centered=True),
)
# In float64 too, Keras computes with 0.999 in float32, which moves the default Adam by up to 1e-5 of each step.
IN_FLOAT32_ONLY = (Adam(0.25),)
STEPS = 2


def cases_for(kind: str, dtype: str) -> list[Case]:
    """Return every case of an operator, such as ``Conv2D``, ``Tanh``, ``Huber`` or ``SGD``."""
    found: Iterable[Case]
    if kind in CHAINS:
        found = (Case(Network(IMAGE, layer)) for layer in CHAINS[kind])
    elif kind in BRANCHES:
        found = (Case(Network(IMAGE, layers)) for layers in BRANCHES[kind])
    elif kind == "Dense":
        found = (Case(Network(FEATURES, layer)) for layer in (Dense(4), Dense(1, use_bias=False), Dense(4, "softmax")))
    elif kind in ACTIVATIONS:
        layers = [Activation(function) for function in FUNCTIONS if function.kind == kind]
        fused = [Dense(4, function) for function in FUNCTIONS if function.kind == kind]
        found = (Case(Network(FEATURES, layer)) for layer in (*layers, *fused))
    else:
        found = (
            *(
                Case(Network(FEATURES, Dense(4, activation)), loss=loss, data=data)
                for loss, activation, data in LOSS_CASES
                if loss.kind == kind
            ),
            *(
                Case(Network(FEATURES, (Dense(4, "tanh"), Dense(3))), optimizer=optimizer)
                for optimizer in OPTIMIZER_CASES
                if optimizer.kind == kind and (dtype == "float32" or optimizer not in IN_FLOAT32_ONLY)
            ),
        )
    listed = tuple(found) or samples_of(OPERATORS[kind], dtype=dtype)
    return [case.with_(steps=STEPS, dtype=dtype, name=f"{kind}-{number}-{dtype}") for number, case in enumerate(listed)]
