"""The observables a Case requires: every tensor a correct implementation must be able to show."""

from dataclasses import dataclass

from harness.cases.case import Case
from harness.cases.network import Node
from harness.operators.specification import Shape


@dataclass(frozen=True)
class Observable:
    """One named tensor.

    Attributes:
        name: such as ``1/gradient/conv2d/kernel``.
        kind: ``forward``, ``loss``, ``backward``, ``gradient`` or ``update``.
        shape: with the batch, where there is one; ``()`` for a loss.
        step: 1, 2, …; None after the last step.
        layer: the layer's name; ``loss`` for the loss and its gradient; the output layer for ``final/forward``.
        part: the parameter, or the input of a layer with several; empty otherwise.
    """

    name: str
    kind: str
    shape: Shape
    step: int | None
    layer: str
    part: str = ""


def required(case: Case) -> tuple[Observable, ...]:
    """Return every observable of the case in the order of computation.

    Forward in the network's order, the loss, backward from the loss to the first layer, then the updates; after the
    last step the prediction (in inference mode) and loss for the first step's batch.
    """
    observables: list[Observable] = []
    for step in range(1, case.steps + 1):
        observables += _step(case, step)
    output = case.network.nodes[-1]
    final = Observable("final/forward", "forward", (case.batch_size, *output.output_shape), None, output.name)
    return (*observables, final, Observable("final/loss", "loss", (), None, "loss"))


def backward_name(step: int, node: Node, source: str) -> str:
    """Return the name of the gradient with respect to a layer's input; ``source`` shows where there are several."""
    part = f"/{source}" if len(node.inputs) > 1 else ""
    return f"{step}/backward/{node.name}{part}"


def _step(case: Case, step: int) -> list[Observable]:
    batch, nodes = case.batch_size, case.network.nodes
    found = [Observable(f"{step}/forward/{n.name}", "forward", (batch, *n.output_shape), step, n.name) for n in nodes]
    found.append(Observable(f"{step}/loss", "loss", (), step, "loss"))
    prediction = (batch, *case.network.output_shape)
    found.append(Observable(f"{step}/backward/loss", "backward", prediction, step, "loss"))
    for node in reversed(nodes):
        for parameter, shape in node.parameters.items():
            name = f"{step}/gradient/{node.name}/{parameter}"
            found.append(Observable(name, "gradient", shape, step, node.name, parameter))
        for source, shape in zip(node.inputs, node.input_shapes, strict=True):
            part = source if len(node.inputs) > 1 else ""
            name = backward_name(step, node, source)
            found.append(Observable(name, "backward", (batch, *shape), step, node.name, part))
    for node in nodes:
        for parameter, shape in (node.parameters | node.state).items():
            name = f"{step}/update/{node.name}/{parameter}"
            found.append(Observable(name, "update", shape, step, node.name, parameter))
    return found
