"""A file to begin with for what only shows its parameters and predictions."""

TEXT = '''"""My network, of which parameters and predictions are seen. Run it: pytest cases/ --impl {file}

Gradients are inferred from how a step changes the parameters. All contracts: docs/implementations.md
"""

from harness import Unsupported
from harness.adapters import UpdateOnly


def build(case):
    # case.network.nodes has name, layer and shapes of each layer; raise Unsupported for what you cannot build.
    raise Unsupported("{file}: fill in build next, it returns an untrained network for a case")


def set_weights(network, weights):
    # weights["conv2d"]["kernel"], …: copy them into the network.
    raise Unsupported("{file}: fill in set_weights next")


def train_step(network, x, y, learning_rate):
    # One step of plain SGD on one batch.
    raise Unsupported("{file}: fill in train_step next")


def get_weights(network):
    raise Unsupported("{file}: fill in get_weights next, it returns what set_weights takes")


def predict(network, x):
    raise Unsupported("{file}: fill in predict next")


{variable} = UpdateOnly(
    "{name}",
    build=build,
    set_weights=set_weights,
    train_step=train_step,
    get_weights=get_weights,
    predict=predict,
    # layout="channels_first", kernel_axes="OIHW", dense_axes="OI", …
)
'''
