"""PyTorch's functions and its autograd, operator by operator; registered where torch is installed.

Every operator is one function of tensors, and its backward pass is torch's own. Importing this room does not import
torch.
"""

import importlib.util

from harness.implementation.contract import Implementation
from harness.plugins.hook_specifications import hookimpl
from impls.torch.implementation import Torch


@hookimpl
def harness_implementations() -> list[Implementation]:
    """Offer PyTorch, if there is one."""
    return [Torch()] if importlib.util.find_spec("torch") else []
