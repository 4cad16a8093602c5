"""A Problem as files by name: its description, with and without JSON, and its tensors."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from harness.cases.network import Node
from harness.cases.observables import required
from harness.cases.problem import Array, Problem
from harness.operators.specification import Shape
from harness.workers.problems import arrays_of
from harness.workers.programs.tensor import pack

PROTOCOL = 1
TEXT = "problem.txt"
JSON = "problem.json"

Files = Mapping[str, bytes]


def files_of(problem: Problem) -> Files:
    """Return everything that a program is given, the text first."""
    tensors = {file_name(name): array for name, array in arrays_of(problem).items()}
    described = _described(problem, tensors)
    written = {TEXT: _text(described), JSON: json.dumps(described).encode("ascii") + b"\n"}
    return written | {name: pack(array) for name, array in tensors.items()}


def file_name(observable: str) -> str:
    """Return the name of an observable's file: ``1/loss`` is in ``1.loss``. No part of a name has a dot in it."""
    return observable.replace("/", ".")


def observable_name(file: str) -> str:
    """Return the name of the observable in a file."""
    return file.replace(".", "/")


def _described(problem: Problem, tensors: Mapping[str, Array]) -> dict[str, Any]:
    case = problem.case
    return {
        "protocol": PROTOCOL,
        "name": case.name,
        "dtype": problem.dtype.name,
        "batch_size": case.batch_size,
        "steps": case.steps,
        "input_shape": list(case.network.input_shape),
        "loss": case.the_loss.as_dict(),
        "optimizer": case.the_optimizer.as_dict(),
        "layers": [_layer(node) for node in case.network.nodes],
        "tensors": [
            {"file": name, "dtype": array.dtype.name, "shape": list(array.shape)} for name, array in tensors.items()
        ],
        "answer": [{"file": file_name(each.name), "shape": list(each.shape)} for each in required(case)],
        "case": case.as_dict(),
    }


def _layer(node: Node) -> dict[str, Any]:
    resolved = {"name": node.name, "inputs": list(node.inputs)}
    shapes = {"input_shapes": [list(shape) for shape in node.input_shapes], "output_shape": list(node.output_shape)}
    return node.layer.as_dict() | resolved | shapes


def _text(described: Mapping[str, Any]) -> bytes:
    """Return the description as lines of words: what, then its name or kind, then ``option=value``."""
    lines = [
        f"harness-problem {described['protocol']}",
        f"name {described['name']}",
        f"dtype {described['dtype']}",
        f"batch_size {described['batch_size']}",
        f"steps {described['steps']}",
        f"input_shape {_shape(described['input_shape'])}",
        *(" ".join([what, described[what]["kind"], *_options(described[what])]) for what in ("loss", "optimizer")),
        *(" ".join(["layer", layer["name"], layer["kind"], *_layer_options(layer)]) for layer in described["layers"]),
        *(f"tensor {each['file']} {each['dtype']} {_shape(each['shape'])}" for each in described["tensors"]),
        *(f"answer {each['file']} {_shape(each['shape'])}" for each in described["answer"]),
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _layer_options(layer: Mapping[str, Any]) -> list[str]:
    apart = "name", "inputs", "input_shapes", "output_shape"
    return [
        f"inputs={_word(layer['inputs'])}",
        f"input_shape={';'.join(map(_shape, layer['input_shapes']))}",
        f"output_shape={_shape(layer['output_shape'])}",
        *_options({option: value for option, value in layer.items() if option not in apart}),
    ]


def _options(plain: Mapping[str, Any], before: str = "") -> list[str]:
    """Return ``option=value`` for each; options of an option follow it, with its name before theirs."""
    options = []
    for option, value in plain.items():
        if option == "kind":
            continue
        if isinstance(value, Mapping):
            options += [f"{before}{option}={value['kind']}", *_options(value, f"{before}{option}.")]
        else:
            options.append(f"{before}{option}={_word(value)}")
    return options


def _word(value: Any) -> str:
    """Return a value without a space in it."""
    if isinstance(value, list):
        return ",".join(map(_word, value))
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    return quote(str(value), safe="+")


def _shape(shape: Shape | Iterable[int]) -> str:
    return ",".join(map(str, shape)) or "scalar"
