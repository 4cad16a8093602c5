"""A functional model of a case's layers, compiled, fitted one batch at a time, and asked for a prediction."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from harness.cases.network import INPUT
from harness.cases.problem import Array, Problem
from impls.keras.building import built


def fitted(problem: Problem) -> dict[str, Array]:
    """Return every weight and statistic after each step, and the prediction for the first batch after the last."""
    case, dtype = problem.case, problem.dtype.name
    layers = {node.name: built(node.layer, dtype) for node in case.network.nodes}
    tensors = {INPUT: keras.Input(case.network.input_shape, dtype=dtype)}
    for node in case.network.nodes:
        read = [tensors[source] for source in node.inputs]
        tensors[node.name] = layers[node.name](read if len(read) > 1 else read[0])
    model = keras.Model(tensors[INPUT], tensors[case.network.nodes[-1].name])
    variables = {f"{name}/{each.name}": each for name, layer in layers.items() for each in layer.variables}
    _load(variables, problem)
    model.compile(built(case.the_optimizer, dtype), built(case.the_loss, dtype))
    shown: dict[str, Array] = {}
    for step, batch in enumerate(problem.batches, 1):
        if variables:
            model.fit(batch.x, batch.y, batch_size=case.batch_size, epochs=1, shuffle=False, verbose=0)
        shown |= {f"{step}/update/{name}": np.array(variable) for name, variable in variables.items()}
    shown["final/forward"] = model.predict(problem.batches[0].x, batch_size=case.batch_size, verbose=0)
    keras.backend.clear_session()
    return shown


def _load(variables: Mapping[str, Any], problem: Problem) -> None:
    for name, arrays in (*problem.weights.items(), *problem.state.items()):
        for part, array in arrays.items():
            variables[f"{name}/{part}"].assign(array)
