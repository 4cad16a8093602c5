"""WholeNetwork: the description of an existing class that holds a whole network and trains it by itself."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Unpack

import numpy as np

from harness.adapters.parameters import Named
from harness.adapters.trained import TrainedNetwork
from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array
from harness.errors import SpecificationError, Unsupported, nearest
from harness.layerwise.calls import Call
from harness.layerwise.conventions import Conventions, Declared
from harness.layerwise.paths import assign, read, write
from harness.layerwise.tracked import Tracked
from harness.operators.activations import as_activation
from harness.operators.layers import LAYERS, snake_case
from harness.operators.losses import as_loss

STEP = ("x", "y", "learning_rate")


class WholeNetwork(TrainedNetwork):
    """A class with a network of fixed architecture: built, given its parameters, trained step by step, and read.

    Args:
        name, version, default: see ``Implementation``.
        layers: what the network consists of, such as ``"Conv2D relu, MaxPooling2D, Flatten, Dense softmax"``. Cases
            with other layers are unsupported.
        build: ``(input_shape, *layers) -> network``, one argument for each layer. A case that sets an argument of a
            layer which it does not read is unsupported.
        parameters: where each lies in the network, by Keras's names: ``{"conv2d/kernel": "W1", …}``. They are written
            by copying.
        step: the call that trains on one batch, once: ``x``, ``y`` and ``learning_rate`` are known, as in
            ``fit(x, y, epochs=1, lr=learning_rate)``.
        predict: the call that predicts.
        loss: Keras's name of the only loss there is.
        shows: where observables lie after a step, if anywhere: ``{"loss": "loss", "forward/conv2d": "a1", …}``.
        learning_rate: where it lies in the network, if it is no argument.
        conventions: see ``harness.layerwise.Conventions``.

    Raises:
        SpecificationError: something is said that cannot be meant.
    """

    def __init__(
        self,
        name: str,
        *,
        layers: str,
        build: Callable[..., Any],
        parameters: Mapping[str, str],
        step: str = "fit(x, y)",
        predict: str = "predict",
        loss: str = "categorical_crossentropy",
        shows: Mapping[str, str] | None = None,
        learning_rate: str = "",
        version: str = "0",
        default: bool = True,
        **conventions: Unpack[Declared],
    ) -> None:
        self.name = name
        self.version = version
        self.default = default
        self.conventions = self._declared(conventions)
        self._layers = [_layer(name, part) for part in layers.split(",")]
        self._names = _names([kind for kind, _ in self._layers])
        self._build = build
        self._parameters = dict(parameters)
        self._step = Call.parse(step, STEP)
        self._predict = Call.parse(predict, ("x",))
        self._loss = as_loss(loss)
        self._seen = dict(shows or {})
        self._learning_rate = learning_rate
        if not learning_rate and "learning_rate" not in self._step.names:
            raise SpecificationError(
                f"{name} expected step to be given a learning_rate, or learning_rate= to say where it is, got {step!r}."
            )
        for each in self._parameters:
            if each.partition("/")[0] not in self._names:
                raise SpecificationError(f"{name} has a parameter {each!r}.{nearest(each, self._names)}")

    def built(self, case: Case) -> Any:
        nodes = case.network.nodes
        asked = [(node.layer.kind, node.layer.fused_activation.keras_name) for node in nodes]
        if asked != self._layers:
            raise Unsupported(f"{self.name} is {_in_words(self._layers)}, and the case's network is {_in_words(asked)}")
        if case.the_loss != self._loss or case.the_optimizer.plain_rate is None:
            raise Unsupported(f"{self.name} trains with {self._loss.kind} and plain SGD only")
        told = [Tracked(node.layer) for node in nodes]
        network = self._build(case.network.input_shape, *told)
        for each in told:
            each.expect_all_read(self.name)
        return network

    def loaded(self, case: Case, network: Any, weights: Named) -> None:
        own = self._own_names(case)
        for name, array in weights.items():
            if own[name] not in self._parameters:
                raise Unsupported(f"{self.name} says nothing of where {own[name]} is: parameters=…")
            write(network, self._parameters[own[name]], array)

    def stepped(self, case: Case, network: Any, x: Array, y: Array, learning_rate: float) -> Mapping[str, Any]:
        if self._learning_rate:
            assign(network, self._learning_rate, learning_rate)
        self._step.on(network, {"x": x, "y": y, "learning_rate": learning_rate})
        return {self._in_case(case, name): read(network, path) for name, path in self._seen.items()}

    def weights(self, case: Case, network: Any) -> Named:
        own = self._own_names(case)
        return {name: np.array(read(network, self._parameters[theirs])) for name, theirs in own.items()}

    def predicted(self, network: Any, x: Array) -> Any:
        return self._predict.on(network, {"x": x})

    def shows(self, case: Case, observable: Observable) -> bool:
        name = observable.name.partition("/")[2]
        return name in {self._in_case(case, seen) for seen in self._seen}

    def has(self, parameter: str, case: Case) -> bool:
        return parameter in self._own_names(case)

    def with_conventions(self, conventions: Conventions) -> "WholeNetwork":
        other = copy(self)
        other.conventions = conventions
        return other

    def _own_names(self, case: Case) -> dict[str, str]:
        """Return the names in ``parameters`` by the case's own, which may call its layers what it likes."""
        return {
            f"{node.name}/{parameter}": f"{own}/{parameter}"
            for node, own in zip(case.network.nodes, self._names, strict=False)
            for parameter in (*node.parameters, *node.state)
        }

    def _in_case(self, case: Case, name: str) -> str:
        kind, _, rest = name.partition("/")
        layer, _, part = rest.partition("/")
        names = dict(zip(self._names, (node.name for node in case.network.nodes), strict=False))
        return "/".join(each for each in (kind, names.get(layer, layer), part) if each)


def _layer(name: str, text: str) -> tuple[str, str]:
    kind, _, activation = text.strip().partition(" ")
    if kind not in LAYERS:
        raise SpecificationError(f"{name} has a layer {kind!r}.{nearest(kind, LAYERS)}")
    try:
        return kind, as_activation(activation.strip() or None).keras_name
    except SpecificationError as error:
        raise SpecificationError(f"{name} has a layer {text.strip()!r}: {error}") from None


def _in_words(layers: list[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {activation}".removesuffix(" linear") for kind, activation in layers)


def _names(kinds: list[str]) -> list[str]:
    """Return Keras's automatic names."""
    bases = [snake_case(kind) for kind in kinds]
    counts = [bases[:place].count(base) for place, base in enumerate(bases)]
    return [f"{base}_{count}" if count else base for base, count in zip(bases, counts, strict=True)]
