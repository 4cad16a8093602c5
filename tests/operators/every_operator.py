"""Every operator's samples, with what they are computed from and what comes out, by name.

A rule is a class: the operator's own, or the base class, which derives everything from the definition.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.numerics import Arithmetic, Estimate
from harness.operators import ACTIVATIONS, LAYERS, LOSSES, OPERATORS, OPTIMIZERS
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer

STEPS = 3
CLASSES = 6

Arrays = Mapping[str, np.ndarray]
Estimates = Mapping[str, Estimate]


def held(values, dtype="float32"):
    """Return the numbers as that format holds them, in float64."""
    return np.asarray(values, dtype).astype(np.float64)


@dataclass(frozen=True)
class OfActivation:
    """An activation: y of x, and dx of dy."""

    operator: Activation
    base = Activation
    methods = ("forward", "backward")

    def drawn(self, generator, batch) -> Arrays:
        shape = (batch, CLASSES)
        return {"x": held(generator.normal(size=shape) * 2.5), "dy": held(generator.normal(size=shape))}

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        x = given["x"]
        y = rule.forward(self.operator, x, arithmetic)
        observed = Estimate.exact(held(self.operator.forward(x, arithmetic).value, arithmetic.precision))
        return {"forward": y, "backward": rule.backward(self.operator, x, observed, given["dy"], arithmetic)}

    def gradients(self, results: Estimates) -> Estimates:
        return {"x": results["backward"]}


@dataclass(frozen=True)
class OfLoss:
    """A loss, and its gradient with respect to the prediction."""

    operator: Loss
    base = Loss
    methods = ("forward", "backward")

    def drawn(self, generator, batch) -> Arrays:
        shape, kind = (batch, CLASSES), self.operator.kind
        logits = generator.normal(size=shape) * 2
        shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        from_probabilities = "Crossentropy" in kind and not self.operator.from_logits
        masses = generator.uniform(size=shape)
        labels = generator.integers(0, CLASSES, batch).astype(np.float64)
        targets = labels if kind.startswith("Sparse") else masses / masses.sum(axis=-1, keepdims=True)
        return {"y_true": held(targets), "y_pred": held(shares if from_probabilities else logits)}

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        both = given["y_true"].value, given["y_pred"]
        loss = rule.forward(self.operator, *both, arithmetic)
        return {"forward": loss, "backward": rule.backward(self.operator, *both, arithmetic)}

    def gradients(self, results: Estimates) -> Estimates:
        return {"y_pred": results["backward"]}


@dataclass(frozen=True)
class OfLayer:
    """A layer: y of its inputs and weights, and the gradients of dy with respect to each."""

    operator: Layer
    base = Layer
    methods = ("forward", "backward")

    @property
    def shapes(self):
        return (self.operator.sample_shape,) * self.operator.sample_inputs

    def drawn(self, generator, batch) -> Arrays:
        layer = self.operator
        weights = layer.parameters(*self.shapes) | layer.state(*self.shapes)
        images = {f"x{place}": (batch, *shape) for place, shape in enumerate(self.shapes)}
        shapes = images | weights | {"dy": (batch, *layer.output_shape(*self.shapes))}
        arrays = {name: held(generator.normal(size=shape)) for name, shape in shapes.items()}
        return {name: np.abs(array) if "variance" in name else array for name, array in arrays.items()}

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        layer = self.operator
        names = [f"x{place}" for place in range(layer.sample_inputs)]
        inputs = tuple(given[name] for name in names)
        weights = {name: given[name] for name in given if name not in (*names, "dy")}
        y, cache = rule.forward(layer, weights, inputs if len(inputs) > 1 else inputs[0], arithmetic)
        dx, by_parameter = rule.backward(layer, weights, cache, given["dy"], arithmetic)
        of_inputs = dict(zip((f"backward {name}" for name in names), dx if len(inputs) > 1 else (dx,), strict=True))
        return {"forward": y} | of_inputs | {f"gradient of {name}": each for name, each in by_parameter.items()}

    def gradients(self, results: Estimates) -> Estimates:
        return {name.split()[-1]: each for name, each in results.items() if name != "forward"}


@dataclass(frozen=True)
class OfOptimizer:
    """An optimizer: a parameter after each of three steps from the same one, with what is remembered between."""

    operator: Optimizer
    base = Optimizer
    methods = ("update",)

    def drawn(self, generator, batch) -> Arrays:
        names = ("weight", *(f"gradient {step}" for step in range(1, STEPS + 1)))
        return {name: held(generator.normal(size=(batch, CLASSES))) for name in names}

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        slots, found = {}, {}
        for step in range(1, STEPS + 1):
            gradient = given[f"gradient {step}"]
            found[f"update {step}"], slots = rule.update(
                self.operator, step, given["weight"], gradient, slots, arithmetic
            )
        return found

    def gradients(self, results: Estimates) -> Estimates:
        return {}


Subject = OfActivation | OfLoss | OfLayer | OfOptimizer
FAMILIES = ((ACTIVATIONS, OfActivation), (LAYERS, OfLayer), (LOSSES, OfLoss), (OPTIMIZERS, OfOptimizer))


def subjects_of(kind: type) -> Iterator[Subject]:
    """Yield the operator with the arguments of each of its samples."""
    (family,) = {family for kinds, family in FAMILIES if kind in kinds.values()}
    for arguments in kind.samples:
        yield family(kind(**arguments))


SUBJECTS = [subject for kind in OPERATORS.values() for subject in subjects_of(kind)]


def named(subject: Subject) -> str:
    """Return the operator and what of its arguments is no default."""
    operator, default = subject.operator, type(subject.operator).samples
    arguments = next(each for each in default if type(operator)(**each) == operator)
    return "-".join([operator.kind, *(f"{name}={value}" for name, value in arguments.items())]).replace(" ", "")


def is_defined(subject: Subject) -> bool:
    """Whether it has a definition, and not rules alone that are written by hand."""
    name = "step" if subject.methods == ("update",) else "output"
    return getattr(type(subject.operator), name) is not getattr(subject.base, name)


def overrides(subject: Subject) -> bool:
    """Whether a rule that would follow from its definition is written by hand."""
    kind = type(subject.operator)
    return is_defined(subject) and any(
        getattr(kind, name) is not getattr(subject.base, name) for name in subject.methods
    )


def own(subject: Subject, given: Estimates, arithmetic: Arithmetic) -> Estimates:
    """Return what the operator itself says."""
    return subject.results(type(subject.operator), given, arithmetic)


def derived(subject: Subject, given: Estimates, arithmetic: Arithmetic) -> Estimates:
    """Return what follows from its definition."""
    return subject.results(subject.base, given, arithmetic)


def exact(arrays: Arrays) -> Estimates:
    """Return the arrays without error."""
    return {name: Estimate.exact(array) for name, array in arrays.items()}
