"""Conventions: what may differ between right implementations, declared by name and shown in every report."""

import ast
import inspect
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, TypedDict

from harness.cases.case import DTYPES
from harness.errors import SpecificationError, nearest
from harness.layerwise.axes import groups
from harness.operators.layers import Layer

LAYOUTS = {"channels_last": "NHWC", "channels_first": "NCHW"}
# Keras's axes of activations by how many there are, the batch among them; others have no names.
KERAS_LAYOUTS = {4: "NHWC", 3: "NWC", 2: "NF"}
CHOICES: dict[str, tuple[object, ...]] = {
    "samples": ("batch", "one"),
    "ties": ("first", "any"),
    "relu_at_zero": (0, 1),
    "remainder": ("dropped", "kept"),
    "average": ("loss", "layers", "update"),
    "dtype": ("", *DTYPES),
    "convolution": (False, True),
}
AXES = {
    "layout": "NHWC",
    "features": "NF",
    "kernel_axes": "HWIOM",
    "dense_axes": "IO",
    "bias_axes": "O",
    "flatten": "HWC",
}


class Declared(TypedDict, total=False):
    """Conventions as keyword arguments; see ``Conventions``."""

    layout: str
    features: str
    samples: str
    kernel_axes: str
    dense_axes: str
    bias_axes: str
    convolution: bool
    flatten: str
    ties: str
    relu_at_zero: int
    remainder: str
    average: str
    factor: str
    dtype: str


