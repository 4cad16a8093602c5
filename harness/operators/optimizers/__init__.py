"""Optimizer specifications, one file each, with Keras's names, arguments and defaults."""

from collections.abc import Mapping
from types import MappingProxyType

from harness.errors import SpecificationError, nearest
from harness.operators.optimizers.adam import Adam
from harness.operators.optimizers.optimizer import Optimizer
from harness.operators.optimizers.rmsprop import RMSprop
from harness.operators.optimizers.sgd import SGD

OPTIMIZERS: Mapping[str, type[Optimizer]] = MappingProxyType({kind.__name__: kind for kind in (Adam, RMSprop, SGD)})


def as_optimizer(value: str | Optimizer) -> Optimizer:
    """Return the optimizer that ``value`` names with Keras's function name, or ``value`` itself.

    Raises:
        SpecificationError: no optimizer has that name; the nearest one is suggested.
    """
    if isinstance(value, Optimizer):
        return value
    by_name: dict[str, type[Optimizer]] = {"adam": Adam, "rmsprop": RMSprop, "sgd": SGD}
    if isinstance(value, str) and value in by_name:
        return by_name[value]()
    raise SpecificationError(f"unknown optimizer {value!r}.{nearest(str(value), by_name)}")


__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer", "RMSprop", "as_optimizer"]
