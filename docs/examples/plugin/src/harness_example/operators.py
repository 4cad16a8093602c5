"""Two operators that harness does not have, an implementation of both, errors in them, and cases with networks."""

import numpy as np
from harness import Case, Dense, Fault, Flatten, Implementation, Layer, Layerwise, ZeroPadding2D, grid, hookimpl
from harness.numerics.expressions import Expression, maximum, sigmoid
from harness.operators import Operator
from harness.operators.activations import Activation


class PReLU(Layer):
    """y = x where x > 0, else alpha * x, with an alpha of its own for every element; the derivative at 0 is 0."""

    parameter_names = ("alpha",)
    sample_shape = (4, 3, 2)

    def output_shape(self, *input_shapes):
        return self.expect_one_input(input_shapes)

    def parameters(self, *input_shapes):
        return {"alpha": input_shapes[0]}

    def output(self, *x: Expression, **weights: Expression) -> Expression:
        """Return y, the shape of x."""
        return maximum(x[0], 0.0) - weights["alpha"] * maximum(-x[0], 0.0)


class Silu(Activation):
    """y = x * sigmoid(x)."""

    def output(self, x: Expression) -> Expression:
        """Return y, the shape of x."""
        return x * sigmoid(x)


@hookimpl
def harness_operators() -> list[type[Operator]]:
    return [PReLU, Silu]


rectifying = Layerwise("rectifying")


@rectifying.implements(PReLU)
class Rectified:
    def forward(self, layer, weights, x):
        return np.where(x > 0, x, weights["alpha"] * x), x

    def backward(self, layer, weights, x, dy):
        dx = np.where(x > 0, dy, np.where(x < 0, weights["alpha"] * dy, 0))
        return dx, {"alpha": np.sum(dy * np.minimum(x, 0), axis=0)}


@rectifying.implements(Silu)
class Swish:
    def forward(self, activation, x):
        return x / (1 + np.exp(-x)), x

    def backward(self, activation, x, dy):
        share = 1 / (1 + np.exp(-x))
        return dy * (share + x * share * (1 - share))


@rectifying.implements("ZeroPadding2D")
class Padding:
    def forward(self, layer, weights, x):
        return np.pad(x, ((0, 0), *layer.padding, (0, 0))), x.shape

    def backward(self, layer, weights, shape, dy):
        (top, _), (left, _) = layer.padding
        return dy[:, top : top + shape[1], left : left + shape[2]], {}


@rectifying.implements("Flatten")
class Flattening:
    def forward(self, layer, weights, x):
        return x.reshape(len(x), -1), x.shape

    def backward(self, layer, weights, shape, dy):
        return dy.reshape(shape), {}


@rectifying.implements("Dense")
class Product:
    def forward(self, layer, weights, x):
        return x @ weights["kernel"] + weights["bias"], x

    def backward(self, layer, weights, x, dy):
        return dy @ weights["kernel"].T, {"kernel": x.T @ dy, "bias": dy.sum(axis=0)}


@hookimpl
def harness_implementations() -> list[Implementation]:
    return [rectifying]


def rectified():
    """A network in which the gradients come from behind the layer, and go on before it."""
    return [ZeroPadding2D(1), PReLU(), Flatten(), Dense(3, activation=Silu())]


@hookimpl
def harness_cases() -> list[Case]:
    return list(grid(rectified, input_shape=(5, 4, 2), steps=2))


def of_all_elements(stage, dy, gradient):
    """Let alpha learn from positive elements too."""
    return np.sum(dy * stage.x, axis=0)


def without_the_product_rule(stage, dy, dx):
    """Forget that x is a factor besides the argument of sigmoid."""
    return dy / (1 + np.exp(-stage.x))


@hookimpl
def harness_faults() -> list[Fault]:
    return [
        Fault(
            "prelu-alpha-of-all-elements",
            on=PReLU,
            gradients={"alpha": of_all_elements},
            moves=("gradient/alpha",),
            explanation="alpha learns from positive elements too.",
            hint="dalpha = sum over samples of dy * min(x, 0).",
        ),
        Fault(
            "silu-derivative-without-product-rule",
            on=Silu,
            input_gradient=without_the_product_rule,
            moves=("backward",),
            explanation="The derivative is sigmoid(x) alone.",
            hint="x * sigmoid(x) is a product: two terms.",
        ),
    ]
