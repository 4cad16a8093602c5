"""The plugin that the entry point names: four hooks, each from the module that is about it."""

from harness_example.cases import harness_cases
from harness_example.faults import harness_faults
from harness_example.implementation import harness_implementations
from harness_example.writer import harness_writers

__all__ = ["harness_cases", "harness_faults", "harness_implementations", "harness_writers"]
