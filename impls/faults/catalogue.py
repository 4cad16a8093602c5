"""Every fault of this package: those that each operator's file lists, and graded ones made for each operator."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

from harness.faults import Fault
from impls.faults.graded import graded_faults

ROOMS = ("layers", "activations", "losses", "optimizers")


def catalogue() -> Iterator[Fault]:
    """Yield the structural faults, operator by operator, and then the graded ones."""
    structural = tuple(structural_faults())
    yield from structural
    for on in dict.fromkeys(fault.on for fault in structural):
        yield from graded_faults(on)


def structural_faults() -> Iterator[Fault]:
    """Yield what the files of the four rooms list under ``FAULTS``."""
    package = __name__.rpartition(".")[0]
    for room in ROOMS:
        folder = importlib.import_module(f"{package}.{room}")
        for module in pkgutil.iter_modules(folder.__path__):
            if not module.name.startswith("_"):
                importlib.import_module(f"{folder.__name__}.{module.name}")
                yield from sys.modules[f"{folder.__name__}.{module.name}"].FAULTS
