"""What could be declared of an operator besides what is declared: one convention at a time, then two, then three."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar, cast

from harness.cases.case import DTYPES
from harness.cases.network import Node
from harness.layerwise.conventions import Declared, order_of
from harness.layerwise.described import Described
from harness.layerwise.plan import Supplied
from harness.operators import activations, layers, losses
from harness.operators.specification import Specification

Tried = TypeVar("Tried")
Change = Mapping[str, object]

LAYOUTS = ("NCHW", "NHWC", "CHWN", "HWCN", "NHW", "CHW", "HWC", "HW")
SEQUENCES = ("NCW", "CWN", "WCN", "NWC", "CW", "WC")
FEATURES = ("FN", "NF", "F", "F1", "1F")
BIASES = ("1O", "O1", "O11", "1O11", "111O", "O")
FACTORS = ("1/2", "2", "N", "K", "N*K", "N/2", "K/2", "N*K/2", "2*N", "1/K", "1/N", "1")
ORDERS = ("CHW", "WHC", "CWH", "WCH", "HCW", "HWC")
# Conventions that go together, so that three of them may be undeclared at once.
SHAPES = ("layout", "features", "kernel_axes", "dense_axes", "bias_axes")
MOST_NAMED = 3


def alternatives(
    supplied: Supplied, specification: Specification, node: Node | None, at_once: int
) -> Iterator[tuple[Supplied, Change]]:
    """Yield an operator supplied otherwise, and what would be declared; the values of the same conventions together.

    Args:
        supplied: as it is.
        specification: of the layer, activation or loss.
        node: where it stands; None for a loss.
        at_once: how many conventions may change together, at most 3.
    """
    options = _options(supplied, specification, node)
    for count in range(1, at_once + 1):
        for names in itertools.combinations(options, count):
            if count == 3 and not set(names) <= set(SHAPES):
                continue
            for values in itertools.product(*(options[name] for name in names)):
                change = dict(zip(names, values, strict=True))
                yield _changed(supplied, change), change


def agreeing(tried: Iterable[tuple[Tried, Change]], agrees: Callable[[Tried], bool]) -> str:
    """Return what to declare in words, and what else would do as well; empty where nothing agrees.

    On few elements several values may agree, of which a larger case accepts only one.

    Args:
        tried: what is tried, and what would be declared; the values of the same conventions together.
        agrees: tells whether it is right.
    """
    found: list[Change] = []
    for each, change in tried:
        if found and (change.keys() != found[0].keys() or len(found) > MOST_NAMED):
            break
        if agrees(each):
            found.append(change)
    return _in_words(found) if found else ""


def _in_words(found: list[Change]) -> str:
    named, more = found[:MOST_NAMED], ["…"] if len(found) > MOST_NAMED else []
    differing = [name for name, value in found[0].items() if any(change[name] != value for change in found)]
    if len(differing) == 1:
        values = {name: [repr(value)] for name, value in found[0].items()}
        values[differing[0]] = [repr(change[differing[0]]) for change in named] + more
        text = ", ".join(f"{name}={' or '.join(each)}" for name, each in values.items())
    else:
        each_apart = [", ".join(f"{name}={value!r}" for name, value in change.items()) for change in named]
        text = "; or ".join(each_apart + more)
    return f"{text}: this case cannot tell them apart" if differing else text


def _changed(supplied: Supplied, change: Change) -> Supplied:
    operator = supplied.operator
    if "lazy" in change:
        operator = replace(operator, description=replace(operator.description, lazy=True))
    declared = cast("Declared", {name: value for name, value in change.items() if name != "lazy"})
    return replace(supplied, operator=operator, conventions=supplied.conventions.changed(declared))


def _options(supplied: Supplied, specification: Specification, node: Node | None) -> dict[str, list[object]]:
    ranks = {2} if node is None else {1 + len(shape) for shape in (*node.input_shapes, node.output_shape)}
    # Samples one by one come last: alone, a sample hides where an average is taken, and which axis is whose.
    options: dict[str, tuple[object, ...]] = {}
    if isinstance(specification, losses.Loss):
        options |= {"average": ("update", "loss"), "factor": FACTORS}
    if isinstance(specification, layers.Layer) and node is not None and node.parameters:
        options["average"] = ("layers", "loss")
        order = order_of(specification.kernel_axes)
        if order:
            options[order] = (*specification.kernel_orders, specification.kernel_axes)
        options["bias_axes"] = BIASES
    if isinstance(specification, layers.Layer):
        if specification.convolves:
            options["convolution"] = (True, False)
        if specification.flattens:
            options["flatten"] = ORDERS
        if specification.takes_maximum:
            options["ties"] = ("any",)
        if specification.pools:
            options["remainder"] = ("kept", "dropped")
    if isinstance(specification, activations.Activation) and specification.bends_at_zero:
        options["relu_at_zero"] = (1,)
    options["dtype"] = DTYPES
    if 4 in ranks:
        options["layout"] = LAYOUTS
    elif 3 in ranks:
        options["layout"] = SEQUENCES
    if 2 in ranks:
        options["features"] = FEATURES
    options["samples"] = ("one",)
    if isinstance(supplied.operator, Described) and not supplied.operator.description.lazy:
        options["lazy"] = (True,)
    now = {name: getattr(supplied.conventions, name, None) for name in options}
    if now.get("kernel_axes") == "":
        now["kernel_axes"] = specification.kernel_axes  # type: ignore[attr-defined]
    return {name: [value for value in values if value != now[name]] for name, values in options.items()}
