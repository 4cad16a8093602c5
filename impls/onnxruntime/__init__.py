"""ONNX Runtime: a case's network as an ONNX graph, forward only; registered where onnx and onnxruntime are installed.

It shows what an implementation without training can show, and leaves everything else unobserved. Importing this room
imports neither package.
"""

import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.onnxruntime.implementation import OnnxRuntime


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer ONNX Runtime, if there is one."""
    installed = all(importlib.util.find_spec(package) for package in ("onnx", "onnxruntime"))
    return [OnnxRuntime()] if installed else []
