"""My network: fit and predict, kernels as rows of weights."""

from harness.adapters import WholeNetwork
from harness.layerwise import one_number
from my_cnn import CNN


def build(shape, conv, pool, flatten, dense):
    return CNN(*shape, conv.filters, one_number(conv.kernel_size), one_number(pool.pool_size), dense.units)


mine = WholeNetwork(
    "mine",
    layers="Conv2D relu, MaxPooling2D, Flatten, Dense softmax",
    build=build,
    parameters={
        "conv2d/kernel": "params.W1",
        "conv2d/bias": "params.b1",
        "dense/kernel": "params.W2",
        "dense/bias": "params.b2",
    },
    step="fit(x, y, epochs=1)",
    learning_rate="lr",
    shows={"loss": "history[-1]"},
    kernel_axes="O(HWI)",
    dense_axes="OI",
)
