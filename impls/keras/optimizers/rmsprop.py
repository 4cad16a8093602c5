"""RMSprop by Keras."""

import keras

from harness.operators.optimizers import RMSprop


def build(optimizer: RMSprop) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer; its learning rate is kept in float32."""
    return keras.optimizers.RMSprop(
        learning_rate=optimizer.learning_rate,
        rho=optimizer.rho,
        momentum=optimizer.momentum,
        epsilon=optimizer.epsilon,
        centered=optimizer.centered,
    )
