"""A Fault: a named error that people make, as what is done otherwise in a right operator."""

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from harness.cases.case import Case
from harness.cases.observables import Observable, required
from harness.cases.problem import Array
from harness.errors import SpecificationError
from harness.faults.perturbation import Perturbation
from harness.faults.planted import PLANTED, planted_class
from harness.operators.activations.activation import Activation
from harness.operators.layers.layer import Layer
from harness.operators.losses.loss import Loss
from harness.operators.optimizers.optimizer import Optimizer
from harness.operators.specification import Specification

Kind = Literal["structural", "graded"]
MOVABLE = re.compile(r"forward|final/forward|backward|backward/loss|loss|update|(gradient|update)/[a-z_]+")

# Where something may be done otherwise; some functions are given for each parameter apart.
PLACES = tuple(dict.fromkeys(place for planted in PLANTED.values() for place in planted.places))
BY_PARAMETER = ("gradients", "read", "written")
# Where a layer is only with moving statistics.
OF_STATE = ("inference", "statistics")
# Of the stage and the right result, with the gradient that arrives between them where there is one.
Result = Callable[[Any, Array], Array]
Gradient = Callable[[Any, Array, Any], Any]


@dataclass(frozen=True)
class Fault:
    """One error: functions that give what comes of it, each for one place, and what is known about it.

    A function is handed the stage, and last what is right there. It computes from the stage's inputs only, and writes
    into none of them. What is not given is right.

    Attributes:
        name: unique; lower-case ASCII words and numbers with hyphens.
        on: the specification class of the operator that has it.
        moves: which observables of the operator's stages it may move, of which it moves one wherever it shows at all:
            ``forward`` (in training), ``final/forward`` (the prediction after the last step), ``backward``,
            ``gradient/<parameter>``, ``update``, ``update/<parameter or statistic>``, ``loss``, ``backward/loss``.
        explanation: what it does wrong, one sentence.
        hint: what its author should look at.
        output: of a layer before its activation, or of an activation, from (stage, y).
        inference: the same in inference, of a layer with moving statistics; of all others it is ``output``.
        input_gradient: of a layer or an activation, from (stage, dy, dx); a tuple for several inputs.
        gradients: of a layer by parameter, from (stage, dy, gradient).
        read: of a layer by parameter, which value it reads forward and backward, from (stage, parameter).
        written: of a layer by parameter, what it gives for a gradient once that is computed, from (stage, gradient).
        statistics: moving ones of a layer after the step, by name, from (stage, statistics).
        loss: the value of a loss, from (stage, value).
        loss_gradient: with respect to the prediction, from (stage, gradient).
        update: of an optimizer, parameter and slots after the step, from (stage); the right ones: ``stage.update()``.
        perturbation: how a graded fault makes a right result worse.
        kind: ``structural`` where another formula is computed, ``graded`` where the right one loses digits.
        size: the relative error of a graded fault.
        census: how many of 43 public from-scratch implementations had it; None where nobody counted.
        source: where it was seen.

    Raises:
        SpecificationError: what cannot be, such as a loss of a layer.
    """

    name: str
    _: KW_ONLY
    on: type[Specification]
    moves: tuple[str, ...]
    explanation: str
    hint: str
    output: Result | None = None
    inference: Result | None = None
    input_gradient: Gradient | None = None
    gradients: Mapping[str, Gradient] = field(default_factory=dict, hash=False)
    read: Mapping[str, Result] = field(default_factory=dict, hash=False)
    written: Mapping[str, Result] = field(default_factory=dict, hash=False)
    statistics: Callable[[Any, Mapping[str, Array]], Mapping[str, Array]] | None = None
    loss: Result | None = None
    loss_gradient: Result | None = None
    update: Callable[[Any], tuple[Array, Mapping[str, Any]]] | None = None
    perturbation: Perturbation | None = None
    kind: Kind = "structural"
    size: float | None = None
    census: int | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        self._expect(
            isinstance(self.name, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name) is not None,
            "name",
            "lower-case words with hyphens",
        )
        known = isinstance(self.on, type) and issubclass(self.on, tuple(PLANTED))
        self._expect(known, "on", "the class of a layer, an activation, a loss or an optimizer")
        self._expect_functions()
        self._expect(
            isinstance(self.moves, tuple)
            and len(self.moves) > 0
            and all(isinstance(place, str) and MOVABLE.fullmatch(place) for place in self.moves),
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
    def changes(self) -> dict[str, Any]:
        """What it does otherwise, by place: functions, as ``output`` or ``gradients/kernel``, and ``perturbation``."""
        given = {place: getattr(self, place) for place in PLACES} | {"perturbation": self.perturbation}
        found = {place: change for place, change in given.items() if change and place not in BY_PARAMETER}
        for place in BY_PARAMETER:
            found |= {f"{place}/{name}": change for name, change in given[place].items()}
        return found

    def applies_to(self, case: Case) -> bool:
        """True where the case uses the operator, so that the fault could show."""
        return bool(self.stages(case))

    def stages(self, case: Case) -> frozenset[str]:
        """Return the names of the case's observables that this fault may move by itself."""
        places = _places(self.on, case)
        found = {
            observable.name
            for observable in required(case)
            if any(self._moves(place, observable, places) for place in self.moves)
        }
        if "forward" in self.moves and issubclass(self.on, Layer):
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
            case ["backward"] if issubclass(self.on, Activation):
                # Gradients of a layer with a fused activation come after the activation's.
                return observable.kind in ("backward", "gradient")
            case ["backward", "loss"]:
                return observable.kind == "backward"
            case [kind, part]:
                return observable.kind == kind and observable.part == part
            case [kind]:
                return observable.kind == kind
        return False

    def _expect_functions(self) -> None:
        names, state = getattr(self.on, "parameter_names", ()), getattr(self.on, "state_names", ())
        places = tuple(place for place in planted_class(self.on).places if state or place not in OF_STATE)
        for place in PLACES:
            change, kind = getattr(self, place), self.on.__name__
            if place not in places:
                self._expect(not change, place, f"left out: of {kind} a fault gives {' or '.join(places)}")
            elif place not in BY_PARAMETER:
                self._expect(change is None or callable(change), place, "a function")
            else:
                named = (*names, *state) if place == "read" else names
                fits = isinstance(change, Mapping) and all(name in named and callable(change[name]) for name in change)
                self._expect(fits, place, f"functions by name ({kind} has {', '.join(named) or 'no parameters'})")
        if not self.changes:
            raise SpecificationError(f"Fault {self.name!r} expected one or more of {', '.join(places)}, got none.")

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


def _places(on: type[Specification], case: Case) -> frozenset[str]:
    """Return the layers, as observables name them, at which an operator works in a case."""
    nodes = case.network.nodes
    if issubclass(on, Layer):
        return frozenset(node.name for node in nodes if type(node.layer) is on)
    if issubclass(on, Loss):
        return frozenset({"loss"} if type(case.the_loss) is on else ())
    if issubclass(on, Optimizer):
        return frozenset(node.name for node in nodes if node.parameters and type(case.the_optimizer) is on)
    return frozenset(node.name for node in nodes if type(node.layer.fused_activation) is on)
