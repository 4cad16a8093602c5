"""Loss specifications, one file each, with Keras's names, arguments and defaults."""

from collections.abc import Mapping

from harness.operators.discovery import made_by_name, offering, operators_in
from harness.operators.losses.binary_crossentropy import BinaryCrossentropy
from harness.operators.losses.categorical_crossentropy import CategoricalCrossentropy
from harness.operators.losses.huber import Huber
from harness.operators.losses.loss import Loss
from harness.operators.losses.mean_absolute_error import MeanAbsoluteError
from harness.operators.losses.mean_squared_error import MeanSquaredError
from harness.operators.losses.sparse_categorical_crossentropy import SparseCategoricalCrossentropy
from harness.operators.specification import file_name

LOSSES: Mapping[str, type[Loss]] = operators_in(__name__, __path__, Loss)
# A new file needs no line here: names that are imported above are those that annotations use.
__getattr__ = offering(__name__, LOSSES)


def as_loss(value: str | Loss) -> Loss:
    """Return the loss that ``value`` names with Keras's function name, or ``value`` itself.

    Raises:
        SpecificationError: no loss has that name; the nearest one is suggested.
    """
    return made_by_name(value, LOSSES, Loss, file_name, "loss")


__all__ = [
    "LOSSES",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "as_loss",
]
