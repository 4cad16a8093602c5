"""BatchNormalization: each channel brought to mean 0 and variance 1 over the batch, as Keras defines it."""

from harness.operators.layers.layer import Layer
from harness.operators.specification import Shape, is_number


class BatchNormalization(Layer):
    """Batch normalization over the last axis.

    Training: ``y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`` with the mean and the biased variance of
    the batch, then ``moving = momentum * moving + (1 - momentum) * batch``. Inference uses the moving statistics.
    Parameters gamma and beta and state moving_mean and moving_variance are all ``(channels,)``.
    """

    parameter_names = ("gamma", "beta")
    state_names = ("moving_mean", "moving_variance")

    momentum: float = 0.99
    epsilon: float = 0.001
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(is_number(self.momentum) and 0 <= self.momentum <= 1, "momentum", "a number from 0 to 1")
        self.expect(is_number(self.epsilon) and self.epsilon > 0, "epsilon", "a positive number")
        self.normalize("momentum", float(self.momentum))
        self.normalize("epsilon", float(self.epsilon))

    def output_shape(self, *input_shapes: Shape) -> Shape:
        return self.expect_one_input(input_shapes)

    def parameters(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][-1:]
        return ({"gamma": channels} if self.scale else {}) | ({"beta": channels} if self.center else {})

    def state(self, *input_shapes: Shape) -> dict[str, Shape]:
        channels = input_shapes[0][-1:]
        return {"moving_mean": channels, "moving_variance": channels}
