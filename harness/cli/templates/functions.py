"""A file to begin with for code in functions: forward and backward of each layer."""

TEXT = '''"""My network, operator by operator. Run it: pytest cases/ --impl {file}

The report names what is missing. Remove what you do not have: it is then counted as unsupported.
All contracts: docs/implementations.md
"""

import numpy as np

from harness import Layerwise, Unsupported

# Arrays come in Keras's layouts: images (batch, height, width, channels), kernels (height, width, in, out).
# If yours are others, say so here: layout="channels_first", kernel_axes="OIHW", dense_axes="OI", …
{variable} = Layerwise("{name}")


def relu_forward(activation, x):
    return np.maximum(x, 0), x  # the output, and what backward needs


def relu_backward(activation, cache, dy):
    return dy * (cache > 0)


def dense_forward(layer, weights, x):
    # weights["kernel"] is (features, units), weights["bias"] is (units,) where layer.use_bias
    raise Unsupported("{file}: fill in dense_forward next, the layer's output before its activation and a cache")


def dense_backward(layer, weights, cache, dy):
    raise Unsupported("{file}: fill in dense_backward next, the gradients of x, kernel and bias")


def conv_forward(layer, weights, x):
    # layer.kernel_size, layer.strides, layer.padding, … are Keras's; what is never read, you do not support
    raise Unsupported("{file}: fill in conv_forward next, the layer's output before its activation and a cache")


def conv_backward(layer, weights, cache, dy):
    raise Unsupported("{file}: fill in conv_backward next, the gradients of x, kernel and bias")


{variable}.functions("relu", relu_forward, relu_backward)
{variable}.functions("Dense", dense_forward, dense_backward, returns="dx, kernel, bias")
{variable}.functions("Conv2D", conv_forward, conv_backward, returns="dx, kernel, bias")
# Next: MaxPooling2D, Flatten, softmax, categorical_crossentropy, SGD, …
'''
