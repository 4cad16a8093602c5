"""UpdateOnly: an implementation of which only parameters and predictions are seen."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields
from typing import Any, Unpack

import numpy as np

from harness.adapters.parameters import Named, named, nested
from harness.adapters.trained import TrainedNetwork
from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array
from harness.errors import Unsupported
from harness.layerwise.conventions import Conventions, Declared
from harness.operators.optimizers import Optimizer

Weights = Mapping[str, Mapping[str, Any]]


class UpdateOnly(TrainedNetwork):
    """An implementation given as five functions.

    Args:
        name, version, default: see ``Implementation``.
        build: ``(case) -> network``; raises Unsupported for a case that it does not claim to compute.
        set_weights: ``(network, weights)``, parameters by layer and name, and moving statistics with them.
        train_step: ``(network, x, y, learning_rate)``; what it returns is the loss where ``returns_loss``.
        get_weights: ``(network) -> weights``.
        predict: ``(network, x) -> prediction``.
        returns_loss: True where ``train_step`` returns the loss of the batch before the step.
        any_optimizer: True where ``build`` looks at ``case.the_optimizer``; otherwise other optimizers than plain SGD
            are unsupported.
        conventions: see ``harness.layerwise.Conventions``. Where the loss has a factor, ``train_step`` gets a learning
            rate that is divided by it.
    """

    def __init__(
        self,
        name: str,
        *,
        build: Callable[[Case], Any],
        set_weights: Callable[[Any, Weights], None],
        train_step: Callable[[Any, Array, Array, float], Any],
        get_weights: Callable[[Any], Weights],
        predict: Callable[[Any, Array], Any],
        returns_loss: bool = False,
        any_optimizer: bool = False,
        version: str = "0",
        default: bool = True,
        **conventions: Unpack[Declared],
    ) -> None:
        self.name = name
        self.version = version
        self.default = default
        self.conventions = self._declared(conventions)
        self._build = build
        self._set_weights = set_weights
        self._train_step = train_step
        self._get_weights = get_weights
        self._predict = predict
        self._returns_loss = returns_loss
        self._any_optimizer = any_optimizer

    def built(self, case: Case) -> Any:
        optimizer = case.the_optimizer
        if optimizer.plain_rate is None and not self._any_optimizer:
            raise Unsupported(f"{self.name} trains with plain SGD, and not with {_in_words(optimizer)}")
        return self._build(case)

    def loaded(self, case: Case, network: Any, weights: Named) -> None:
        self._set_weights(network, nested(weights))

    def stepped(self, case: Case, network: Any, x: Array, y: Array, learning_rate: float) -> Mapping[str, Any]:
        returned = self._train_step(network, x, y, learning_rate)
        return {"loss": returned} if self._returns_loss else {}

    def weights(self, case: Case, network: Any) -> Named:
        return {name: np.asarray(array) for name, array in named(self._get_weights(network)).items()}

    def predicted(self, network: Any, x: Array) -> Any:
        return self._predict(network, x)

    def shows(self, case: Case, observable: Observable) -> bool:
        return observable.kind == "loss" and self._returns_loss

    def has(self, parameter: str, case: Case) -> bool:
        return True

    def with_conventions(self, conventions: Conventions) -> "UpdateOnly":
        other = copy(self)
        other.conventions = conventions
        return other


def _in_words(optimizer: Optimizer) -> str:
    """Return ``SGD(momentum=0.9)``: what is not the default, but for the learning rate, which every step is given."""
    values = {each.name: (getattr(optimizer, each.name), each.default) for each in fields(optimizer)}
    told = [f"{name}={now!r}" for name, (now, usual) in values.items() if now != usual and name != "learning_rate"]
    return f"{optimizer.kind}({', '.join(told)})" if told else optimizer.kind
