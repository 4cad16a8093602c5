"""Activation specifications, one file a function, with Keras's names, arguments and defaults."""

from collections.abc import Mapping

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
from harness.operators.discovery import made_by_name, offering, operators_in

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
    return made_by_name(value, ACTIVATIONS, Activation, keras_name, "activation")


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
