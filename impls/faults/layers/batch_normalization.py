"""BatchNormalization: what goes wrong between statistics, normalization and their gradients."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.cases.problem import Array
from harness.faults import Fault
from harness.faults.stages import LayerStage
from harness.operators.layers import BatchNormalization
from impls.faults._places import BACKWARD


@dataclass(frozen=True)
class _Batch:
    """A batch's mean, variance and x less its mean, and over which axes."""

    over: tuple[int, ...]
    centered: Array
    mean: Array
    variance: Array
    each: int


def _batch(stage: LayerStage, over: tuple[int, ...] | None = None) -> _Batch:
    x = stage.x
    axes = tuple(range(x.ndim - 1)) if over is None else over
    mean = x.mean(axis=axes, keepdims=True)
    variance = np.square(x - mean).mean(axis=axes, keepdims=True)
    return _Batch(axes, x - mean, mean, variance, x.size // variance.size)


def _normalized(stage: LayerStage, over: tuple[int, ...] | None = None) -> Array:
    batch = _batch(stage, over)
    return np.asarray(batch.centered / np.sqrt(batch.variance + stage.layer.epsilon))


def _scaled(stage: LayerStage, normalized: Array) -> Array:
    y = normalized * stage.weights["gamma"] if stage.layer.scale else normalized
    return np.asarray(y + stage.weights["beta"] if stage.layer.center else y)


def _unbiased(batch: _Batch) -> Array:
    return np.asarray(batch.variance * np.asarray(batch.each / max(batch.each - 1, 1), batch.variance.dtype))


def _slope(stage: LayerStage) -> Array:
    slope = 1 / np.sqrt(_batch(stage).variance + stage.layer.epsilon)
    return np.asarray(slope * stage.weights["gamma"] if stage.layer.scale else slope)


# Outputs.


def with_unbiased_variance(stage: LayerStage, y: Array) -> Array:
    """Divide the squares by n - 1."""
    batch = _batch(stage)
    return _scaled(stage, batch.centered / np.sqrt(_unbiased(batch) + stage.layer.epsilon))


def epsilon_outside_root(stage: LayerStage, y: Array) -> Array:
    """Add epsilon to the deviation."""
    batch = _batch(stage)
    return _scaled(stage, batch.centered / (np.sqrt(batch.variance) + stage.layer.epsilon))


def without_root(stage: LayerStage, y: Array) -> Array:
    """Divide by the variance."""
    batch = _batch(stage)
    return _scaled(stage, batch.centered / (batch.variance + stage.layer.epsilon))


def over_samples_only(stage: LayerStage, y: Array) -> Array:
    """Normalize each position by itself."""
    return _scaled(stage, _normalized(stage, (0,)))


def each_sample_by_itself(stage: LayerStage, y: Array) -> Array:
    """Normalize each sample by itself."""
    return _scaled(stage, _normalized(stage, tuple(range(1, stage.x.ndim - 1)) or (1,)))


def without_scale(stage: LayerStage, y: Array) -> Array:
    """Leave gamma out."""
    normalized = _normalized(stage)
    return np.asarray(normalized + stage.weights["beta"] if stage.layer.center else normalized)


def moving_statistics_in_training(stage: LayerStage, y: Array) -> Array:
    """Use the moving statistics in training."""
    moved = stage.x - stage.weights["moving_mean"]
    return _scaled(stage, moved / np.sqrt(stage.weights["moving_variance"] + stage.layer.epsilon))


def batch_statistics_in_inference(stage: LayerStage, y: Array) -> Array:
    """Use the batch's own statistics in inference."""
    return stage.forward()


# Gradients.


def statistics_as_constants(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Forget that mean and variance depend on x."""
    return np.asarray(dy * _slope(stage))


def variance_as_constant(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Forget that the variance depends on x."""
    return np.asarray(_slope(stage) * (dy - dy.mean(axis=_batch(stage).over)))


def without_gamma(stage: LayerStage, dy: Array, dx: Array) -> Array:
    """Leave gamma out of the input gradient."""
    return dx / stage.weights["gamma"] if stage.layer.scale else dx


def gamma_with_x(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Multiply by x instead of x normalized."""
    return np.asarray((dy * stage.x).sum(axis=_batch(stage).over))


def as_mean(stage: LayerStage, dy: Array, right: Array) -> Array:
    """Take the mean instead of the sum."""
    return np.asarray(right / np.asarray(_batch(stage).each, right.dtype))


# Moving statistics.


def momentum_exchanged(stage: LayerStage, statistics: Mapping[str, Array]) -> Mapping[str, Array]:
    """Give the new value the weight of the old one."""
    return _mixed(stage, 1 - stage.layer.momentum, _batch(stage).variance)


def unbiased_moving_variance(stage: LayerStage, statistics: Mapping[str, Array]) -> Mapping[str, Array]:
    """Move by the unbiased variance."""
    return _mixed(stage, stage.layer.momentum, _unbiased(_batch(stage)))


def deviation_for_variance(stage: LayerStage, statistics: Mapping[str, Array]) -> Mapping[str, Array]:
    """Move by the standard deviation."""
    return _mixed(stage, stage.layer.momentum, np.sqrt(_batch(stage).variance))


def never_moved(stage: LayerStage, statistics: Mapping[str, Array]) -> Mapping[str, Array]:
    """Leave them as they were."""
    return {name: stage.weights[name] for name in statistics}


def _mixed(stage: LayerStage, keep: float, variance: Array) -> Mapping[str, Array]:
    seen = {"moving_mean": _batch(stage).mean, "moving_variance": variance}
    return {name: np.asarray(keep * stage.weights[name] + (1 - keep) * new.reshape(-1)) for name, new in seen.items()}


TRAINING = ("forward",)
MOVING = ("update/moving_mean", "update/moving_variance")

FAULTS = (
    Fault("batch-normalization-unbiased-variance", on=BatchNormalization, output=with_unbiased_variance, moves=TRAINING,
        explanation="The batch's variance is divided by n - 1.",
        hint="Normalization uses the biased variance: ddof=0."),
    Fault("batch-normalization-epsilon-outside-root", on=BatchNormalization, output=epsilon_outside_root,
        moves=TRAINING,
        explanation="epsilon is added to the deviation instead of the variance.", hint="sqrt(variance + epsilon)"),
    Fault("batch-normalization-without-root", on=BatchNormalization, output=without_root, moves=TRAINING,
        explanation="x is divided by the variance.", hint="Divide by the standard deviation."),
    Fault("batch-normalization-over-samples-only", on=BatchNormalization, output=over_samples_only, moves=TRAINING,
        explanation="Each position of an image has statistics of its own.",
        hint="Statistics are over samples, rows and columns."),
    Fault("batch-normalization-each-sample-by-itself", on=BatchNormalization, output=each_sample_by_itself,
        moves=TRAINING, census=3,
        explanation="Each sample is normalized by itself.", hint="The first axis belongs to the statistics, too."),
    Fault("batch-normalization-gamma-unused", on=BatchNormalization, output=without_scale, moves=TRAINING,
        explanation="gamma is not applied.", hint="y = gamma * normalized + beta"),
    Fault("batch-normalization-moving-statistics-in-training", on=BatchNormalization,
        output=moving_statistics_in_training, moves=TRAINING,
        explanation="Training uses the moving statistics.",
        hint="Training uses the batch's statistics, inference the moving ones."),
    Fault("batch-normalization-batch-statistics-in-inference", on=BatchNormalization,
        inference=batch_statistics_in_inference, moves=("final/forward",),
        explanation="Inference uses the batch's own statistics.", hint="Inference uses the moving statistics."),
    Fault("batch-normalization-gradient-with-constant-statistics", on=BatchNormalization,
        input_gradient=statistics_as_constants, moves=BACKWARD,
        explanation="The input gradient forgets that mean and variance depend on x.",
        hint="Three paths lead to x: directly, through the mean, through the variance."),
    Fault("batch-normalization-gradient-with-constant-variance", on=BatchNormalization,
        input_gradient=variance_as_constant, moves=BACKWARD,
        explanation="The input gradient forgets that the variance depends on x.",
        hint="Three paths lead to x: directly, through the mean, through the variance."),
    Fault("batch-normalization-gradient-without-gamma", on=BatchNormalization, input_gradient=without_gamma,
        moves=BACKWARD,
        explanation="The input gradient lacks the factor gamma.", hint="The gradient of normalized is dy * gamma."),
    Fault("batch-normalization-gamma-gradient-with-x", on=BatchNormalization, gradients={"gamma": gamma_with_x},
        moves=("gradient/gamma",),
        explanation="gamma's gradient is multiplied by x instead of x normalized.",
        hint="gamma multiplies the normalized input."),
    Fault("batch-normalization-gamma-gradient-mean", on=BatchNormalization, gradients={"gamma": as_mean},
        moves=("gradient/gamma",), census=6,
        explanation="gamma's gradient is a mean.", hint="Sum: the loss's mean is in dy already."),
    Fault("batch-normalization-beta-gradient-mean", on=BatchNormalization, gradients={"beta": as_mean},
        moves=("gradient/beta",), census=6,
        explanation="beta's gradient is a mean.", hint="Sum: the loss's mean is in dy already."),
    Fault("batch-normalization-momentum-exchanged", on=BatchNormalization, statistics=momentum_exchanged, moves=MOVING,
        explanation="The new value has the weight of the old one.",
        hint="moving = momentum * moving + (1 - momentum) * batch"),
    Fault("batch-normalization-moving-variance-unbiased", on=BatchNormalization, statistics=unbiased_moving_variance,
        moves=("update/moving_variance",),
        explanation="The moving variance follows the unbiased variance.",
        hint="Keras moves by the variance that it normalizes with."),
    Fault("batch-normalization-moving-deviation", on=BatchNormalization, statistics=deviation_for_variance,
        moves=("update/moving_variance",),
        explanation="The moving variance follows the standard deviation.", hint="moving_variance is a variance."),
    Fault("batch-normalization-moving-never-updated", on=BatchNormalization, statistics=never_moved, moves=MOVING,
        explanation="The moving statistics stay what they were.", hint="Update them in every training step."),
)  # fmt: skip
