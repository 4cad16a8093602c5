"""LayerNormalization: what goes wrong in its means, and on the way back through them."""

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault, Partial
from harness.faults.stages import LayerStage
from harness.operators.layers.layer_normalization import LayerNormalization
from impls.faults._places import BACKWARD, FORWARD


def over_the_batch(stage: LayerStage, y: Array) -> Array:
    """Take the means of each feature over everything else."""
    return _scaled(stage, _normalized(stage, tuple(range(stage.x.ndim - 1))))


def over_whole_samples(stage: LayerStage, y: Array) -> Array:
    """Take the means over positions too."""
    return _scaled(stage, _normalized(stage, tuple(range(1, stage.x.ndim))))


def unbiased(stage: LayerStage, y: Array) -> Array:
    """Divide the variance by the number of features less one."""
    return _scaled(stage, _normalized(stage, -1, 1)) if stage.x.shape[-1] > 1 else y


def epsilon_outside_of_root(stage: LayerStage, y: Array) -> Array:
    """Add epsilon to the deviation."""
    centered = stage.x - stage.x.mean(axis=-1, keepdims=True)
    deviation = stage.x.std(axis=-1, keepdims=True)
    return _scaled(stage, centered / (deviation + np.asarray(stage.layer.epsilon, y.dtype)))


def with_constants(stage: LayerStage, dy: Array, dx: Array, mean: bool = True) -> Array:
    """Take the variance for a constant, and the mean too where ``mean`` says so."""
    scaled = dy * stage.weights.get("gamma", np.asarray(1, dy.dtype))
    centered = scaled if mean else scaled - scaled.mean(axis=-1, keepdims=True)
    return np.asarray(centered * _inverse(stage))


def gamma_after_the_means(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Multiply by gamma last, as if it were one number for all features."""
    normalized = _normalized(stage, -1)
    means = dy.mean(axis=-1, keepdims=True) + normalized * (dy * normalized).mean(axis=-1, keepdims=True)
    return np.asarray(stage.weights.get("gamma", np.asarray(1, dy.dtype)) * (dy - means) * _inverse(stage))


def gamma_of_the_input(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Sum with x instead of the normalized x."""
    return np.asarray((dy * stage.x).sum(axis=tuple(range(dy.ndim - 1))))


def _normalized(stage: LayerStage, axes: int | tuple[int, ...], less: int = 0) -> Array:
    x, epsilon = stage.x, np.asarray(stage.layer.epsilon, stage.x.dtype)
    variance = x.var(axis=axes, keepdims=True, ddof=less)
    return np.asarray((x - x.mean(axis=axes, keepdims=True)) / np.sqrt(variance + epsilon))


def _inverse(stage: LayerStage) -> Array:
    variance = stage.x.var(axis=-1, keepdims=True)
    return np.asarray(1 / np.sqrt(variance + np.asarray(stage.layer.epsilon, variance.dtype)))


def _scaled(stage: LayerStage, normalized: Array) -> Array:
    one, zero = (np.asarray(number, normalized.dtype) for number in (1, 0))
    return np.asarray(normalized * stage.weights.get("gamma", one) + stage.weights.get("beta", zero))


FAULTS = (
    Fault("layer-normalization-over-batch", on=LayerNormalization, output=over_the_batch, moves=FORWARD,
        explanation="Mean and variance are those of each feature over the batch, as in batch normalization.",
        hint="Take both over the last axis, for each sample and position by itself."),
    Fault("layer-normalization-over-samples", on=LayerNormalization, output=over_whole_samples, moves=FORWARD,
        explanation="Mean and variance are those of a whole sample, over its positions too.",
        hint="Take both over the last axis only."),
    Fault("layer-normalization-unbiased-variance", on=LayerNormalization, output=unbiased, moves=FORWARD,
        explanation="The variance is divided by the number of features less one.",
        hint="Divide by the number of features: ddof=0."),
    Fault("layer-normalization-epsilon-outside-root", on=LayerNormalization, output=epsilon_outside_of_root,
        moves=FORWARD, explanation="Epsilon is added to the deviation instead of the variance.",
        hint="Take the root of variance + epsilon."),
    Fault("layer-normalization-statistics-as-constants", on=LayerNormalization, input_gradient=with_constants,
        moves=BACKWARD, explanation="Mean and variance are treated as constants going back.",
        hint="Both depend on x: subtract the mean of gamma dy, and normalized times that of gamma dy normalized."),
    Fault("layer-normalization-variance-as-constant", on=LayerNormalization,
        input_gradient=Partial(with_constants, mean=False), moves=BACKWARD,
        explanation="The gradient through the variance is left out.",
        hint="Subtract normalized * mean(gamma * dy * normalized)."),
    Fault("layer-normalization-gamma-after-means", on=LayerNormalization, input_gradient=gamma_after_the_means,
        moves=BACKWARD, explanation="Gamma is multiplied after the means are taken, as if it were one number.",
        hint="Multiply dy by gamma first: it differs from feature to feature."),
    Fault("layer-normalization-gamma-of-input", on=LayerNormalization, gradients={"gamma": gamma_of_the_input},
        moves=("gradient/gamma",), explanation="The gradient of gamma is summed with x instead of the normalized x.",
        hint="Sum dy * normalized."),
)  # fmt: skip
