"""Time of one training step: NumPy (vectorized) beside Keras, PyTorch and JAX, in one run, float32.

    python benchmarks/training_step.py [--seconds 2]

One step of a convolution is its output and the gradients with respect to input, kernel and bias. One step of LeNet-5
is output, loss, all gradients and the update of all parameters. Libraries take turns; the figures are medians.
Libraries that are not installed are left out, and said to be.
"""

import argparse
import importlib.metadata
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

import impls.vectorized
from harness.cases.network import Network
from harness.layerwise import operators_in
from harness.operators.layers import AveragePooling2D, Conv2D, Dense, Flatten
from harness.operators.losses import SparseCategoricalCrossentropy
from harness.operators.optimizers import SGD

Step = Callable[[], object]

KERNEL = 3
LEARNING_RATE = 0.125
CLASSES = 10


@dataclass(frozen=True)
class Size:
    """One convolution: ``batch`` images of ``size`` × ``size`` × ``channels`` to ``filters``, padding ``same``."""

    batch: int
    size: int
    channels: int
    filters: int

    def __str__(self) -> str:
        return f"conv {self.batch} × {self.size}×{self.size}×{self.channels} → {self.filters}"

    @property
    def operations(self) -> int:
        """Multiplications and additions of the three matrix products of a step."""
        return 3 * 2 * self.batch * self.size**2 * KERNEL**2 * self.channels * self.filters

    @property
    def goal(self) -> bool:
        """Whether the products are large enough to be held against a plain matrix product."""
        return self.channels * KERNEL**2 >= 288

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return x, kernel, bias and the output's gradient, in Keras's layouts."""
        image = self.batch, self.size, self.size
        shapes = (*image, self.channels), (KERNEL, KERNEL, self.channels, self.filters), (self.filters,)
        random = np.random.default_rng(0)
        return tuple(random.standard_normal(shape, np.float32) for shape in (*shapes, (*image, self.filters)))


SIZES = (Size(1, 8, 1, 2), Size(32, 28, 1, 32), Size(32, 32, 32, 64), Size(16, 56, 64, 64), Size(64, 14, 128, 256))

LENET_BATCH = 64
LENET = Network(
    (28, 28, 1),
    (
        Conv2D(6, 5, padding="same", activation="tanh"),
        AveragePooling2D(2),
        Conv2D(16, 5, activation="tanh"),
        AveragePooling2D(2),
        Flatten(),
        Dense(120, activation="tanh"),
        Dense(84, activation="tanh"),
        Dense(CLASSES),
    ),
)


def lenet_arrays() -> tuple[np.ndarray, np.ndarray]:
    """Return images and classes."""
    random = np.random.default_rng(0)
    x = random.standard_normal((LENET_BATCH, *LENET.input_shape), np.float32)
    return x, random.integers(0, CLASSES, LENET_BATCH)


class Vectorized:
    """The NumPy implementation, its operators called one after another."""

    name = "vectorized"

    def __init__(self) -> None:
        self.operators = operators_in(impls.vectorized)
        self.about = f"numpy {np.__version__}"

    def convolution(self, size: Size) -> Step:
        x, kernel, bias, dy = size.arrays()
        layer = Conv2D(size.filters, KERNEL, padding="same")
        operator, weights = self.operators[Conv2D], {"kernel": kernel, "bias": bias}

        def step() -> object:
            y, cache = operator.forward(layer, weights, x)
            return y, operator.backward(layer, weights, cache, dy)

        return step

    def lenet(self) -> Step:
        x, classes = lenet_arrays()
        loss, optimizer = SparseCategoricalCrossentropy(from_logits=True), SGD(LEARNING_RATE)
        random = np.random.default_rng(0)
        weights = {
            node.name: {
                name: random.standard_normal(shape, np.float32) / np.float32(np.sqrt(np.prod(shape[:-1])))
                for name, shape in node.parameters.items()
            }
            for node in LENET.nodes
        }

        def step() -> object:
            y, caches = x, []
            for node in LENET.nodes:
                y, cache = self.operators[type(node.layer)].forward(node.layer, weights[node.name], y)
                activation = node.layer.fused_activation
                activation_cache = None
                if activation.kind != "Linear":
                    y, activation_cache = self.operators[type(activation)].forward(activation, y)
                caches.append((cache, activation_cache))
            value = self.operators[type(loss)].forward(loss, classes, y)
            dy = self.operators[type(loss)].backward(loss, classes, y)
            for node, (cache, activation_cache) in zip(reversed(LENET.nodes), reversed(caches), strict=True):
                activation = node.layer.fused_activation
                if activation.kind != "Linear":
                    dy = self.operators[type(activation)].backward(activation, activation_cache, dy)
                dy, gradients = self.operators[type(node.layer)].backward(node.layer, weights[node.name], cache, dy)
                for name, gradient in gradients.items():
                    weight = weights[node.name][name]
                    weights[node.name][name], _ = self.operators[SGD].update(optimizer, 1, weight, gradient, {})
            return value

        return step


class Keras:
    """Real Keras layers, compiled to a TensorFlow graph."""

    name = "Keras"

    def __init__(self) -> None:
        import keras
        import tensorflow

        self.keras, self.tf = keras, tensorflow
        threads = tensorflow.config.threading.get_intra_op_parallelism_threads() or "one per core"
        self.about = f"keras {keras.__version__}, tensorflow {tensorflow.__version__}, threads: {threads}"

    def convolution(self, size: Size) -> Step:
        tf = self.tf
        x, kernel, bias, dy = size.arrays()
        layer = self.keras.layers.Conv2D(size.filters, KERNEL, padding="same")
        layer.build(x.shape)
        layer.set_weights([kernel, bias])
        x, dy = tf.constant(x), tf.constant(dy)

        @tf.function
        def graph(x, dy):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            return y, tape.gradient(y, [x, *(v.value for v in layer.trainable_variables)], dy)

        return lambda: graph(x, dy)

    def lenet(self) -> Step:
        tf, layers = self.tf, self.keras.layers
        x, classes = (tf.constant(array) for array in lenet_arrays())
        model = self.keras.Sequential(
            [
                layers.Input(LENET.input_shape),
                layers.Conv2D(6, 5, padding="same", activation="tanh"),
                layers.AveragePooling2D(2),
                layers.Conv2D(16, 5, activation="tanh"),
                layers.AveragePooling2D(2),
                layers.Flatten(),
                layers.Dense(120, activation="tanh"),
                layers.Dense(84, activation="tanh"),
                layers.Dense(CLASSES),
            ]
        )
        loss = self.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = self.keras.optimizers.SGD(LEARNING_RATE)
        optimizer.build(model.trainable_variables)

        @tf.function
        def graph(x, classes):
            with tf.GradientTape() as tape:
                value = loss(classes, model(x, training=True))
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(value, [v.value for v in variables]), variables)
            return value

        return lambda: graph(x, classes)


class PyTorch:
    """PyTorch, eager, in its own layout (batch, channels, height, width)."""

    name = "torch"

    def __init__(self) -> None:
        import torch

        self.torch = torch
        self.about = f"torch {torch.__version__}, threads: {torch.get_num_threads()}"

    def convolution(self, size: Size) -> Step:
        torch = self.torch
        x, kernel, bias, dy = size.arrays()
        x, dy = (torch.from_numpy(np.ascontiguousarray(array.transpose(0, 3, 1, 2))) for array in (x, dy))
        kernel = torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
        wanted = [array.requires_grad_() for array in (x, kernel, torch.from_numpy(bias))]

        def step() -> object:
            y = torch.nn.functional.conv2d(*wanted, padding="same")
            return y, torch.autograd.grad(y, wanted, dy)

        return step

    def lenet(self) -> Step:
        nn = self.torch.nn
        x, classes = lenet_arrays()
        x, classes = self.torch.from_numpy(x.transpose(0, 3, 1, 2).copy()), self.torch.from_numpy(classes)
        model = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding="same"),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(400, 120),
            nn.Tanh(),
            nn.Linear(120, 84),
            nn.Tanh(),
            nn.Linear(84, CLASSES),
        )
        optimizer = self.torch.optim.SGD(model.parameters(), LEARNING_RATE)

        def step() -> object:
            optimizer.zero_grad()
            value = nn.functional.cross_entropy(model(x), classes)
            value.backward()
            optimizer.step()
            return value

        return step


class Jax:
    """JAX, compiled."""

    name = "JAX"

    def __init__(self) -> None:
        import jax

        self.jax = jax
        self.about = f"jax {jax.__version__}, devices: {jax.devices()}"

    def convolve(self, x, kernel, padding="SAME"):
        return self.jax.lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def convolution(self, size: Size) -> Step:
        x, kernel, bias, dy = map(self.jax.numpy.asarray, size.arrays())

        @self.jax.jit
        def compiled(x, kernel, bias, dy):
            y, pull_back = self.jax.vjp(lambda x, kernel, bias: self.convolve(x, kernel) + bias, x, kernel, bias)
            return y, pull_back(dy)

        return lambda: self.jax.block_until_ready(compiled(x, kernel, bias, dy))

    def lenet(self) -> Step:
        jax, jnp = self.jax, self.jax.numpy
        x, classes = map(jnp.asarray, lenet_arrays())
        random = np.random.default_rng(0)
        shapes = [shape for node in LENET.nodes for shape in node.parameters.values()]
        weights = [jnp.asarray(random.standard_normal(shape, np.float32) * np.float32(0.1)) for shape in shapes]

        def average(y):
            return jax.lax.reduce_window(y, 0.0, jax.lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4

        def loss(weights, x, classes):
            k1, b1, k2, b2, k3, b3, k4, b4, k5, b5 = weights
            y = average(jnp.tanh(self.convolve(x, k1) + b1))
            y = average(jnp.tanh(self.convolve(y, k2, "VALID") + b2))
            y = jnp.tanh(y.reshape(len(y), -1) @ k3 + b3)
            logits = jnp.tanh(y @ k4 + b4) @ k5 + b5
            return -jnp.take_along_axis(jax.nn.log_softmax(logits), classes[:, None], axis=1).mean()

        @jax.jit
        def compiled(weights, x, classes):
            value, gradients = jax.value_and_grad(loss)(weights, x, classes)
            return value, [weight - LEARNING_RATE * g for weight, g in zip(weights, gradients, strict=True)]

        def step() -> object:
            nonlocal weights
            value, weights = compiled(weights, x, classes)
            return jax.block_until_ready(value)

        return step


def matrix_product() -> Step:
    """Return the product that speeds are held against: 2048 × 2048, float32, by NumPy."""
    a, b = np.random.default_rng(0).standard_normal((2, 2048, 2048), np.float32)
    return lambda: np.matmul(a, b)


def medians(steps: Mapping[str, Step], seconds: float) -> dict[str, float]:
    """Return each step's median time in seconds; they take turns for about ``seconds`` each."""
    for step in steps.values():
        for _ in range(3):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    waiting = dict(steps)
    while waiting:
        for name, step in waiting.items():
            # A few in a row, so that a cache is warm and another library's threads have gone to sleep.
            for repetition in range(6):
                start = time.perf_counter()
                step()
                if repetition:
                    times[name].append(time.perf_counter() - start)
        waiting = {n: step for n, step in waiting.items() if sum(times[n]) < seconds and len(times[n]) < 2000}
    return {name: median(taken) for name, taken in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each library and size (default: 2)")
    seconds = parser.parse_args().seconds

    libraries = []
    for library in (Vectorized, Keras, PyTorch, Jax):
        try:
            libraries.append(library())
        except ImportError as error:
            print(f"{library.name} left out: {error}")
    for library in libraries:
        print(f"{library.name}: {library.about}")
    settings = {name: value for name, value in sorted(os.environ.items()) if name.endswith("_NUM_THREADS")}
    settings |= {name: value for name, value in sorted(os.environ.items()) if name.startswith("OPENBLAS_")}
    print(f"cores: {len(os.sched_getaffinity(0))}; {settings or 'no OPENBLAS_* or *_NUM_THREADS set'}")
    print(f"python packages: {', '.join(f'{n} {importlib.metadata.version(n)}' for n in ('numpy',))}\n")

    names = [library.name for library in libraries]
    print(f"{'milliseconds, median':34}" + "".join(f"{name:>12}" for name in names) + "   times vectorized's; speed")
    for size in SIZES:
        steps = {library.name: library.convolution(size) for library in libraries}
        print(_row(str(size), names, medians(steps | {"product": matrix_product()}, seconds), size))
    steps = {library.name: library.lenet() for library in libraries}
    print(_row(f"LeNet-5, batch {LENET_BATCH}", names, medians(steps, seconds)))


def _row(label: str, names: list[str], times: Mapping[str, float], size: Size | None = None) -> str:
    ours = times["vectorized"]
    row = f"{label:34}" + "".join(f"{times[name] * 1e3:12.3f}" for name in names) + "   "
    row += ", ".join(f"{name} {times[name] / ours:.2f}" for name in names[1:])
    if size is not None:
        speed, best = size.operations / ours / 1e9, 2 * 2048**3 / times["product"] / 1e9
        goal = f", goal {'met' if speed >= 0.6 * best else 'missed'}" if size.goal else ""
        row += f"; {speed:.0f} of {best:.0f} GFLOP/s = {speed / best:.0%}{goal}"
    return row


if __name__ == "__main__":
    main()
