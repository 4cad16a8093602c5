"""Backpropagation object by object: neurons, layers of neurons, and a network that trains itself.

Read in this order: ``neuron``, ``fully_connected_layer``, ``convolution_filter``, ``convolution_neuron``,
``convolution_layer``, ``max_pooling_layer``, ``flatten_layer``, ``network``. Two words mean the same everywhere: the
*weighted sum* is what a neuron computes before its activation function, and its *delta* is the gradient of the loss
with respect to that sum. Everything a neuron learns follows from its delta.

Example:
    >>> import numpy as np
    >>> from impls.loops import ConvolutionLayer, FlattenLayer, FullyConnectedLayer, MaxPoolingLayer, Network
    >>> network = Network((8, 8, 1), generator=np.random.default_rng(0))
    >>> network.add(ConvolutionLayer(2, 3))
    >>> network.add(MaxPoolingLayer(2))
    >>> network.add(FlattenLayer())
    >>> network.add(FullyConnectedLayer(1))
    >>> losses = network.train(np.ones((5, 8, 8, 1)), np.zeros((5, 1)), epochs=3, learning_rate=0.5)
    >>> losses[-1] < losses[0]
    True
"""

from impls.loops.textbook.convolution_filter import ConvolutionFilter
from impls.loops.textbook.convolution_layer import ConvolutionLayer
from impls.loops.textbook.convolution_neuron import ConvolutionNeuron
from impls.loops.textbook.flatten_layer import FlattenLayer
from impls.loops.textbook.fully_connected_layer import FullyConnectedLayer
from impls.loops.textbook.layer import Layer
from impls.loops.textbook.max_pooling_layer import MaxPoolingLayer
from impls.loops.textbook.network import Network
from impls.loops.textbook.neuron import Neuron

__all__ = [
    "ConvolutionFilter",
    "ConvolutionLayer",
    "ConvolutionNeuron",
    "FlattenLayer",
    "FullyConnectedLayer",
    "Layer",
    "MaxPoolingLayer",
    "Network",
    "Neuron",
]
