"""What every activation specification has: Keras's function name."""

from typing import ClassVar

from harness.operators.specification import Specification


class Activation(Specification):
    """An activation function with Keras's name, arguments and defaults.

    Traits, which generic code asks instead of naming kinds:

    Attributes:
        is_identity: it changes nothing, and a layer that has it has none.
        sums_to_one: its outputs are probabilities, so that it is often differentiated together with a cross-entropy.
        bends_at_zero: its derivative at 0 is a convention that may be declared.
    """

    is_identity: ClassVar[bool] = False
    sums_to_one: ClassVar[bool] = False
    bends_at_zero: ClassVar[bool] = False

    @property
    def keras_name(self) -> str:
        """The function's name in ``keras.activations``: ``LeakyRelu`` is ``leaky_relu``."""
        return "".join("_" + letter.lower() if letter.isupper() else letter for letter in self.kind).lstrip("_")
