"""Whether a class that somebody brings is an operator, before anything is computed with it."""

import inspect
import math
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from harness.errors import SpecificationError
from harness.numerics.arithmetic import FLOAT64
from harness.numerics.estimate import Estimate
from harness.operators.activations import Activation
from harness.operators.layers import Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import OPERATOR_VERSION, Operator, Specification

# What each base class leaves to be said.
DEFINITIONS: Mapping[type[Operator], str] = MappingProxyType(
    {Layer: "output", Activation: "output", Loss: "output", Optimizer: "step"}
)

# Samples are tried whenever a plugin is loaded, so that they are small.
LARGEST = 100_000
HELP = (
    " A definition is written in the operations of harness.numerics.expressions and harness.numerics.tensors; "
    "docs/plugins.md shows one."
)


def check_operator(kind: type) -> None:
    """Check a class that is to be an operator, and each of its samples.

    Raises:
        SpecificationError: it is no subclass of Layer, Activation, Loss or Optimizer, defines nothing, was written
            for another version of the contract, or its samples do not fit it.
    """
    base = next((each for each in DEFINITIONS if issubclass(kind, each)), None)
    if base is None or kind is base or not issubclass(kind, Operator):
        words = ", ".join(each.__name__ for each in DEFINITIONS)
        raise SpecificationError(f"{kind.__name__} ({place_of(kind)}) expected to be a subclass of one of {words}.")
    if kind.operator_version != OPERATOR_VERSION:
        raise SpecificationError(
            f"{kind.__name__} ({place_of(kind)}) was written for operator_version={kind.operator_version!r}, expected "
            f"{OPERATOR_VERSION}. docs/plugins.md says what has changed."
        )
    name = DEFINITIONS[base]
    by_hand = "update" if base is Optimizer else "forward"
    if all(getattr(kind, each) is getattr(base, each) for each in (name, by_hand)):
        raise SpecificationError(
            f"{kind.__name__} ({place_of(kind)}) expected a function {name} that defines it, got none."
        )
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", kind.__name__):
        raise SpecificationError(
            f"{kind.__name__!a} ({place_of(kind)}) expected a name of ASCII letters, digits and underscores."
        )
    samples = kind.samples
    if not isinstance(samples, (tuple, list)) or not all(isinstance(each, Mapping) for each in samples) or not samples:
        raise SpecificationError(
            f"{kind.__name__} ({place_of(kind)}) expected samples, a tuple of dictionaries of arguments that it is "
            f"tried with, {{}} for its defaults, got {samples!r}."
        )
    for sample in samples:
        _check_sample(kind, sample)


def _check_sample(kind: type[Operator], sample: Mapping[str, Any]) -> None:
    """Compute with a sample once, forward and backward: what is wrong is told before any case is judged by it."""
    try:
        made = kind(**sample)
        # Infinities and the like are right where a definition has them.
        with np.errstate(all="ignore"):
            if isinstance(made, Layer):
                _check_layer(made)
            elif isinstance(made, Activation):
                x = Estimate.exact(np.linspace(-1.0, 1.0, 10).reshape(2, 5))
                y = made.forward(x, FLOAT64)
                _expect_shape("the output", y, x.value.shape)
                _expect_shape("the gradient of x", made.backward(x, y, x, FLOAT64), x.value.shape)
    except Exception as error:
        # Whatever somebody's definition may raise, it is theirs to mend.
        place = place_of(kind)
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == place]
        place = f"{place}:{lines[-1]}" if lines else place
        arguments = ", ".join(f"{name}={value!r}" for name, value in sample.items())
        what = str(error) if isinstance(error, SpecificationError) else f"{type(error).__name__}: {error}.{HELP}"
        raise SpecificationError(
            f"{kind.__name__}({arguments}) ({place}), one of its samples, could not be computed: {what}"
        ) from error


def _check_layer(layer: Layer) -> None:
    shape, count = layer.sample_shape, layer.sample_inputs
    if not _is_shape(shape) or math.prod(shape) > LARGEST:
        raise SpecificationError(
            f"sample_shape expected positive integers, {LARGEST:,} elements at most, got {shape!r}."
        )
    output = layer.output_shape(*[shape] * count)
    if not _is_shape(output):
        raise SpecificationError(f"output_shape expected to return a tuple of positive integers, got {output!r}.")
    parameters, state = layer.parameters(*[shape] * count), layer.state(*[shape] * count)
    for attribute, found, known in (
        ("parameter_names", parameters, layer.parameter_names),
        ("state_names", state, layer.state_names),
    ):
        if unknown := [name for name in found if name not in known]:
            raise SpecificationError(f"{attribute} expected to have {', '.join(unknown)}, got {known!r}.")
    weights = {name: _numbers(each) for name, each in {**parameters, **state}.items()}
    x = tuple(_numbers((2, *shape)) for _ in range(count))
    y, cache = layer.forward(weights, x if count > 1 else x[0], FLOAT64)
    _expect_shape("the output", y, (2, *output))
    dx, gradients = layer.backward(weights, cache, Estimate.exact(np.ones((2, *output))), FLOAT64)
    for each in dx if count > 1 else (dx,):
        _expect_shape("the gradient of x", each, (2, *shape))
    for name, each in parameters.items():
        if name not in gradients:
            raise SpecificationError(f"backward expected to return a gradient of {name}, got {sorted(gradients)}.")
        _expect_shape(f"the gradient of {name}", gradients[name], each)


def _is_shape(shape: object) -> bool:
    return isinstance(shape, tuple) and all(isinstance(size, int) and size > 0 for size in shape)


def _numbers(shape: tuple[int, ...]) -> Estimate:
    return Estimate.exact(np.linspace(0.25, 1.0, math.prod(shape)).reshape(shape))


def _expect_shape(what: str, got: object, shape: tuple[int, ...]) -> None:
    if not isinstance(got, Estimate) or got.value.shape != shape:
        came = got.value.shape if isinstance(got, Estimate) else type(got).__name__
        raise SpecificationError(f"{what} expected to have shape {shape} (2 samples), got {came}.")


def place_of(kind: type) -> str:
    """Return where a class is defined: its file, or its module where there is no file."""
    try:
        file = inspect.getsourcefile(kind)
    except TypeError:
        file = None
    return file or kind.__module__


def sources_of(specification: Specification) -> tuple[str, ...]:
    """Return the texts of the files that define the operators of plugins in it: what they do may change with them.

    This package's own change with its versions.
    """
    own = f"{__name__.partition('.')[0]}."
    places = sorted({place_of(kind) for kind in _operators_in(specification) if not kind.__module__.startswith(own)})
    return tuple(Path(place).read_text(encoding="utf-8") if Path(place).is_file() else place for place in places)


def _operators_in(value: object) -> Iterator[type[Operator]]:
    if isinstance(value, Operator):
        yield type(value)
    if isinstance(value, Specification):
        for field in fields(value):  # type: ignore[arg-type]
            yield from _operators_in(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _operators_in(each)
