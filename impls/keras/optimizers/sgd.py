"""SGD by Keras."""

import keras

from harness.operators.optimizers import SGD


def build(optimizer: SGD) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer; its learning rate is kept in float32."""
    return keras.optimizers.SGD(
        learning_rate=optimizer.learning_rate,
        momentum=optimizer.momentum,
        nesterov=optimizer.nesterov,
    )
