"""A fault: an error that people make, as a right operator's rule with a knob."""

from dataclasses import dataclass
from typing import ClassVar

from harness import Dense, Fault, hookimpl
from harness.faults import LayerRule


@dataclass(frozen=True)
class DenseRule(LayerRule):
    """A dense layer; with ``negated`` its bias goes uphill."""

    operator: ClassVar[type] = Dense
    negated: bool = False

    def backward(self, stage, dy, dx, gradients):
        if self.negated and "bias" in gradients:
            gradients = {**gradients, "bias": -gradients["bias"]}
        return dx, gradients


NEGATED = Fault(
    name="dense-bias-gradient-negated",
    rule=DenseRule(negated=True),
    moves=("gradient/bias",),
    explanation="The bias gradient has the opposite sign.",
    hint="dbias = dy.sum(axis=0): is there a minus, or is y_true - y_pred meant to be y_pred - y_true?",
)


@hookimpl
def harness_faults() -> list[Fault]:
    return [NEGATED]
