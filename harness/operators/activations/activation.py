"""What every activation specification has: Keras's function name."""

from harness.operators.specification import Specification


class Activation(Specification):
    """An activation function with Keras's name, arguments and defaults."""

    @property
    def keras_name(self) -> str:
        """The function's name in ``keras.activations``: ``LeakyRelu`` is ``leaky_relu``."""
        return "".join("_" + letter.lower() if letter.isupper() else letter for letter in self.kind).lstrip("_")
