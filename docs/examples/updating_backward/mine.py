"""My classes: channels last, built at the first forward pass, updated inside backward."""

from harness import Layerwise
from my_cnn import ConvReLU, CrossEntropy, DenseSoftmax, Flatten, MaxPool

mine = Layerwise("mine", bias_axes="1O")
mine.describes(
    "Conv2D",
    lambda layer, shape: ConvReLU(layer.filters, layer.kernel_size),
    backward="backward(dy, learning_rate)",
    parameters={"kernel": "weights", "bias": "bias"},
    lazy=True,
    fused="relu",
)
mine.describes(
    "Dense",
    lambda layer, shape: DenseSoftmax(layer.units),
    backward="backward(dy, learning_rate)",
    parameters={"kernel": "weights", "bias": "bias"},
    lazy=True,
    fused="softmax+loss",
)
mine.describes("MaxPooling2D", lambda layer, shape: MaxPool(layer.pool_size), backward="backward(dy, learning_rate)")
mine.describes("Flatten", Flatten, backward="backward(dy, learning_rate)")
mine.describes("categorical_crossentropy", CrossEntropy, fused="softmax")
