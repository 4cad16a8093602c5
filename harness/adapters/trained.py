"""What implementations that train by themselves have in common: they are run, and seen from outside."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from harness.adapters.parameters import Named, Translation, named
from harness.cases.case import Case
from harness.cases.observables import Observable
from harness.cases.problem import Array, Batch, Problem
from harness.diagnosis.suggestions import AGREES
from harness.errors import HarnessError, Unsupported
from harness.implementation.contract import Implementation
from harness.layerwise.alternatives import agreeing
from harness.layerwise.conventions import Conventions, Declared, arguments_of, order_of
from harness.layerwise.declaring import advise
from harness.layerwise.observed import Observed
from harness.layerwise.translation import Samples
from harness.layerwise.weight_change import Changed, dependent, inferred_of_network
from harness.numerics.arithmetic import FLOAT32, Arithmetic, arithmetic_of
from harness.verdict.expected import local
from harness.verdict.figures import figures, too_far

# Single changes that are tried where something is wrong; other orders of kernels are those of the case's layers.
ALTERNATIVES: Mapping[str, tuple[object, ...]] = {
    "layout": ("NCHW", "NHWC", "HWC", "CHW", "HWCN", "CHWN"),
    "features": ("F", "FN", "F1", "NF"),
    "kernel_axes": (),
    "dense_axes": ("OI", "IO"),
    "bias_axes": ("1O", "O1", "O11", "1O11", "O"),
    "convolution": (True, False),
    "flatten": ("CHW", "WHC", "CWH", "WCH", "HCW", "HWC"),
    "factor": ("1/2", "2", "N", "K", "N*K", "N*K/2", "1"),
    "dtype": ("float64", "float32", ""),
}


class TrainedNetwork(Implementation):
    """An implementation that trains by itself, one step on one batch at a time.

    Its gradients are inferred from how parameters change (see ``harness.layerwise.weight_change``): in networks that
    are built for the purpose, trained for one step at learning rates that leave the gradient's digits alone. A gradient
    that depends on the learning rate is a finding.
    """

    conventions: Conventions

    @abstractmethod
    def built(self, case: Case) -> Any:
        """Return an untrained network, or raise Unsupported."""

    @abstractmethod
    def loaded(self, case: Case, network: Any, weights: Named) -> None:
        """Write parameters, in the implementation's own conventions, into a network."""

    @abstractmethod
    def stepped(self, case: Case, network: Any, x: Array, y: Array, learning_rate: float) -> Mapping[str, Any]:
        """Train for one step; return what else it shows, by the name of the observable without the step."""

    @abstractmethod
    def weights(self, case: Case, network: Any) -> Named:
        """Return the parameters, in the implementation's own conventions."""

    @abstractmethod
    def predicted(self, network: Any, x: Array) -> Any:
        """Return the prediction."""

    @abstractmethod
    def shows(self, case: Case, observable: Observable) -> bool:
        """Say whether a forward, loss or backward observable, or the gradient of it, is shown by the network itself."""

    @abstractmethod
    def has(self, parameter: str, case: Case) -> bool:
        """Say whether the parameter ``layer/name`` is written and read."""

    @abstractmethod
    def with_conventions(self, conventions: Conventions) -> "TrainedNetwork":
        """Return a copy with other conventions."""

    def run(self, problem: Problem) -> Mapping[str, Array]:
        """Train for the case's steps, seen from outside."""
        try:
            return self._trained(problem)
        except Unsupported:
            raise
        except Exception as error:  # only to say more about it
            advise(error, self.declaration(problem, {}, ""))
            raise

    def _trained(self, problem: Problem) -> Observed:
        case = problem.case
        self._expect_batches(case)
        translation, samples = Translation(case, self.conventions), Samples(self.conventions, problem.dtype)
        start = named(problem.weights) | named(problem.state)
        network = self.built(case)
        self.loaded(case, network, translation.there(start))
        shown: dict[str, Array] = {}
        findings: dict[str, None] = {}
        before = start
        for step, batch in enumerate(problem.batches, 1):
            x, y = _pair(samples, batch)
            if self._infers(case):
                gradients, found = self._inferred(case, translation, before, x, y)
                findings |= dict.fromkeys(found)
                shown |= {f"{step}/gradient/{name}": array for name, array in gradients.items()}
            rate = self._rate(case)
            seen = self.stepped(case, network, x, y, rate)
            shown |= {
                f"{step}/{name}": self._shown(case, translation, samples, name, each) for name, each in seen.items()
            }
            after = self._weights(case, translation, network, problem.dtype)
            shown |= {f"{step}/update/{name}": array for name, array in after.items()}
            before = {**before, **{name: array.astype(problem.dtype) for name, array in after.items()}}
        parts = [self.predicted(network, part) for part in samples.there(problem.batches[0].x)]
        shown["final/forward"] = samples.back(parts, 1 + len(case.network.output_shape))
        return Observed(shown, tuple(findings))

    def exposes(self, case: Case, observable: Observable) -> bool:
        """Show parameters, their inferred gradients, the prediction, and what the network shows by itself."""
        if observable.kind in ("gradient", "update"):
            parameter = f"{observable.layer}/{observable.part}"
            if not self.has(parameter, case):
                return False
            return observable.kind == "update" or self._infers(case) or self.shows(case, observable)
        if observable.step is None:
            return observable.name == "final/forward"
        return self.shows(case, observable)

    def arithmetic(self, case: Case) -> Arithmetic:
        """Declare float32 where it is declared for everything, whatever the case's format."""
        return FLOAT32 if self.conventions.dtype == "float32" else arithmetic_of(case.dtype)

    def declared(self, case: Case) -> str:
        """Say which conventions are declared; empty for Keras's own."""
        return self.conventions.text(Conventions())

    def declaration(self, problem: Problem, shown: Mapping[str, Array], observable: str) -> str:
        """Say what to declare for everything to be right; empty where no declaration makes it so."""
        tried = (
            (self.conventions.changed({name: value}), {name: value})  # type: ignore[misc]
            for name, values in _alternatives(problem.case).items()
            for value in values
            if value != getattr(self.conventions, name)
        )
        text = agreeing(tried, lambda changed: self.with_conventions(changed)._agrees(problem))
        return f"{self.name} {AGREES} if you declare {text}" if text else ""

    def _agrees(self, problem: Problem) -> bool:
        try:
            with np.errstate(all="ignore"):
                shown = dict(self._trained(problem))
                arithmetic = self.arithmetic(problem.case)
                expected = local(problem, shown, arithmetic)
        except Exception:  # an alternative that cannot be tried is none
            return False
        return all(
            name in expected
            and array.shape == expected[name].estimate.shape
            and array.dtype == problem.dtype
            and not too_far(figures(array, expected[name], arithmetic), arithmetic)
            for name, array in shown.items()
        )

    def _declared(self, conventions: Declared) -> Conventions:
        try:
            return Conventions().changed(conventions, arguments_of(type(self)))
        except HarnessError as error:
            raise type(error)(f"{self.name}: {error}") from None

    def _expect_batches(self, case: Case) -> None:
        if self.conventions.one_at_a_time and case.batch_size > 1:
            raise Unsupported(f"{self.name} updates after every sample: {case.batch_size} at once are another step")

    def _infers(self, case: Case) -> bool:
        return case.the_optimizer.plain_rate is not None and not any(node.state for node in case.network.nodes)

    def _rate(self, case: Case) -> float:
        rate = getattr(case.the_optimizer, "learning_rate", 0.0)
        return float(rate) / self._factor(case)

    def _factor(self, case: Case) -> float:
        return float(self.conventions.factor_of(case.batch_size, int(np.prod(case.network.output_shape))))

    def _inferred(
        self, case: Case, translation: Translation, before: Named, x: Array, y: Array
    ) -> tuple[Named, list[str]]:
        dtype = np.result_type(*before.values())

        def changed(rate: float, start: Mapping[str, Array]) -> Changed:
            network = self.built(case)
            self.loaded(case, network, translation.there(start))
            self.stepped(case, network, x, y, rate / self._factor(case))
            return Changed(None, self._weights(case, translation, network, None))

        start = {name: array for name, array in before.items() if self.has(name, case)}
        found = inferred_of_network(start, changed)
        told = [dependent(self.name, name) for name in found.depends_on]
        return {name: array.astype(dtype) for name, array in found.gradients.items()}, told

    def _weights(self, case: Case, translation: Translation, network: Any, dtype: np.dtype[Any] | None) -> Named:
        theirs = self.weights(case, network)
        target = dtype or np.dtype(np.float64)
        return {name: translation.back(name, np.array(array), target) for name, array in theirs.items()}

    def _shown(self, case: Case, translation: Translation, samples: Samples, name: str, value: Any) -> Any:
        kind, _, rest = name.partition("/")
        if kind == "gradient":
            return translation.back(rest, np.array(value), samples.dtype)
        if kind == "loss":
            own = np.asarray(value)
            return samples.as_declared((own / self._factor(case)).astype(own.dtype))
        node = next(node for node in case.network.nodes if node.name == rest.partition("/")[0])
        rank = len(node.output_shape if kind == "forward" else node.input_shapes[0]) + 1
        return samples.back([np.array(value)], rank)


def _alternatives(case: Case) -> Mapping[str, Iterable[object]]:
    layers = [node.layer for node in case.network.nodes if order_of(node.layer.kernel_axes) == "kernel_axes"]
    orders = dict.fromkeys(order for layer in layers for order in (*layer.kernel_orders, ""))
    return {**ALTERNATIVES, "kernel_axes": orders}


def _pair(samples: Samples, batch: Batch) -> tuple[Array, Array]:
    (x,) = samples.there(batch.x)
    if batch.y.ndim == 1:
        return x, batch.y
    (y,) = samples.there(batch.y)
    return x, y
