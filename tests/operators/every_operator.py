"""Every operator's samples, with what they are computed from and what comes out, by name.

A rule is a class: the operator's own, or the base class, which derives everything from the definition.
"""

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.numerics import Arithmetic, Estimate
from harness.operators import ACTIVATIONS, LAYERS, LOSSES, OPERATORS, OPTIMIZERS
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import Shape, file_name

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

    def forward(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimate:
        return rule.forward(self.operator, given["x"], arithmetic)

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        x, dy = given["x"], given["dy"]
        y = self.forward(rule, given, arithmetic)
        observed = Estimate.exact(held(self.operator.forward(x, arithmetic).value, arithmetic.precision))
        observed = given.get("y", observed)
        return {"forward": y, "backward": rule.backward(self.operator, x, observed, dy, arithmetic)}

    def computed(self, implementation, arrays: Arrays) -> Arrays:
        y, cache = implementation.forward(self.operator, arrays["x"])
        return {"forward": y, "backward": implementation.backward(self.operator, cache, arrays["dy"])}

    def gradients(self, results: Estimates) -> Estimates:
        return {"x": results["backward"]}

    def shapes(self, batch) -> Mapping[str, Shape]:
        return dict.fromkeys(("forward", "backward"), (batch, CLASSES))


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

    def forward(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimate:
        return rule.forward(self.operator, given["y_true"].value, given["y_pred"], arithmetic)

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        backward = rule.backward(self.operator, given["y_true"].value, given["y_pred"], arithmetic)
        return {"forward": self.forward(rule, given, arithmetic), "backward": backward}

    def computed(self, implementation, arrays: Arrays) -> Arrays:
        y_true, y_pred = arrays["y_true"], arrays["y_pred"]
        labels = y_true.astype(np.int64) if y_true.ndim < y_pred.ndim else y_true
        both = self.operator, labels, y_pred
        return {"forward": implementation.forward(*both), "backward": implementation.backward(*both)}

    def gradients(self, results: Estimates) -> Estimates:
        return {"y_pred": results["backward"]}

    def shapes(self, batch) -> Mapping[str, Shape]:
        return {"forward": (), "backward": (batch, CLASSES)}


@dataclass(frozen=True)
class OfLayer:
    """A layer: y of its inputs and weights, and the gradients of dy with respect to each.

    Attributes:
        shape: of an input, that of the samples by default.
    """

    operator: Layer
    shape: Shape | None = None
    base = Layer
    methods = ("forward", "backward")

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        return (self.shape or self.operator.sample_shape,) * self.operator.sample_inputs

    @property
    def input_names(self) -> list[str]:
        return [f"x{place}" for place in range(self.operator.sample_inputs)]

    def drawn(self, generator, batch) -> Arrays:
        layer = self.operator
        weights = layer.parameters(*self.input_shapes) | layer.state(*self.input_shapes)
        images = {name: (batch, *shape) for name, shape in zip(self.input_names, self.input_shapes, strict=True)}
        shapes = images | weights | {"dy": (batch, *layer.output_shape(*self.input_shapes))}
        arrays = {name: held(generator.normal(size=shape)) for name, shape in shapes.items()}
        return {name: np.abs(array) if "variance" in name else array for name, array in arrays.items()}

    def _given(self, given):
        inputs = tuple(given[name] for name in self.input_names)
        weights = {name: given[name] for name in given if name not in (*self.input_names, "dy")}
        return weights, inputs if len(inputs) > 1 else inputs[0]

    def _named(self, y, dx, by_parameter):
        each = dx if isinstance(dx, tuple) else (dx,)
        of_inputs = {f"backward {name}": part for name, part in zip(self.input_names, each, strict=True)}
        return {"forward": y} | of_inputs | {f"gradient of {name}": part for name, part in by_parameter.items()}

    def forward(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimate:
        return rule.forward(self.operator, *self._given(given), arithmetic)[0]

    def results(self, rule: type, given: Estimates, arithmetic: Arithmetic) -> Estimates:
        weights, x = self._given(given)
        y, cache = rule.forward(self.operator, weights, x, arithmetic)
        return self._named(y, *rule.backward(self.operator, weights, cache, given["dy"], arithmetic))

    def computed(self, implementation, arrays: Arrays) -> Arrays:
        weights, x = self._given(arrays)
        y, cache = implementation.forward(self.operator, weights, x)
        return self._named(y, *implementation.backward(self.operator, weights, cache, arrays["dy"]))

    def gradients(self, results: Estimates) -> Estimates:
        return {name.split()[-1]: each for name, each in results.items() if name != "forward"}

    def shapes(self, batch) -> Mapping[str, Shape]:
        of_inputs = tuple((batch, *shape) for shape in self.input_shapes)
        y = (batch, *self.operator.output_shape(*self.input_shapes))
        return self._named(y, of_inputs, self.operator.parameters(*self.input_shapes))


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

    def computed(self, implementation, arrays: Arrays) -> Arrays:
        slots, found = {}, {}
        for step in range(1, STEPS + 1):
            both = arrays["weight"], arrays[f"gradient {step}"]
            found[f"update {step}"], slots = implementation.update(self.operator, step, *both, slots)
        return found

    def shapes(self, batch) -> Mapping[str, Shape]:
        return {f"update {step}": (batch, CLASSES) for step in range(1, STEPS + 1)}


Subject = OfActivation | OfLoss | OfLayer | OfOptimizer
FAMILIES = ((ACTIVATIONS, OfActivation), (LAYERS, OfLayer), (LOSSES, OfLoss), (OPTIMIZERS, OfOptimizer))


def subjects_of(kind: type) -> Iterator[Subject]:
    """Yield the operator with the arguments of each of its samples."""
    (family,) = {family for kinds, family in FAMILIES if kind in kinds.values()}
    for arguments in kind.samples:
        yield family(kind(**arguments))


SUBJECTS = [subject for kind in OPERATORS.values() for subject in subjects_of(kind)]


def arguments_of(subject: Subject) -> Mapping[str, object]:
    """Return the sample that it was made of."""
    kind = type(subject.operator)
    return next(arguments for arguments in kind.samples if kind(**arguments) == subject.operator)


def named(subject: Subject) -> str:
    """Return an id: the operator and the arguments of its sample."""
    arguments = (f"{name}={value}" for name, value in arguments_of(subject).items())
    return "-".join([subject.operator.kind, *arguments]).replace(" ", "")


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


def implementation_of(room: str, subject: Subject):
    """Return the module of an implementation's operator, or None."""
    kind = type(subject.operator)
    name = f"impls.{room}.{kind.__module__.split('.')[2]}.{file_name(kind)}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def exact(arrays: Arrays) -> Estimates:
    """Return the arrays without error."""
    return {name: Estimate.exact(array) for name, array in arrays.items()}
