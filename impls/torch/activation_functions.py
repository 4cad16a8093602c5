"""Activations as functions of torch."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # the name it has everywhere

from harness.operators import activations

Tensor = Any

# From here on softplus returns its input. By default that is 20, where log1p(exp(x)) is still another float64 number;
# from 40 on it is not.
SOFTPLUS_THRESHOLD = 40.0


def elu(activation: activations.Elu, x: Tensor) -> Tensor:
    """Return the elu of x."""
    return F.elu(x, activation.alpha)


def gelu(activation: activations.Gelu, x: Tensor) -> Tensor:
    """Return the gelu of x, the exact form."""
    return F.gelu(x)


def leaky_relu(activation: activations.LeakyRelu, x: Tensor) -> Tensor:
    """Return the leaky_relu of x."""
    return F.leaky_relu(x, activation.negative_slope)


def relu(activation: activations.Relu, x: Tensor) -> Tensor:
    """Return the relu of x."""
    return F.relu(x)


def selu(activation: activations.Selu, x: Tensor) -> Tensor:
    """Return the selu of x."""
    return F.selu(x)


def sigmoid(activation: activations.Sigmoid, x: Tensor) -> Tensor:
    """Return the sigmoid of x."""
    return torch.sigmoid(x)


def softmax(activation: activations.Softmax, x: Tensor) -> Tensor:
    """Return the softmax of x along the last axis."""
    return F.softmax(x, dim=-1)


def softplus(activation: activations.Softplus, x: Tensor) -> Tensor:
    """Return the softplus of x."""
    return F.softplus(x, threshold=SOFTPLUS_THRESHOLD)


def tanh(activation: activations.Tanh, x: Tensor) -> Tensor:
    """Return the tanh of x."""
    return torch.tanh(x)
