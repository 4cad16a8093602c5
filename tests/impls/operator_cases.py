"""Cases that reach every operator: its kind by name, and networks in which it occurs exactly once.

Sizes differ from one another (5 samples, 7 × 6 images, 3 channels), so that no axis can be taken for another.
"""

from collections.abc import Iterable

from harness.cases.case import Case
from harness.cases.data import Data, random, soft
from harness.cases.network import Network
from harness.operators.activations import ACTIVATIONS, Elu, LeakyRelu
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
    Layer,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
)
from harness.operators.layers.conv1d import Conv1D
from harness.operators.layers.layer_normalization import LayerNormalization
from harness.operators.layers.up_sampling2d import UpSampling2D
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
    "ZeroPadding2D": (ZeroPadding2D(((1, 2), (3, 0))), ZeroPadding2D((0, 2))),
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
    "GlobalMaxPooling2D": (GlobalMaxPooling2D(), GlobalMaxPooling2D(keepdims=True)),
    "GlobalAveragePooling2D": (GlobalAveragePooling2D(), GlobalAveragePooling2D(keepdims=True)),
    "Flatten": (Flatten(),),
    "Reshape": (Reshape((3, 7, 6)), Reshape((-1, 9))),
    "BatchNormalization": (
        BatchNormalization(),
        BatchNormalization(momentum=0.5, epsilon=0.125),
        BatchNormalization(center=False),
        BatchNormalization(scale=False),
    ),
    "LayerNormalization": (
        LayerNormalization(),
        LayerNormalization(epsilon=0.125),
        LayerNormalization(center=False),
        LayerNormalization(scale=False),
    ),
    "UpSampling2D": (
        UpSampling2D((2, 3), interpolation="bilinear"),
        UpSampling2D((3, 2)),
        UpSampling2D((1, 4), interpolation="bilinear"),
    ),
}
SEQUENCE = (7, 6)
SEQUENCES: dict[str, tuple[Layer, ...]] = {
    "Conv1D": (
        Conv1D(4, 3),
        Conv1D(4, 2, strides=3, padding="same"),
        Conv1D(4, 3, dilation_rate=2, padding="causal"),
        Conv1D(6, 2, groups=3, padding="same"),
        Conv1D(4, 1, use_bias=False),
        Conv1D(1, 7, activation="relu"),
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
    elif kind in SEQUENCES:
        found = (Case(Network(SEQUENCE, layer)) for layer in SEQUENCES[kind])
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
    return [case.with_(steps=STEPS, dtype=dtype, name=f"{kind}-{number}-{dtype}") for number, case in enumerate(found)]
