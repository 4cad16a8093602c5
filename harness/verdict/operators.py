"""Where an operator's definition is found: under its own file name."""

import functools
import importlib
from types import ModuleType

from harness.operators.specification import Specification, file_name


def operator_of(specification: Specification) -> ModuleType:
    """Return the module of this room that defines an operator.

    Its functions, all in float64, with the implementation's Arithmetic last:

    - a layer, without its activation: ``forward(layer, weights, x, arithmetic) -> (y, cache)`` and
      ``backward(layer, weights, cache, dy, arithmetic) -> (dx, gradients by parameter)``; with moving statistics also
      ``infer(layer, weights, x, arithmetic) -> y`` and ``moving(layer, weights, cache, arithmetic) -> by name``.
      ``x`` and ``dx`` are an Estimate, or a tuple of them for a layer with several inputs;
    - an activation: ``forward(activation, x, arithmetic) -> y`` and
      ``backward(activation, x, y, dy, arithmetic) -> dx``, ``y`` the implementation's own output where known;
    - a loss: ``forward(loss, y_true, y_pred, arithmetic) -> value`` and
      ``backward(loss, y_true, y_pred, arithmetic) -> gradient``;
    - an optimizer: ``update(optimizer, step, weight, gradient, slots, arithmetic) -> (weight, slots)``.
    """
    kind = type(specification)
    return _module(kind.__module__.split(".")[2], file_name(kind))


@functools.cache
def _module(room: str, name: str) -> ModuleType:
    return importlib.import_module(f"harness.verdict.{room}.{name}")
