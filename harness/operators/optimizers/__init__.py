"""Optimizer specifications, one file each, with Keras's names, arguments and defaults."""

from collections.abc import Mapping

from harness.operators.discovery import made_by_name, offering, operators_in
from harness.operators.optimizers.adam import Adam
from harness.operators.optimizers.optimizer import Optimizer
from harness.operators.optimizers.rmsprop import RMSprop
from harness.operators.optimizers.sgd import SGD
from harness.operators.specification import file_name

OPTIMIZERS: Mapping[str, type[Optimizer]] = operators_in(__name__, __path__, Optimizer)
# A new file needs no line here: names that are imported above are those that annotations use.
__getattr__ = offering(__name__, OPTIMIZERS)


def as_optimizer(value: str | Optimizer) -> Optimizer:
    """Return the optimizer that ``value`` names with Keras's function name, or ``value`` itself.

    Raises:
        SpecificationError: no optimizer has that name; the nearest one is suggested.
    """
    return made_by_name(value, OPTIMIZERS, Optimizer, file_name, "optimizer")


__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer", "RMSprop", "as_optimizer"]
