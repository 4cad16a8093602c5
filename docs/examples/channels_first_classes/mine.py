"""My classes: channels first, gradients as attributes."""

from harness import Layerwise
from harness.layerwise import one_number, symmetric_padding
from my_cnn import Conv, Dense, Flatten, MaxPool, ReLU, Softmax

HERE = {"kernel": "W", "bias": "b"}
GRADIENTS = {"kernel": "dW", "bias": "db"}


def conv(layer, shape):
    return Conv(shape[2], layer.filters, layer.kernel_size, one_number(layer.strides), symmetric_padding(layer, shape))


mine = Layerwise("mine", layout="channels_first", kernel_axes="OIHW", flatten="CHW")
mine.describes("Conv2D", conv, parameters=HERE, gradients=GRADIENTS)
mine.describes("Dense", lambda l, shape: Dense(*shape, l.units), parameters=HERE, gradients=GRADIENTS)
mine.describes("MaxPooling2D", lambda layer, shape: MaxPool(layer.pool_size, layer.strides))
mine.describes("Flatten", Flatten)
mine.describes("relu", ReLU)
mine.describes("softmax", Softmax)
