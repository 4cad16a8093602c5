"""Layerwise: an implementation made of operators, composed and trained by the harness."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, Unpack

from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Problem
from harness.errors import HarnessError, SpecificationError, Unsupported
from harness.implementation.contract import Implementation
from harness.layerwise.composition import Composition
from harness.layerwise.conventions import Conventions, Declared, arguments_of
from harness.layerwise.declaring import advise, declaration
from harness.layerwise.described import Described
from harness.layerwise.description import description, listed
from harness.layerwise.functions import Functions
from harness.layerwise.observed import Observed
from harness.layerwise.operators import check_operator, operator_kind
from harness.layerwise.plan import Supplied
from harness.layerwise.position import Position
from harness.numerics.arithmetic import Arithmetic
from harness.operators.specification import Operator, Specification

C = TypeVar("C", bound=type)
Operators = Mapping[type[Specification], Any]


class Layerwise(Implementation):
    """An implementation given operator by operator (see ``harness.layerwise.operators`` for their functions).

    Layers and activations that are not given are unsupported. A loss or optimizer that is not given is computed by
    the harness, and what it computes is counted as unobserved, never as passed.

    Args:
        name, version, default: see ``Implementation``.
        operators: by specification class, where they are not given by ``implements``, ``functions`` or ``describes``.
        conventions: how all of it differs from Keras without being wrong (see ``Conventions``); each operator may
            declare its own.

    Example:
        >>> mine = Layerwise("mine")
        >>> @mine.implements("relu")
        ... class Relu:
        ...     def forward(self, activation, x):
        ...         return x.clip(0), x > 0
        ...
        ...     def backward(self, activation, cache, dy):
        ...         return dy * cache
    """

    def __init__(
        self,
        name: str,
        version: str = "0",
        operators: Operators | None = None,
        default: bool = True,
        **conventions: Unpack[Declared],
    ) -> None:
        self.name = name
        self.version = version
        self.default = default
        self.conventions = self._changed(Conventions(), conventions, arguments_of(Layerwise))
        self._supplied = {kind: Supplied(operator, self.conventions) for kind, operator in (operators or {}).items()}
        self._unknown: dict[str, None] = {}

    @property
    def operators(self) -> Operators:
        """What is supplied, by specification class."""
        return MappingProxyType({kind: supplied.operator for kind, supplied in self._supplied.items()})

    @property
    def composition(self) -> Composition:
        """What is supplied so far, together with its conventions."""
        return Composition(self.name, MappingProxyType(self._supplied))

    def implements(
        self, name: str | type[Operator], *, fused: str = "", **conventions: Unpack[Declared]
    ) -> Callable[[C], C]:
        """Register the decorated class for the operator of that name (``Conv2D``, ``sigmoid``, ``SGD``, …).

        Args:
            name: the operator's, or its class.
            fused: as for ``describes``.
            conventions: the operator's own.

        A name that no operator has costs that operator alone: it is not used, and every run says so.

        Raises:
            SpecificationError: the class lacks a function.
        """
        own = self._changed(self.conventions, conventions, arguments_of(self.implements))
        known = self._known(name)

        def register(given: C) -> C:
            if known is not None:
                room, kind = known
                operator = given()
                check_operator(room, operator, f"{self.name}'s {name}")
                self._add(kind, operator, fused, own)
            return given

        return register

    def functions(
        self,
        name: str,
        forward: Callable[..., Any],
        backward: Callable[..., Any],
        *,
        returns: str = "dx",
        fused: str = "",
        **conventions: Unpack[Declared],
    ) -> None:
        """Register two functions for a layer, an activation or a loss.

        A case that sets an argument which ``forward`` does not read of its layer is unsupported.

        Args:
            name: the operator's.
            forward: of a layer ``(layer, weights, x)``, of an activation ``(activation, x)``: y, or y and a cache,
                which is x where none is returned; of a loss ``(loss, y_true, y_pred)``.
            backward: of a layer ``(layer, weights, cache, dy)``, of an activation ``(activation, cache, dy)``, of a
                loss ``(loss, y_true, y_pred)``.
            returns: what ``backward`` of a layer returns, in order, such as ``dx, kernel, bias``.
            fused: as for ``describes``.
            conventions: the operator's own.

        A name that no operator has costs that operator alone: it is not used, and every run says so.
        """
        own = self._changed(self.conventions, conventions, arguments_of(self.functions))
        known = self._known(name)
        if known is not None:
            self._add(known[1], Functions(forward, backward, listed(returns)), fused, own)

    def describes(
        self,
        name: str,
        build: Callable[..., Any],
        *,
        forward: str = "forward",
        backward: str = "backward",
        returns: str = "dx",
        parameters: Mapping[str, str] | None = None,
        gradients: Mapping[str, str] | None = None,
        update: str = "",
        reset: str = "",
        learning_rate: str = "",
        lazy: bool = False,
        fused: str = "",
        **conventions: Unpack[Declared],
    ) -> None:
        """Describe an existing class for a layer, an activation or a loss.

        Args:
            name: the operator's.
            build: the class, where its constructor takes nothing; otherwise a function of the layer and its input's
                shape (of the activation; of the loss) that returns an object. A case that sets an argument of the
                layer which it does not read is unsupported.
            forward: the call, such as ``forward(x, training=True)``; of a loss of ``y_pred`` and ``y_true``.
            backward: the call: ``dy``, ``x``, ``y``, ``learning_rate`` and ``optimizer`` are known; of a loss
                ``y_pred`` and ``y_true``.
            returns: what ``backward`` returns, in order: ``dx`` and names of parameters.
            parameters: where each lies in the object, such as ``{"kernel": "W", "bias": "params[1]"}``. They are
                written by copying.
            gradients: where each lies after ``backward``. Those that are neither here nor in ``returns`` are what an
                ``optimizer`` is given or, without one, what a ``learning_rate`` makes of the parameters.
            update: the call that updates the parameters, where it is not part of ``backward``.
            reset: the call that comes before each ``backward``, such as ``zero_grad()``.
            learning_rate: where it lies in the object, if it is no argument.
            lazy: True where parameters are there only after a first forward pass.
            fused: names of activations that the class applies itself, ``linear`` among them if it can do without;
                ``softmax+loss`` where it leaves the derivative to the loss. Of a loss, ``softmax`` where it gives the
                gradient at the input of one.
            conventions: the operator's own.

        A name that no operator has costs that operator alone: it is not used, and every run says so.

        Raises:
            SpecificationError: something is said that cannot be meant, or not enough to see the gradients.
        """
        own = self._changed(self.conventions, conventions, arguments_of(self.describes))
        known = self._known(name)
        if known is None:
            return
        room, kind = known
        if room == "optimizers":
            raise HarnessError(f"{self.name}'s {name}: an optimizer is given by implements('{name}').")
        said = description(
            room,
            f"{self.name}'s {name}",
            build,
            forward=forward,
            backward=backward,
            returns=returns,
            parameters=parameters or {},
            gradients=gradients or {},
            update=update,
            reset=reset,
            learning_rate=learning_rate,
            lazy=lazy,
        )
        self._add(kind, Described(said), fused, own)

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Train for the case's steps and return what was computed, also on this implementation's behalf.

        An error says in which call it was raised, and what to declare, where that would have prevented it.
        """
        shown: dict[str, Array] = {}
        position = Position()
        try:
            observed = self.composition.trained(problem, shown, position)
            return Observed(observed, (*observed.findings, *self._unknown))
        except Unsupported as declined:
            if self._unknown:
                raise Unsupported(f"{declined}; {' '.join(self._unknown)}") from None
            raise
        except Exception as error:  # only to say more about it
            # Operators with conventions of their own are given other shapes than those that are known here.
            axes = " in Keras's axes" if position.words and self.declared(problem.case) else ""
            advise(error, self.declaration(problem, shown, position.observable), position.words + axes)
            raise

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Hide what the harness computes on this implementation's behalf, and what is part of something else."""
        try:
            plan = self.composition.plan(case)
        except Unsupported:
            return True
        if observable.name.partition("/")[2] in plan.hidden:
            return False
        if observable.layer == "loss":
            return plan.loss is not None
        if observable.kind == "update":
            state = next(node.state for node in case.network.nodes if node.name == observable.layer)
            return plan.optimizer is not None or observable.part in state
        return True

    def arithmetic(self, case: Case) -> Arithmetic:
        """Declare float32 where everything of a case is computed in it, whatever the case's format."""
        return self.composition.arithmetic(case)

    def declared(self, case: Case) -> str:
        """Say which conventions are declared for what a case needs; empty for Keras's own."""
        texts: dict[str, list[str]] = {}
        for kind, supplied in self.composition.used(case).items():
            fused = f"fused = {' '.join(supplied.fused)}" if supplied.fused else ""
            text = ", ".join(part for part in (supplied.conventions.text(self.conventions), fused) if part)
            texts.setdefault(text, []).append(kind.__name__)
        own = [f"{', '.join(kinds)}: {text}" for text, kinds in texts.items() if text]
        return "; ".join(part for part in (self.conventions.text(Conventions()), *own) if part)

    def declaration(self, problem: Problem, shown: Mapping[str, Array], observable: str) -> str:
        """Say what to declare for an observable to be right; empty where no declaration makes it so.

        Args:
            problem: what was run.
            shown: what this implementation returned for it.
            observable: the name of one that is not right.
        """
        return declaration(self.composition, problem, shown, observable)

    def _known(self, name: str | type[Operator]) -> tuple[str, type[Specification]] | None:
        """Return an operator's room and class; None for a name that no operator has, which is noted."""
        try:
            return operator_kind(name)
        except SpecificationError as error:
            self._unknown[f"{self.name}'s {name} is not used: {error}"] = None
            return None

    def _add(self, kind: type[Specification], operator: Any, fused: str, own: Conventions) -> None:
        self._supplied[kind] = Supplied(operator, own, listed(fused))

    def _changed(self, conventions: Conventions, declared: Declared, arguments: Iterable[str]) -> Conventions:
        try:
            return conventions.changed(declared, arguments)
        except HarnessError as error:
            raise type(error)(f"{self.name}: {error}") from None
