"""Every mistake in a description is answered by what was expected and what came, or by the nearest right word."""

import re

import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.errors import HarnessError, SpecificationError
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
    GlobalMaxPooling2D,
    MaxPooling2D,
    Reshape,
    ZeroPadding2D,
)
from harness.operators.losses import CategoricalCrossentropy, Huber
from harness.operators.optimizers import SGD, Adam

DENSE = Network((6,), Dense(3))

WORDS = {
    "argument": (lambda: Conv2D(4, 3, paddding="same"), "Conv2D got paddding='same'. Did you mean padding?"),
    "optimizer argument": (lambda: Adam(beta1=0.9), "Adam got beta1=0.9. Did you mean beta_1?"),
    "case argument": (lambda: Case(DENSE, losss="huber"), "Case got losss='huber'. Did you mean loss?"),
    "changed argument": (lambda: Case(DENSE).with_(naem="x"), "Case got naem='x'. Did you mean name?"),
    "activation": (lambda: Dense(3, "sigmoyd"), "unknown activation 'sigmoyd'. Did you mean sigmoid?"),
    "activation layer": (lambda: Activation("leaky_rely"), "unknown activation 'leaky_rely'. Did you mean leaky_relu?"),
    "far activation": (
        lambda: Dense(3, "swish"),
        "unknown activation 'swish'. Expected one of: elu, gelu, leaky_relu,",
    ),
    "loss": (lambda: Case(DENSE, "mean_sqared_error"), "unknown loss 'mean_sqared_error'. Did you mean mean_squared"),
    "no loss": (lambda: Case(DENSE, None), "unknown loss None. Expected one of: binary_crossentropy, categorical"),
    "optimizer": (lambda: Case(DENSE, optimizer="adamm"), "unknown optimizer 'adamm'. Did you mean adam?"),
    "far optimizer": (
        lambda: Case(DENSE, optimizer="zzz"),
        "unknown optimizer 'zzz'. Expected one of: adam, rmsprop, sgd",
    ),
    "layer's source": (
        lambda: Network((6,), (Dense(3), Dense(3, inputs="dens"))),
        "layer 'dense_1' reads 'dens', which does not come before it. Did you mean dense?",
    ),
}
VALUES = {
    "missing": (lambda: Conv2D(filters=4), "Conv2D missing 1 required positional argument: 'kernel_size'"),
    "too many": (lambda: Dense(3, "relu", True, 5), "Dense takes from 2 to 4 positional arguments but 5 were given"),
    "zero filters": (lambda: Conv2D(0, 3), "Conv2D expected filters to be a positive integer, got filters=0."),
    "negative filters": (lambda: Conv2D(-1, 3), "Conv2D expected filters to be a positive integer, got filters=-1."),
    "true filters": (lambda: Conv2D(True, 3), "Conv2D expected filters to be a positive integer, got filters=True."),
    "zero kernel": (lambda: Conv2D(4, 0), "to be a positive integer or two of them, got kernel_size=0."),
    "negative kernel": (lambda: Conv2D(4, (3, -2)), "or two of them, got kernel_size=(3, -2)."),
    "three sides": (lambda: Conv2D(4, (3, 2, 1)), "or two of them, got kernel_size=(3, 2, 1)."),
    "broken kernel": (lambda: Conv2D(4, 2.5), "or two of them, got kernel_size=2.5."),
    "zero stride": (lambda: Conv2D(4, 3, strides=0), "or two of them, got strides=0."),
    "transposed stride": (lambda: Conv2DTranspose(4, 3, strides=(2, 0)), "or two of them, got strides=(2, 0)."),
    "zero groups": (lambda: Conv2D(4, 3, groups=0), "Conv2D expected groups to be a positive integer, got groups=0."),
    "padding": (lambda: Conv2D(4, 3, padding="full"), "expected padding to be 'valid' or 'same', got padding='full'."),
    "padding type": (lambda: MaxPooling2D(2, padding=1), "expected padding to be 'valid' or 'same', got padding=1."),
    "zero pool": (lambda: MaxPooling2D(0), "MaxPooling2D expected pool_size to be a positive integer or two of them"),
    "pool side": (lambda: AveragePooling2D((2, 0)), "or two of them, got pool_size=(2, 0)."),
    "no multiplier": (lambda: DepthwiseConv2D(3, depth_multiplier=0), "a positive integer, got depth_multiplier=0."),
    "negative zeros": (lambda: ZeroPadding2D(-1), "none negative, got padding=-1."),
    "three zeros": (lambda: ZeroPadding2D(((1, 2), (3,))), "none negative, got padding=((1, 2), (3,))."),
    "zero units": (lambda: Dense(0), "Dense expected units to be a positive integer, got units=0."),
    "bias": (lambda: Dense(3, use_bias=1), "Dense expected use_bias to be True or False, got use_bias=1."),
    "keepdims": (lambda: GlobalMaxPooling2D(keepdims=None), "expected keepdims to be True or False, got keepdims=None"),
    "center": (lambda: BatchNormalization(center="yes"), "expected center to be True or False, got center='yes'."),
    "momentum": (lambda: BatchNormalization(momentum=2), "to be a number from 0 to 1, got momentum=2."),
    "epsilon": (lambda: BatchNormalization(epsilon=0), "expected epsilon to be a positive number, got epsilon=0."),
    "no target": (lambda: Reshape((3, 0)), "positive integers, one of which may be -1, got target_shape=(3, 0)."),
    "two unknowns": (lambda: Reshape((-1, -1)), "a shape with at most one -1, got target_shape=(-1, -1)."),
    "alpha": (lambda: Elu(alpha="x"), "Elu expected alpha to be a number, got alpha='x'."),
    "slope": (lambda: LeakyRelu(float("nan")), "expected negative_slope to be a number, got negative_slope=nan."),
    "rate": (lambda: SGD(learning_rate=-1), "SGD expected learning_rate to be a number of 0 or more, got learn"),
    "no rate": (lambda: SGD(learning_rate=float("nan")), "to be a number of 0 or more, got learning_rate=nan."),
    "endless rate": (lambda: SGD(learning_rate=float("inf")), "to be a number of 0 or more, got learning_rate=inf."),
    "rate in words": (lambda: SGD(learning_rate="fast"), "to be a number of 0 or more, got learning_rate='fast'."),
    "nesterov": (lambda: SGD(nesterov=1), "SGD expected nesterov to be True or False, got nesterov=1."),
    "delta": (lambda: Huber(0), "Huber expected delta to be a positive number, got delta=0."),
    "logits": (lambda: CategoricalCrossentropy("no"), "from_logits to be True or False, got from_logits='no'."),
    "batch": (lambda: Case(DENSE, batch_size=0), "expected batch_size to be a positive integer, got batch_size=0."),
    "steps": (lambda: Case(DENSE, steps=1.5), "Case expected steps to be a positive integer, got steps=1.5."),
    "seed": (lambda: Case(DENSE, seed=-1), "Case expected seed to be an integer of 0 or more, got seed=-1."),
    "dtype": (lambda: Case(DENSE, dtype="float16"), "expected dtype to be float32 or float64, got dtype='float16'."),
    "network": (lambda: Case(Dense(3)), "Case expected a Network, got network=Dense("),
    "data": (lambda: Case(DENSE, data="random"), "Case expected data from harness.cases.data, got data='random'."),
    "id": (lambda: Case(DENSE, name="größe"), "Case expected name to be printable ASCII, got name='größe'."),
    "id type": (lambda: Case(DENSE, name=5), "Case expected name to be printable ASCII, got name=5."),
}  # fmt: skip
COMBINATIONS = {
    "strides with dilation": (
        lambda: Conv2D(4, 3, strides=2, dilation_rate=2),
        "Conv2D got strides=(2, 2) with dilation_rate=(2, 2). Keras refuses both above 1 in one layer;",
    ),
    "depthwise strides with dilation": (
        lambda: DepthwiseConv2D(3, strides=2, dilation_rate=2),
        "DepthwiseConv2D got strides=(2, 2) with dilation_rate=(2, 2).",
    ),
    "unequal depthwise strides": (
        lambda: DepthwiseConv2D(3, strides=(1, 2)),
        "DepthwiseConv2D expected equal strides along height and width, got strides=(1, 2).",
    ),
    "groups and filters": (
        lambda: Conv2D(4, 3, groups=3),
        "Conv2D got filters=4, not divisible by groups=3.",
    ),
    "groups and channels": (
        lambda: Network((6, 6, 3), Conv2D(4, 3, groups=2)),
        "layer 'conv2d': Conv2D got groups=2, which does not divide the 3 channels of its input (6, 6, 3).",
    ),
    "kernel larger than its input": (
        lambda: Network((4, 6, 3), Conv2D(4, 5)),
        "layer 'conv2d': Conv2D expected a window no larger than its input (4, 6) with padding='valid', got (5, 5).",
    ),
    "dilated kernel larger than its input": (
        lambda: Network((4, 6, 3), Conv2D(4, 3, dilation_rate=2)),
        "(4, 6) with padding='valid', got (3, 3) with dilation_rate=(2, 2). Use a smaller window or padding='same'.",
    ),
    "depthwise kernel larger than its input": (
        lambda: Network((4, 6, 3), DepthwiseConv2D((2, 7))),
        "DepthwiseConv2D expected a window no larger than its input (4, 6) with padding='valid', got (2, 7).",
    ),
    "pool larger than its input": (
        lambda: Network((4, 6, 3), MaxPooling2D(5)),
        "MaxPooling2D expected a window no larger than its input (4, 6) with padding='valid', got (5, 5).",
    ),
    "dense on images": (
        lambda: Network((4, 6, 3), Dense(3)),
        "layer 'dense': Dense expected an input of shape (features,), got (4, 6, 3). Put a Flatten before it.",
    ),
    "convolution on features": (
        lambda: Network((6,), Conv2D(4, 3)),
        "layer 'conv2d': Conv2D expected an input of shape (height, width, channels), got (6,).",
    ),
    "reshape to another size": (
        lambda: Network((6,), Reshape((4, -1))),
        "Reshape expected a target_shape of 6 elements for its input (6,), got target_shape=(4, -1).",
    ),
    "sum of one": (
        lambda: Network((6,), (Dense(3), Add())),
        "layer 'add': Add expected two or more inputs, got inputs=None.",
    ),
    "sum of different shapes": (
        lambda: Network((6,), (Dense(3), Add(inputs=("input", "dense")))),
        "layer 'add': Add expected inputs of one shape, got (6,), (3,).",
    ),
    "concatenation of different images": (
        lambda: Network((6, 5, 2), (Flatten(), Concatenate(inputs=("input", "flatten")))),
        "Concatenate expected inputs that differ in the last axis only, got (6, 5, 2), (60,).",
    ),
    "two inputs where one is read": (
        lambda: Network((6,), (Dense(3), Dense(3, inputs=("input", "dense")))),
        "layer 'dense_1': Dense expected one input, got 2: ('input', 'dense').",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mistake", "message"), WORDS.values(), ids=WORDS)
def test_an_unknown_word_is_answered_by_the_nearest_right_one_or_by_all(mistake, message):
    with pytest.raises(SpecificationError, match=re.escape(message)):
        mistake()


@pytest.mark.parametrize(("mistake", "message"), VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_answered_by_what_was_expected_and_what_came(mistake, message):
    with pytest.raises(SpecificationError, match=re.escape(message)):
        mistake()


@pytest.mark.parametrize(("mistake", "message"), COMBINATIONS.values(), ids=COMBINATIONS)
def test_values_that_do_not_fit_together_are_refused_with_both(mistake, message):
    with pytest.raises(SpecificationError, match=re.escape(message)):
        mistake()


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(6, 3, groups=3),
        Conv2D(4, (4, 6)),
        Conv2D(4, 9, padding="same"),
        Conv2D(4, 3, padding="same", dilation_rate=7),
        Conv2D(4, 2, strides=5),
        DepthwiseConv2D(4, strides=2),
        MaxPooling2D((4, 6)),
        MaxPooling2D(9, padding="SAME"),
    ],
    ids=lambda layer: layer.kind,
)
def test_what_keras_accepts_at_the_edge_is_accepted(layer):
    assert all(size > 0 for size in Network((4, 6, 3), layer).output_shape)


def test_a_mistake_can_be_caught_as_a_value_error_and_as_an_error_of_the_harness():
    with pytest.raises(ValueError, match="filters"):
        Conv2D(0, 3)
    with pytest.raises(HarnessError, match="filters"):
        Conv2D(0, 3)
