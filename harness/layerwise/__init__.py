"""The adapter for implementations that give forward and backward per layer; the harness composes the network."""

from harness.layerwise.implementation import Layerwise
from harness.layerwise.operators import operators_in

__all__ = ["Layerwise", "operators_in"]
