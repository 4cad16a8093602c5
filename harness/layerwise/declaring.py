"""Which declaration would make a wrong stage right: found by trying, on the stage's own inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from harness.cases.network import INPUT, Node
from harness.cases.observables import backward_name
from harness.cases.problem import Array, Problem
from harness.errors import Unsupported
from harness.layerwise.alternatives import agreeing, alternatives
from harness.layerwise.binding import bound_loss, bound_node
from harness.layerwise.composition import Composition
from harness.layerwise.plan import NodePlan, Plan, Supplied
from harness.numerics.arithmetic import FLOAT32, Arithmetic
from harness.operators.specification import Specification
from harness.verdict.expected import Expected, local
from harness.verdict.figures import figures, too_far

Shown = Mapping[str, Array]
KINDS = ("forward", "loss", "backward", "gradient")
# Above, only one convention at a time is tried: several hundred trials would take longer than the run itself.
FEW_ELEMENTS = 10_000
SENTENCE = "agrees exactly if you declare"


def declaration(composition: Composition, problem: Problem, shown: Shown, observable: str) -> str:
    """Return ``Conv2D agrees exactly if you declare kernel_axes='OIHW'``, or nothing.

    The whole stage has to agree then, within what rounding explains: its output, and its gradients as far as they
    can be had.

    Args:
        composition: whose stage it is.
        problem: what was run.
        shown: observables up to the stage, and beyond where there are any.
        observable: one of the stage's.
    """
    step, kind, layer = (*observable.split("/"), "loss", "loss")[:3]
    if not step.isdigit() or kind not in KINDS:
        return ""
    try:
        plan = composition.plan(problem.case)
    except Unsupported:
        return ""
    trial = _Trial(composition, problem, shown, int(step), plan)
    # What is tried may do anything; only what agrees is spoken of.
    with np.errstate(all="ignore"):
        return trial.loss() if layer == "loss" else trial.layer(plan.nodes[layer])


def advise(error: Exception, declared: str, where: str = "") -> None:
    """Add to an error where it was raised, and what to declare, if there is anything.

    The error is repeated in the last line, because where there is room for one line, that one is shown.
    """
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    if where:
        error.add_note(where if declared else f"{where}: {what}")
    if declared:
        error.add_note(f"{declared}; as it is, it raises {what}")


@dataclass(frozen=True)
class _Trial:
    composition: Composition
    problem: Problem
    shown: Shown
    step: int
    plan: Plan
    float32: bool = False

    def layer(self, node_plan: NodePlan) -> str:
        node = node_plan.node
        inputs = self._inputs(node)
        if inputs is None or f"forward/{node.name}" in self.plan.hidden:
            return ""
        if self._layer_agrees(node_plan, inputs):
            # What is wrong with it is not wrong here, and no declaration would be to the point.
            return ""
        for supplied, specification, of_activation in (
            (node_plan.supplied, node_plan.layer, False),
            (node_plan.activation, node.layer.fused_activation, True),
        ):
            if supplied is None:
                continue

            def agrees(other: Supplied, of_activation: bool = of_activation) -> bool:
                changed = replace(node_plan, activation=other) if of_activation else replace(node_plan, supplied=other)
                return self._computed_in(other)._layer_agrees(changed, inputs)

            text = agreeing(alternatives(supplied, specification, node, self._at_once(node)), agrees)
            if text:
                return f"{specification.kind} {SENTENCE} {text}"
        return self._fused(node_plan)

    def _fused(self, node_plan: NodePlan) -> str:
        """Try whether the layer applies an activation itself."""
        node, supplied, case = node_plan.node, node_plan.supplied, self.problem.case
        if supplied is None or supplied.fused or node_plan.layer.only_activates:
            return ""
        after = [each for each in case.network.nodes if node.name in each.inputs and each.layer.only_activates]
        for stage in (node, *after):
            name = stage.layer.fused_activation.keras_name
            names = [f"forward/{stage.name}", f"backward/{node.name}"]
            names += [f"gradient/{node.name}/{parameter}" for parameter in node.parameters]
            if name != "linear" and self._run_agrees(type(node_plan.layer), replace(supplied, fused=(name,)), names):
                return f"{node_plan.layer.kind} {SENTENCE} fused={name!r}"
        return ""

    def _run_agrees(self, kind: type[Specification], supplied: Supplied, names: list[str]) -> bool:
        """Run everything with one operator supplied otherwise, and look at some observables of the step."""
        try:
            shown = dict(self.composition.otherwise(kind, supplied).trained(self.problem))
        except Exception:  # an alternative that cannot be tried is none
            return False
        found = [name for name in (f"{self.step}/{name}" for name in names) if name in shown]
        return bool(found) and self._agree(shown, found)

    def loss(self) -> str:
        supplied = self.plan.loss
        prediction = self.shown.get(f"{self.step}/forward/{self.problem.case.network.nodes[-1].name}")
        if supplied is None or prediction is None:
            return ""
        loss = self.problem.case.the_loss
        if self._loss_agrees(supplied, prediction):
            return ""
        text = agreeing(
            alternatives(supplied, loss, None, 2),
            lambda other: self._computed_in(other)._loss_agrees(other, prediction),
        )
        if text:
            return f"{loss.kind} {SENTENCE} {text}"
        last = self.problem.case.network.nodes[-1]
        names = [f"gradient/{last.name}/{parameter}" for parameter in last.parameters] + [f"backward/{last.name}"]
        softmax = last.layer.fused_activation.sums_to_one and not supplied.fused
        if softmax and self._run_agrees(type(loss), replace(supplied, fused=("softmax",)), names):
            return f"{loss.kind} {SENTENCE} fused='softmax'"
        return ""

    def _layer_agrees(self, node_plan: NodePlan, inputs: Any) -> bool:
        node, step = node_plan.node, self.step
        weights = self._weights(node)
        if weights is None:
            return False
        try:
            own = bound_node(self.composition.name, node_plan, self.problem.case.batch_size, self.problem.dtype)
            y, cache = own.layer.forward(node_plan.layer, weights, inputs)
            activation_cache = None
            if own.activation is not None:
                y, activation_cache = own.activation.forward(node.layer.fused_activation, y)
            got: dict[str, Any] = {**self.shown, f"{step}/forward/{node.name}": y}
            if not self._agrees(y, self.expected[f"{step}/forward/{node.name}"]):
                return False
            arriving = self._arriving(node)
            if arriving is None:
                return True
            before_softmax = self.plan.gradient_before_softmax and node is self.problem.case.network.nodes[-1]
            if own.activation is not None and not before_softmax:
                arriving = own.activation.backward(node.layer.fused_activation, activation_cache, arriving)
            dx, gradients = own.layer.backward(node_plan.layer, weights, cache, arriving)
            same_output = np.array_equal(y, self.shown.get(f"{step}/forward/{node.name}", ()))
        except Exception:  # an alternative that cannot be tried is none
            return False
        if not isinstance(gradients, Mapping):
            return False
        for source, part in zip(node.inputs, dx if isinstance(dx, tuple) else (dx,), strict=False):
            got[backward_name(step, node, source)] = part
        got |= {f"{step}/gradient/{node.name}/{name}": gradients.get(name) for name in node.parameters}
        hidden = self.plan.hidden
        names = [f"{step}/gradient/{node.name}/{name}" for name in node.parameters]
        names += [backward_name(step, node, source) for source in node.inputs]
        names = [name for name in names if name.partition("/")[2] not in hidden]
        if same_output:
            # What the gradients should be does not change with what is tried.
            return all(self._agrees(got.get(name), self.expected[name]) for name in names)
        return self._agree(got, names)

    def _loss_agrees(self, supplied: Supplied, prediction: Array) -> bool:
        case = self.problem.case
        y = self.problem.batches[self.step - 1].y
        try:
            operator = bound_loss(self.composition.name, supplied, case.the_loss, self.problem.dtype)
            value = np.asarray(operator.forward(case.the_loss, y, prediction))
            gradient = operator.backward(case.the_loss, y, prediction)
        except Exception:  # an alternative that cannot be tried is none
            return False
        got = {**self.shown, f"{self.step}/loss": value}
        names = [f"{self.step}/loss"]
        if not self.plan.gradient_before_softmax:
            got[f"{self.step}/backward/loss"] = gradient
            names.append(f"{self.step}/backward/loss")
        return self._agree(got, names)

    def _at_once(self, node: Node) -> int:
        shapes = (*node.input_shapes, node.output_shape)
        elements = self.problem.case.batch_size * sum(prod(shape) for shape in shapes)
        return 3 if elements <= FEW_ELEMENTS else 1

    def _computed_in(self, supplied: Supplied) -> "_Trial":
        return self._in_float32 if supplied.conventions.dtype == "float32" else self

    @cached_property
    def _in_float32(self) -> "_Trial":
        return replace(self, float32=True)

    @cached_property
    def arithmetic(self) -> Arithmetic:
        return FLOAT32 if self.float32 else self.composition.arithmetic(self.problem.case)

    @cached_property
    def expected(self) -> Mapping[str, Expected]:
        return local(self.problem, self.shown, self.arithmetic)

    def _agree(self, got: Mapping[str, Any], names: list[str]) -> bool:
        arrays = {name: array for name, array in got.items() if isinstance(array, np.ndarray)}
        expected = local(self.problem, arrays, self.arithmetic)
        return all(self._agrees(got.get(name), expected[name]) for name in names)

    def _agrees(self, got: Any, expected: Expected) -> bool:
        if not isinstance(got, (np.ndarray, np.generic)) or got.shape != expected.estimate.shape:
            return False
        return got.dtype == self.problem.dtype and not too_far(
            figures(np.asarray(got), expected, self.arithmetic), self.arithmetic
        )

    def _inputs(self, node: Node) -> Any:
        x = self.problem.batches[self.step - 1].x
        own = tuple(x if source == INPUT else self._output_of(source) for source in node.inputs)
        if any(array is None for array in own):
            return None
        return own[0] if len(own) == 1 else own

    def _output_of(self, source: str) -> Array | None:
        return self._read_only(self.shown.get(f"{self.step}/forward/{source}"))

    def _weights(self, node: Node) -> Mapping[str, Array] | None:
        start = {**self.problem.weights.get(node.name, {}), **self.problem.state.get(node.name, {})}
        if self.step == 1:
            return start
        found = {name: self._read_only(self.shown.get(f"{self.step - 1}/update/{node.name}/{name}")) for name in start}
        kept = {name: array for name, array in found.items() if array is not None}
        return kept if len(kept) == len(start) else None

    def _arriving(self, node: Node) -> Array | None:
        case, step = self.problem.case, self.step
        if node is case.network.nodes[-1]:
            prediction = self._output_of(node.name)
            if not self.plan.gradient_before_softmax or prediction is None:
                return self._read_only(self.shown.get(f"{step}/backward/loss"))
            loss = bound_loss(self.composition.name, self.plan.loss, case.the_loss, self.problem.dtype)
            found: Array = loss.backward(case.the_loss, self.problem.batches[step - 1].y, prediction)
            return found
        readers = [reader for reader in case.network.nodes if node.name in reader.inputs]
        parts = [self._read_only(self.shown.get(backward_name(step, reader, node.name))) for reader in readers]
        if any(part is None for part in parts):
            return None
        return self._read_only(sum(part for part in parts if part is not None))  # type: ignore[arg-type]

    def _read_only(self, array: Array | None) -> Array | None:
        if array is None:
            return None
        copy = np.array(array, dtype=self.problem.dtype)
        copy.flags.writeable = False
        return copy
