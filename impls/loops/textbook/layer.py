"""What every layer of the network can do."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np

from harness.cases.problem import Array
from harness.operators.specification import Shape


class Layer(ABC):
    """One layer. Shapes are without the batch, arrays have it as their first axis and are float64."""

    @abstractmethod
    def build(self, input_shape: Shape, generator: np.random.Generator | None) -> Shape:
        """Learn the shape of the input, make the weights, and return the shape of the output.

        Raises:
            SpecificationError: the layer cannot take such an input.
        """

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the output, and remember what ``backward`` will need."""

    @abstractmethod
    def backward(self, dy: Array) -> Array:
        """Return the gradient of the loss with respect to the last input, given that with respect to the output.

        What the weights have to learn is remembered until ``update``, which comes after all layers' ``backward``: the
        layers below need the weights that the forward pass used.
        """

    def update(self, learning_rate: float) -> None:  # noqa: B027 - most layers have nothing to learn
        """Move every weight against its gradient."""

    @property
    def weights(self) -> Mapping[str, Array]:
        """Copies of the weights by name, in Keras's layout; none where there is nothing to learn."""
        return {}
