"""Layers, activations, losses and optimizers: names, arguments and defaults as in Keras, definitions and their errors.

An operator is one file: what it is called, what it makes of shapes, and how it is computed. Its gradients, the
rounding errors of both passes, the Keras object, cases and tests follow from that.
"""

from collections.abc import Mapping
from types import MappingProxyType

from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Operator

# By kind; a layer and an activation of one name do not exist.
OPERATORS: Mapping[str, type[Operator]] = MappingProxyType({**ACTIVATIONS, **LAYERS, **LOSSES, **OPTIMIZERS})

__all__ = ["ACTIVATIONS", "LAYERS", "LOSSES", "OPERATORS", "OPTIMIZERS", "Layer", "Operator"]
