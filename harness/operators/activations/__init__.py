"""Activation specifications, one file a function, with Keras's names, arguments and defaults."""

from collections.abc import Mapping

from harness.errors import SpecificationError, nearest
from harness.operators.activations.activation import Activation, keras_name
from harness.operators.activations.elu import Elu
from harness.operators.activations.gelu import Gelu
from harness.operators.activations.leaky_relu import LeakyRelu
from harness.operators.activations.linear import Linear
from harness.operators.activations.relu import Relu
from harness.operators.activations.selu import Selu
from harness.operators.activations.sigmoid import Sigmoid
from harness.operators.activations.softmax import Softmax
from harness.operators.activations.softplus import Softplus
from harness.operators.activations.tanh import Tanh
from harness.operators.discovery import installed, offering, operators_in

ACTIVATIONS: Mapping[str, type[Activation]] = operators_in(__name__, __path__, Activation)
# A new file needs no line here: names that are imported above are those that annotations use.
__getattr__ = offering(__name__, ACTIVATIONS)


def as_activation(value: str | Activation | Mapping[str, object] | None) -> Activation:
    """Return the activation that ``value`` names; None is linear, as in Keras.

    Raises:
        SpecificationError: no activation has that name; the nearest one is suggested.
    """
    if value is None:
        return Linear()
    if isinstance(value, Activation):
        return value
    by_name = {keras_name(kind): kind for kind in ACTIVATIONS.values()}
    if isinstance(value, str) and value not in by_name:
        by_name |= {keras_name(kind): kind for kind in installed().values() if issubclass(kind, Activation)}
    if isinstance(value, str) and value in by_name:
        return by_name[value]()
    raise SpecificationError(f"unknown activation {value!r}.{nearest(str(value), by_name)}")


__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Elu",
    "Gelu",
    "LeakyRelu",
    "Linear",
    "Relu",
    "Selu",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "as_activation",
]
