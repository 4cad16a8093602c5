"""Faults: right operators with one or two knobs set otherwise, and implementations made of them."""

from harness.faults.fault import Fault
from harness.faults.faulty import faulty, planted
from harness.faults.rules import ActivationRule, LayerRule, LossRule, OptimizerRule, Rule
from harness.faults.spoilt import Spoilt

__all__ = [
    "ActivationRule",
    "Fault",
    "LayerRule",
    "LossRule",
    "OptimizerRule",
    "Rule",
    "Spoilt",
    "faulty",
    "planted",
]
