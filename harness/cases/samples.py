"""The cases of an operator's samples: what its author says shows what it does."""

from collections.abc import Mapping
from typing import Any

from harness.cases.case import DTYPES, Case
from harness.cases.grid import Cases, word_of
from harness.cases.network import Network
from harness.errors import SpecificationError
from harness.operators import layers
from harness.operators.activations import Activation
from harness.operators.layers import Dense, Layer
from harness.operators.losses import Loss
from harness.operators.optimizers import Optimizer
from harness.operators.specification import Operator, file_name

FEATURES = (5,)


def samples_of(kind: type[Operator], *, dtype: str = "") -> Cases:
    """Return a case for each of an operator's samples, in both formats or in one.

    A layer reads the input; with several inputs it reads functions of it. An activation is a layer of its own, a loss
    and an optimizer belong to a dense layer, which the optimizer trains for three steps.

    Args:
        kind: the operator's class.
        dtype: one format; both by default.

    Raises:
        SpecificationError: a class that is no operator, or a sample that does not fit it.
    """
    return Cases(
        tuple(_case(kind, sample, each) for sample in kind.samples for each in ((dtype,) if dtype else DTYPES))
    )


def _case(kind: type[Operator], sample: Mapping[str, Any], dtype: str) -> Case:
    words = [file_name(kind), *(word for name, value in sample.items() if (word := word_of(name, value)))]
    name = "-".join(["sample", *words, dtype])
    if issubclass(kind, Layer):
        return Case(Network(kind.sample_shape, _reading(kind, sample)), dtype=dtype, name=name)
    made = kind(**sample)
    match made:
        case Activation():
            return Case(Network(FEATURES, (layers.Activation(made),)), dtype=dtype, name=name)
        case Loss():
            return Case(Network(FEATURES, (Dense(3, activation="softmax"),)), loss=made, dtype=dtype, name=name)
        case Optimizer():
            return Case(Network(FEATURES, (Dense(3),)), optimizer=made, steps=3, dtype=dtype, name=name)
    raise SpecificationError(
        f"samples_of expected a layer, an activation, a loss or an optimizer, got {kind.__name__}."
    )


def _reading(kind: type[Layer], sample: Mapping[str, Any]) -> tuple[Layer, ...]:
    if kind.sample_inputs == 1:
        return (kind(**sample),)
    names = tuple(f"input_{number}" for number in range(1, kind.sample_inputs + 1))
    return *(layers.Activation("tanh", name=name, inputs=("input",)) for name in names), kind(**sample, inputs=names)