@dataclass(frozen=True)
class Conventions:
    """How an implementation differs from Keras without being wrong. The defaults are Keras's.

    Axes are strings of one letter an axis; an axis may be left out where it has size 1, and ``1`` adds one.

    Attributes:
        layout: of images: N samples, H rows, W columns, C channels. ``channels_first`` is ``NCHW``. Without N, the
            implementation takes one sample at a time. Without H, it is also that of sequences, ``NWC`` in Keras;
            activations of other ranks, and sequences beside a layout with H, are handed over as Keras has them.
        features: of rows of F features.
        samples: ``one`` where a batch axis is there and only ever has size 1.
        kernel_axes: of a convolution's kernel: H, W, I inputs, O outputs (M for a depthwise multiplier); axes in
            brackets are one, as in ``O(HWI)``; empty for Keras's own. Kernels without an H or a W that it names, and
            those with axes that have no letter here, keep Keras's own.
        dense_axes: of a kernel with inputs and outputs alone.
        bias_axes: of every parameter with one axis.
        convolution: True where the kernel is flipped before it is applied; Keras correlates.
        flatten: the order in which images are flattened.
        ties: ``any`` where the gradient of a maximum that occurs twice goes elsewhere than to the first.
        relu_at_zero: the derivative of relu at 0.
        remainder: ``kept`` where pooling without padding also looks at windows that are cut off at the end.
        average: where gradients are divided by the number of samples: in the ``loss``, in each of the ``layers`` that
            have parameters, or in the ``update``.
        factor: of the loss and its gradient, such as ``1/2``, ``N*K``, ``K/2``: N samples, K outputs of each.
        dtype: the format that everything is computed in, whatever the input's.
    """

    layout: str = "NHWC"
    features: str = "NF"
    samples: str = "batch"
    kernel_axes: str = ""
    dense_axes: str = "IO"
    bias_axes: str = "O"
    convolution: bool = False
    flatten: str = "HWC"
    ties: str = "first"
    relu_at_zero: int = 0
    remainder: str = "dropped"
    average: str = "loss"
    factor: str = "1"
    dtype: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", LAYOUTS.get(self.layout, self.layout))
        for argument, choices in CHOICES.items():
            if getattr(self, argument) not in choices:
                self._refuse(argument, f"one of {', '.join(map(repr, choices))}")
        for argument, letters in AXES.items():
            value = getattr(self, argument)
            plain = "".join(groups(value)) if argument == "kernel_axes" else value
            known = isinstance(value, str) and set(plain) <= {*letters, "1"}
            if not known or any(value.count(letter) > 1 for letter in letters):
                self._refuse(argument, f"axes out of {', '.join(letters)} and 1, none of them twice")
        if sorted(self.flatten) != sorted("HWC"):
            self._refuse("flatten", "an order of H, W and C")
        self.factor_of(1, 1)

    @property
    def one_at_a_time(self) -> bool:
        """True where samples are handed over one by one."""
        return self.samples == "one" or "N" not in self.layout or "N" not in self.features

    def text(self, usual: "Conventions") -> str:
        """Return what is declared, for a report: ``layout = NCHW, kernel_axes = OIHW``; empty for what is usual."""
        names = [field.name for field in fields(self) if getattr(self, field.name) != getattr(usual, field.name)]
        return ", ".join(f"{name} = {getattr(self, name)}" for name in names)

    def changed(self, declared: Declared, arguments: Iterable[str] = ()) -> "Conventions":
        """Return these with some declared otherwise.

        Args:
            declared: by name.
            arguments: what else could have been meant by a name, where conventions are declared among arguments.

        Raises:
            SpecificationError: no convention has that name, or it cannot have that value.
        """
        known = [field.name for field in fields(self)]
        for name, value in declared.items():
            if name not in known:
                meant = nearest(name, [*known, *arguments])
                raise SpecificationError(f"unknown argument or convention {name}={value!r}.{meant}")
        return replace(self, **declared)

    def axes_of(self, rank: int) -> str:
        """Return the axes in which an activation with so many, the batch among them, is handed over; maybe none."""
        sequences = "" if "H" in self.layout else self.layout
        return {4: self.layout, 3: sequences, 2: self.features}.get(rank, "")

    def parameter_axes(self, layer: Layer, parameter: str, rank: int) -> tuple[str, str]:
        """Return Keras's axes of a parameter with so many, and the declared ones: the same where none are declared."""
        if parameter.endswith("kernel") and rank == len(layer.kernel_axes):
            return layer.kernel_axes, self._kernel_of(layer.kernel_axes)
        if rank == 1:
            return "O", self.bias_axes
        unnamed = string.ascii_uppercase[:rank]
        return unnamed, unnamed

    def _kernel_of(self, keras: str) -> str:
        convention = order_of(keras)
        if convention == "dense_axes":
            return self.dense_axes
        holds = convention == "kernel_axes" and set(self.kernel_axes) & set("HW") <= set(keras)
        return self.kernel_axes if self.kernel_axes and holds else keras

    def factor_of(self, samples: int, outputs: int) -> Fraction:
        """Return the loss's factor for a batch of ``samples`` predictions with ``outputs`` numbers each."""
        try:
            value = _value(ast.parse(self.factor, mode="eval").body, {"N": samples, "K": outputs})
        except (SyntaxError, ValueError, ZeroDivisionError, TypeError):
            value = Fraction(0)
        if value <= 0:
            self._refuse("factor", "a product or quotient of positive integers, N and K")
        return value

    def _refuse(self, argument: str, expected: str) -> None:
        raise SpecificationError(f"expected {argument} to be {expected}, got {argument}={getattr(self, argument)!r}.")


def order_of(kernel: str) -> str:
    """Return the convention that declares the order of a kernel's axes; empty where none has letters for them all.

    Args:
        kernel: Keras's axes.
    """
    if set(kernel) == set(AXES["dense_axes"]):
        return "dense_axes"
    return "kernel_axes" if kernel and set(kernel) <= set(AXES["kernel_axes"]) else ""


def arguments_of(declaring: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the arguments, beside conventions, of what conventions are declared in."""
    parameters = inspect.signature(declaring).parameters.values()
    return tuple(each.name for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD)


def _value(node: ast.expr, names: dict[str, int]) -> Fraction:
    match node:
        case ast.Constant(value=int() as number):
            return Fraction(number)
        case ast.Name(id=name) if name in names:
            return Fraction(names[name])
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, names) * _value(right, names)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _value(left, names) / _value(right, names)
    raise ValueError(ast.dump(node))
