"""Activations as functions of JAX."""

from typing import Any

import jax
import jax.numpy as jnp

from harness.operators import activations

Tensor = Any


def elu(activation: activations.Elu, x: Tensor) -> Tensor:
    """Return the elu of x."""
    return jax.nn.elu(x, activation.alpha)


def gelu(activation: activations.Gelu, x: Tensor) -> Tensor:
    """Return the gelu of x, the exact form."""
    return jax.nn.gelu(x, approximate=False)


def leaky_relu(activation: activations.LeakyRelu, x: Tensor) -> Tensor:
    """Return the leaky_relu of x."""
    return jax.nn.leaky_relu(x, activation.negative_slope)


def relu(activation: activations.Relu, x: Tensor) -> Tensor:
    """Return the relu of x."""
    return jax.nn.relu(x)


def selu(activation: activations.Selu, x: Tensor) -> Tensor:
    """Return the selu of x."""
    return jax.nn.selu(x)


def sigmoid(activation: activations.Sigmoid, x: Tensor) -> Tensor:
    """Return the sigmoid of x."""
    return jax.nn.sigmoid(x)


def softmax(activation: activations.Softmax, x: Tensor) -> Tensor:
    """Return the softmax of x along the last axis."""
    return jax.nn.softmax(x, axis=-1)


def softplus(activation: activations.Softplus, x: Tensor) -> Tensor:
    """Return the softplus of x."""
    return jax.nn.softplus(x)


def tanh(activation: activations.Tanh, x: Tensor) -> Tensor:
    """Return the tanh of x."""
    return jnp.tanh(x)
