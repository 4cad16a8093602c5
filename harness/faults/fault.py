"""A Fault: a named error that people make, as a right operator's rule with one or two knobs set otherwise."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.errors import SpecificationError
from harness.faults.rules import Rule
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS
from harness.operators.specification import Specification

Kind = Literal["structural", "graded"]
PLACE = re.compile(r"forward|final/forward|backward|backward/loss|loss|update|(gradient|update)/[a-z_]+")


@dataclass(frozen=True)
class Fault:
    """One error, and what is known about it.

    Attributes:
        name: unique; lower-case ASCII words and numbers with hyphens.
        rule: the operator with its knobs.
        moves: which observables of the operator's stages it may move, of which it moves one wherever it shows at all:
            ``forward`` (in training), ``final/forward`` (the prediction after the last step), ``backward``,
            ``gradient/<parameter>``, ``update``, ``update/<parameter or statistic>``, ``loss``, ``backward/loss``.
        explanation: what it does wrong, one sentence.
        hint: what its author should look at.
        kind: ``structural`` where another formula is computed, ``graded`` where the right one loses digits.
        size: the relative error of a graded fault.
        census: how many of 43 public from-scratch implementations had it; None where nobody counted.
        source: where it was seen.
    """

    name: str
    rule: Rule
    moves: tuple[str, ...]
    explanation: str
    hint: str
    kind: Kind = "structural"
    size: float | None = None
    census: int | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        self._expect(isinstance(self.rule, Rule), "rule", "a Rule")
        self._expect(
            isinstance(self.name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name) is not None,
            "name",
            "lower-case words with hyphens",
        )
        self._expect(bool(self.knobs), "rule", "a rule with a knob that is not at its default")
        self._expect(
            isinstance(self.moves, tuple)
            and len(self.moves) > 0
            and all(isinstance(place, str) and PLACE.fullmatch(place) for place in self.moves),
            "moves",
            "one or more kinds of observable, such as 'gradient/bias'",
        )
        explained = isinstance(self.explanation, str) and self.explanation.endswith(".")
        self._expect(explained, "explanation", "a sentence")
        self._expect(isinstance(self.hint, str) and bool(self.hint), "hint", "text for the author")
        self._expect(self.kind in ("structural", "graded"), "kind", "'structural' or 'graded'")
        graded = self.kind == "graded"
        self._expect((self.size is not None) == graded, "size", "a number" if graded else "None")

    @property
    def operator(self) -> type[Specification]:
        """The specification class of the operator that it replaces."""
        return self.rule.operator

    @property
    def knobs(self) -> dict[str, Any]:
        """What the rule does otherwise: the fields that are not at their default."""
        return self.rule.knobs

    def applies_to(self, case: Case) -> bool:
        """True where the case uses the operator, so that the fault could show."""
        return bool(self.stages(case))

    def stages(self, case: Case) -> frozenset[str]:
        """Return the names of the case's observables that this fault may move by itself."""
        places = _places(self.operator, case)
        found = {
            observable.name
            for observable in required(case)
            if any(self._moves(place, observable, places) for place in self.moves)
        }
        if "forward" in self.moves and self.operator.kind in LAYERS:
            found |= _behind_activations(places, case)
        return frozenset(found)

    def _moves(self, place: str, observable: Observable, layers: frozenset[str]) -> bool:
        if observable.layer not in layers and place != "final/forward":
            return False
        match place.split("/"):
            case ["final", "forward"]:
                return observable.name == "final/forward" and bool(layers)
            case ["forward"]:
                return observable.kind == "forward" and observable.step is not None
            case ["backward"] if self.operator.kind not in LAYERS:
                # Gradients of a layer with a fused activation come after the activation's.
                return observable.kind in ("backward", "gradient")
            case ["backward", "loss"]:
                return observable.kind == "backward"
            case [kind, part]:
                return observable.kind == kind and observable.part == part
            case [kind]:
                return observable.kind == kind
        return False

    def _expect(self, condition: bool, argument: str, expected: str) -> None:
        if not condition:
            raise SpecificationError(
                f"Fault {self.name!r} expected {argument} to be {expected}, got {argument}={getattr(self, argument)!r}."
            )


def _behind_activations(layers: frozenset[str], case: Case) -> set[str]:
    """Return the gradients of those layers that have an activation of their own.

    Its derivative may need its input, which nobody shows: recomputed from the layer's input, it is the right one.
    """
    nodes = case.network.nodes
    fused = {node.name for node in nodes if node.name in layers and not node.layer.fused_activation.is_identity}
    return {each.name for each in required(case) if each.layer in fused and each.kind in ("backward", "gradient")}


def _places(operator: type[Specification], case: Case) -> frozenset[str]:
    """Return the layers, as observables name them, at which an operator works in a case."""
    nodes = case.network.nodes
    if operator.kind in LAYERS:
        return frozenset(node.name for node in nodes if type(node.layer) is operator)
    if operator.kind in LOSSES:
        return frozenset({"loss"} if type(case.the_loss) is operator else ())
    if operator.kind in OPTIMIZERS:
        if type(case.the_optimizer) is not operator:
            return frozenset()
        return frozenset(node.name for node in nodes if node.parameters)
    return frozenset(node.name for node in nodes if type(node.layer.fused_activation) is operator)
