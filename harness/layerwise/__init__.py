"""The adapter for implementations that give forward and backward per layer; the harness composes the network."""

from harness.layerwise.arguments import one_number, symmetric_padding
from harness.layerwise.conventions import Conventions
from harness.layerwise.implementation import Layerwise
from harness.layerwise.operators import operators_in

__all__ = ["Conventions", "Layerwise", "one_number", "operators_in", "symmetric_padding"]
