"""Layers that look at places of an image or a sequence, in geometries beside the grid."""

from dataclasses import fields

import numpy as np
import pytest
from every_operator import OfLayer, derived, exact, implementation_of, is_defined, own
from hypothesis import given, note, reject, settings
from hypothesis import strategies as st
from single_precision import in_float32, wrong

from harness.errors import SpecificationError
from harness.numerics import FLOAT32, FLOAT64
from harness.operators import LAYERS

BATCH = 2
PLANTED = 1e-3
LARGEST = 7
GEOMETRIC = {
    name: kind for name, kind in LAYERS.items() if {"padding", "size"} & {field.name for field in fields(kind)}
}

few, sides = st.integers(1, 3), st.integers(0, 2)


def strategies_of(kind):
    """Return what to draw, by the names of arguments, which are Keras's: as many numbers as the layer has axes."""
    places = len(kind.sample_shape) - 1
    sizes = st.tuples(*[few] * places) if places > 1 else few
    named = {sample["padding"] for sample in kind.samples if isinstance(sample.get("padding"), str)}
    borders = st.tuples(*[st.tuples(sides, sides)] * places)
    return {
        "kernel_size": sizes,
        "pool_size": sizes,
        "size": sizes,
        "strides": few,
        "dilation_rate": few,
        "padding": st.sampled_from(sorted({"valid", *named})) if named else borders,
        "groups": st.integers(1, 2),
        "filters": few,
        "depth_multiplier": few,
        "use_bias": st.booleans(),
        "interpolation": st.sampled_from(["nearest", "bilinear"]),
    }


@st.composite
def layers(draw, kind):
    """Draw a layer with an input that fits it."""
    strategies = strategies_of(kind)
    arguments = {each.name: draw(strategies[each.name]) for each in fields(kind) if each.name in strategies}
    if "dilation_rate" in arguments and arguments["dilation_rate"] > 1:
        # Keras refuses both above 1.
        arguments["strides"] = 1
    groups = arguments.get("groups", 1)
    if "filters" in arguments:
        arguments["filters"] *= groups
    places = [draw(st.integers(1, LARGEST)) for _ in kind.sample_shape[:-1]]
    shape = (*places, groups * draw(few))
    try:
        layer = kind(**arguments)
        layer.output_shape(shape)
    except SpecificationError:
        reject()
    return OfLayer(layer, shape)


def computations(subject, arrays):
    """Return what right float32 computations give, by who computes."""
    single = {name: array.astype(np.float32) for name, array in arrays.items()}
    rooms = {room: implementation_of(room, subject) for room in ("loops", "vectorized")}
    found = {room: subject.computed(module, single) for room, module in rooms.items() if module}
    return found | ({"definition": in_float32(subject, arrays)} if is_defined(subject) else {})


@pytest.mark.parametrize("name", GEOMETRIC)
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_right_computations_pass_and_wrong_ones_fail_in_every_geometry(name, data):
    subject = data.draw(layers(GEOMETRIC[name]))
    arrays = subject.drawn(np.random.default_rng(0), BATCH)
    estimates = own(subject, exact(arrays), FLOAT32)
    assert {observable: each.shape for observable, each in estimates.items()} == subject.shapes(BATCH)
    for who, got in computations(subject, arrays).items():
        note(who)
        assert {observable: each.shape for observable, each in got.items()} == subject.shapes(BATCH)
        assert wrong(got, estimates) == {}
    # Where every tap lies beside the image there is nothing to be off.
    for observable, values in ((observable, values) for observable, values in got.items() if np.any(values)):
        off = np.array(values)
        off[np.unravel_index(np.abs(off).argmax(), off.shape)] *= 1 + PLANTED
        assert wrong(got | {observable: off}, estimates).keys() == {observable}


@pytest.mark.parametrize("name", GEOMETRIC)
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_gradients_are_transposes_and_values_those_of_the_definition(name, data):
    """Each of these layers is linear in its input and in its kernel: Σ dy (y - y(0)) is Σ dx x."""
    subject = data.draw(layers(GEOMETRIC[name]))
    arrays = subject.drawn(np.random.default_rng(0), BATCH)
    found = own(subject, exact(arrays), FLOAT64)
    if is_defined(subject):
        for observable, definition in derived(subject, exact(arrays), FLOAT64).items():
            distance = np.abs(found[observable].value - definition.value)
            assert (distance <= found[observable].worst_case + definition.worst_case).all(), observable
    y, dy = found["forward"], arrays["dy"]
    for of, gradient in subject.gradients(found).items():
        without = exact(arrays | {of: np.zeros_like(arrays[of])})
        y_of_zero = subject.forward(type(subject.operator), without, FLOAT64)
        there, back = dy * (y.value - y_of_zero.value), gradient.value * arrays[of]
        error = (np.abs(dy) * (y.worst_case + y_of_zero.worst_case)).sum() + (
            np.abs(arrays[of]) * gradient.worst_case
        ).sum()
        sums = FLOAT64.unit_roundoff * (there.size * np.abs(there).sum() + back.size * np.abs(back).sum())
        assert abs(there.sum() - back.sum()) <= error + sums, of
