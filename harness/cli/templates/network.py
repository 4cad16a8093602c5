"""A file to begin with for a class that holds and trains a whole network of fixed architecture."""

TEXT = '''"""My network, which trains by itself. Run it: pytest {cases} --impl {file}

{cases} has cases for the network below: write them for yours. All a description can say: docs/implementations.md
"""

from harness import Unsupported
from harness.adapters import WholeNetwork

# from my_cnn import CNN


def build(input_shape, flatten, dense):
    # One argument for each layer: return CNN(*input_shape, dense.units).
    raise Unsupported("{file}: fill in build next, it returns an untrained network")


{variable} = WholeNetwork(
    "{name}",
    layers="Flatten, Dense softmax",  # such as "Conv2D relu, MaxPooling2D, Flatten, Dense softmax"
    build=build,
    parameters={{"dense/kernel": "W", "dense/bias": "b"}},  # where they are in the network
    step="fit(x, y, epochs=1, learning_rate=learning_rate)",  # one step on one batch
    predict="predict(x)",
    loss="categorical_crossentropy",
    # shows={{"loss": "history[-1]", "forward/dense": "p"}},  # what else can be seen after a step
    # layout="channels_first", kernel_axes="OIHW", dense_axes="OI", …
)
'''
