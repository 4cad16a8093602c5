"""A file to begin with for code in classes: each is described, and stays as it is."""

TEXT = '''"""My classes, described. Run it: pytest cases/ --impl {file}

The report names what is missing. All a description can say: docs/implementations.md
"""

from harness import Layerwise, Unsupported

# from my_cnn import Conv, Dense


class ReLU:
    """Stands for a class of yours: import those instead."""

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


def dense(layer, input_shape):
    # Return an object: Dense(input_shape[0], layer.units). What is never read of the layer, you do not support.
    raise Unsupported("{file}: fill in dense next, it returns an object of your class for a layer")


def conv(layer, input_shape):
    raise Unsupported("{file}: fill in conv next, it returns an object of your class for a layer")


# If your arrays are not in Keras's layouts, say so here: layout="channels_first", kernel_axes="OIHW", …
{variable} = Layerwise("{name}")
{variable}.describes("relu", ReLU)
for kind, build in (("Dense", dense), ("Conv2D", conv)):
    {variable}.describes(
        kind,
        build,
        forward="forward(x)",
        backward="backward(dy)",  # with learning_rate, if it updates at once; with optimizer, if it is given one
        parameters={{"kernel": "W", "bias": "b"}},  # where they are in the object
        gradients={{"kernel": "dW", "bias": "db"}},  # where they are after backward; or returns="dx, kernel, bias"
    )
# Next: MaxPooling2D, Flatten, softmax, categorical_crossentropy, …
'''
