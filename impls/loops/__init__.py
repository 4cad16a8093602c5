"""Sums that one can read aloud: explicit loops over scalars, after the definitions and nothing else.

NumPy arrays only hold the numbers. Every operator computes in Python's float64 and stores its results in the format of
its inputs, so that in float64 it is a second opinion on the reference. ``impls.loops.textbook`` has the same
mathematics object by object, as a small library of its own.
"""

import sys

from harness.implementation.contract import Implementation
from harness.layerwise import Layerwise, operators_in
from harness.plugins.hook_specifications import hookimpl
from impls.loops.textbook import (
    ConvolutionLayer,
    ConvolutionNeuron,
    FlattenLayer,
    FullyConnectedLayer,
    MaxPoolingLayer,
    Network,
    Neuron,
)


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer the loop-based operators."""
    version = f"python {sys.version_info.major}.{sys.version_info.minor}"
    return [Layerwise("loops", version=version, operators=operators_in(sys.modules[__name__]))]


__all__ = [
    "ConvolutionLayer",
    "ConvolutionNeuron",
    "FlattenLayer",
    "FullyConnectedLayer",
    "MaxPoolingLayer",
    "Network",
    "Neuron",
    "harness_implementations",
]
