"""Loss specifications, one file each, with Keras's names, arguments and defaults."""

from collections.abc import Mapping
from types import MappingProxyType

from harness.errors import SpecificationError, nearest
from harness.operators.losses.binary_crossentropy import BinaryCrossentropy
from harness.operators.losses.categorical_crossentropy import CategoricalCrossentropy
from harness.operators.losses.huber import Huber
from harness.operators.losses.loss import Loss
from harness.operators.losses.mean_absolute_error import MeanAbsoluteError
from harness.operators.losses.mean_squared_error import MeanSquaredError
from harness.operators.losses.sparse_categorical_crossentropy import SparseCategoricalCrossentropy

LOSSES: Mapping[str, type[Loss]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            BinaryCrossentropy,
            CategoricalCrossentropy,
            Huber,
            MeanAbsoluteError,
            MeanSquaredError,
            SparseCategoricalCrossentropy,
        )
    }
)


def as_loss(value: str | Loss) -> Loss:
    """Return the loss that ``value`` names with Keras's function name, or ``value`` itself.

    Raises:
        SpecificationError: no loss has that name; the nearest one is suggested.
    """
    if isinstance(value, Loss):
        return value
    by_name: dict[str, type[Loss]] = {
        "binary_crossentropy": BinaryCrossentropy,
        "categorical_crossentropy": CategoricalCrossentropy,
        "huber": Huber,
        "mean_absolute_error": MeanAbsoluteError,
        "mean_squared_error": MeanSquaredError,
        "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    }
    if isinstance(value, str) and value in by_name:
        return by_name[value]()
    raise SpecificationError(f"unknown loss {value!r}.{nearest(str(value), by_name)}")


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
