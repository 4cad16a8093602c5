"""The plugin that the entry point names: five hooks, each from the module that is about it."""

from harness_example import cases, faults, implementation, operators
from harness_example.operators import harness_operators
from harness_example.writer import harness_writers


def harness_implementations():
    return [*implementation.harness_implementations(), *operators.harness_implementations()]


def harness_cases():
    return [*cases.harness_cases(), *operators.harness_cases()]


def harness_faults():
    return [*faults.harness_faults(), *operators.harness_faults()]


__all__ = ["harness_cases", "harness_faults", "harness_implementations", "harness_operators", "harness_writers"]
