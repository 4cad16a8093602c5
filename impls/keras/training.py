"""Training steps of real Keras objects, every observable by gradient tape.

Each layer reads its inputs through an identity of its own. That gives the gradient through this layer alone where
several layers read one tensor, and it strips the attribute by which Keras's cross-entropies would look behind a
sigmoid or softmax and compute from its logits.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from harness.cases.case import Case
from harness.cases.network import INPUT
from harness.cases.observables import backward_name
from harness.cases.problem import Array, Problem
from harness.errors import HarnessError
from impls.keras.building import built, takes_training

Tensor = Any

# Neighbouring cases share networks; more would only hold memory.
MODELS_KEPT = 8
# Compiling a network costs as much as a dozen of its runs, and makes every later one several times cheaper.
RUNS_BEFORE_COMPILING = 4


@dataclass
class Model:
    """Built Keras objects, the values that the optimizer's variables had before any step, and how often it has run.

    The calls are those of the layers, each of its inputs and whether it is in training.
    """

    layers: list[Any]
    calls: list[Callable[[list[Tensor], bool], Tensor]]
    loss: Any
    optimizer: Any
    variables: list[Any]
    optimizer_start: list[Array]
    runs: int = 0
    compiled: Any = None


class Trainer:
    """Runs Problems; keeps the built objects of the networks it has seen, because building costs more than running."""

    def __init__(self) -> None:
        if keras.backend.backend() != "tensorflow":
            raise HarnessError(f"Keras expected the backend tensorflow, got KERAS_BACKEND={keras.backend.backend()}.")
        # A compiled network runs the kernels that it runs uncompiled, to the bit; nothing is rewritten or fused.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        self._models: dict[tuple[str, ...], Model] = {}

    def run(self, problem: Problem) -> dict[str, Array]:
        """Return every observable of every step."""
        model = self._model(problem)
        _load(problem, model)
        batches = [(tf.constant(batch.x), tf.constant(batch.y)) for batch in problem.batches]
        model.runs += 1
        if model.runs > RUNS_BEFORE_COMPILING and model.compiled is None:
            model.compiled = tf.function(lambda batches: _trained(problem.case, model, batches))
        shown = model.compiled(batches) if model.compiled else _trained(problem.case, model, batches)
        return {name: np.asarray(tensor) for name, tensor in shown.items()}

    def _model(self, problem: Problem) -> Model:
        case, dtype = problem.case, problem.dtype.name
        parts = (case.network, case.the_loss, case.the_optimizer)
        # A compiled network is one of fixed sizes.
        key = (dtype, str(case.batch_size), str(case.steps), *(json.dumps(part.as_dict()) for part in parts))
        if key not in self._models:
            if len(self._models) == MODELS_KEPT:
                del self._models[next(iter(self._models))]
            self._models[key] = _built_model(problem)
        return self._models[key]


def _built_model(problem: Problem) -> Model:
    layers = []
    for node in problem.case.network.nodes:
        layer = built(node.layer, problem.dtype.name)
        shapes = [(None, *shape) for shape in node.input_shapes]
        layer.build(shapes if len(shapes) > 1 else shapes[0])
        layers.append(layer)
    variables = [variable for layer in layers for variable in layer.trainable_variables]
    loss, optimizer = (built(each, problem.dtype.name) for each in (problem.case.the_loss, problem.case.the_optimizer))
    optimizer.build(variables)
    start = [variable.numpy() for variable in optimizer.variables]
    return Model(layers, [_call_of(layer) for layer in layers], loss, optimizer, variables, start)


def _call_of(layer: Any) -> Callable[[list[Tensor], bool], Tensor]:
    # ``call`` is the layer's own definition; ``__call__`` adds 0.3 ms of argument checks that the Case has passed.
    asks = takes_training(layer)

    def call(edges: list[Tensor], training: bool) -> Tensor:
        x = edges if len(edges) > 1 else edges[0]
        return layer.call(x, training=training) if asks else layer.call(x)

    return call


def _load(problem: Problem, model: Model) -> None:
    for variable, start in zip(model.optimizer.variables, model.optimizer_start, strict=True):
        variable.value.assign(start)
    for node, layer in zip(problem.case.network.nodes, model.layers, strict=True):
        variables = {variable.name: variable for variable in layer.variables}
        initial = {**problem.weights.get(node.name, {}), **problem.state.get(node.name, {})}
        if variables.keys() != initial.keys():
            raise HarnessError(f"Keras's {node.layer.kind} expected {sorted(variables)}, got {sorted(initial)}.")
        for name, array in initial.items():
            variables[name].value.assign(array)


def _trained(case: Case, model: Model, batches: list[tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
    """Train on each batch and predict for the first; returns every observable."""
    shown: dict[str, Tensor] = {}
    for step, batch in enumerate(batches, 1):
        gradients = _observe(case, step, model, batch, shown)
        if model.variables:
            model.optimizer.apply(gradients, model.variables)
        for node, layer in zip(case.network.nodes, model.layers, strict=True):
            for variable in layer.variables:
                # The variable changes in place at the next step; this is its value now.
                shown[f"{step}/update/{node.name}/{variable.name}"] = tf.identity(variable.value)
    x, y = batches[0]
    shown["final/forward"] = prediction = _predict(case, model, x)
    shown["final/loss"] = model.loss(y, tf.identity(prediction))
    return shown


def _observe(
    case: Case, step: int, model: Model, batch: tuple[Tensor, Tensor], shown: dict[str, Tensor]
) -> list[Tensor]:
    """Run one step forward and backward; returns the gradients of the trainable variables in order."""
    watched: dict[str, Tensor] = {}
    variables: dict[str, Any] = {}
    x, y = batch
    with tf.GradientTape() as tape:
        outputs = {INPUT: x}
        for node, layer, call in zip(case.network.nodes, model.layers, model.calls, strict=True):
            edges = []
            for source in node.inputs:
                edge = tf.identity(outputs[source])
                tape.watch(edge)
                watched[backward_name(step, node, source)] = edge
                edges.append(edge)
            outputs[node.name] = call(edges, True)
            shown[f"{step}/forward/{node.name}"] = outputs[node.name]
            for variable in layer.trainable_variables:
                variables[f"{step}/gradient/{node.name}/{variable.name}"] = variable.value
        prediction = tf.identity(outputs[case.network.nodes[-1].name])
        tape.watch(prediction)
        watched[f"{step}/backward/loss"] = prediction
        shown[f"{step}/loss"] = value = model.loss(y, prediction)
    wanted = watched | variables
    gradients = dict(zip(wanted, tape.gradient(value, list(wanted.values())), strict=True))
    shown.update(gradients)
    return [gradients[name] for name in variables]


def _predict(case: Case, model: Model, x: Tensor) -> Tensor:
    outputs = {INPUT: x}
    for node, call in zip(case.network.nodes, model.calls, strict=True):
        outputs[node.name] = call([tf.identity(outputs[source]) for source in node.inputs], False)
    return outputs[case.network.nodes[-1].name]
