"""Adam by Keras."""

import keras

from harness.operators.optimizers import Adam


def build(optimizer: Adam) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer; its learning rate is kept in float32."""
    return keras.optimizers.Adam(
        learning_rate=optimizer.learning_rate,
        beta_1=optimizer.beta_1,
        beta_2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
    )
