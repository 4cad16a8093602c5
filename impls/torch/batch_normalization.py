"""BatchNormalization by torch, beside whose moving variance Keras keeps another one."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # the name it has everywhere

from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.operators.layers import BatchNormalization
from impls.torch.autograd import LayerOperator, Recorded, numpy, tensor

Tensor = Any


class BatchNormalizationOperator(LayerOperator):
    """``batch_norm``, with the batch's own statistics in training and the moving ones in inference."""

    def __init__(self) -> None:
        super().__init__(_with_own_statistics)

    def infer(self, layer: BatchNormalization, weights: Mapping[str, Array], x: Array) -> Array:
        """Return y, the shape of x."""
        tensors = {name: tensor(array) for name, array in weights.items()}
        mean, variance = tensors["moving_mean"], tensors["moving_variance"]
        return numpy(_normalized(layer, tensors, tensor(x), mean, variance))

    def moving(self, layer: BatchNormalization, weights: Mapping[str, Array], cache: Recorded) -> Mapping[str, Array]:
        """Return the moving statistics after the step, each (channels,)."""
        (x,) = cache.inputs
        # batch_norm would put the unbiased variance in here; Keras keeps the biased one.
        variance, mean = torch.var_mean(x.detach(), dim=tuple(range(x.dim() - 1)), correction=0)
        return {
            "moving_mean": numpy(torch.lerp(mean, tensor(weights["moving_mean"]), layer.momentum)),
            "moving_variance": numpy(torch.lerp(variance, tensor(weights["moving_variance"]), layer.momentum)),
        }


def _with_own_statistics(layer: BatchNormalization, weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
    if x.numel() == x.shape[-1]:
        raise Unsupported("torch's batch_norm refuses a single value per channel in training")
    return _normalized(layer, weights, x, None, None)


def _normalized(
    layer: BatchNormalization,
    weights: Mapping[str, Tensor],
    x: Tensor,
    mean: Tensor | None,
    variance: Tensor | None,
) -> Tensor:
    # The channels are the second axis to batch_norm, and the last one here.
    y = F.batch_norm(
        x.movedim(-1, 1), mean, variance, weights.get("gamma"), weights.get("beta"), mean is None, eps=layer.epsilon
    )
    return y.movedim(1, -1)
