"""A network's graph, run once in an inference session that optimizes nothing away."""

import onnxruntime
from onnx import TensorProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from harness.cases.network import INPUT, Node
from harness.cases.problem import Array, Problem
from harness.errors import Unsupported
from harness.operators.layers import snake_case
from impls.onnxruntime import layer_nodes
from impls.onnxruntime.activation_nodes import add_activation
from impls.onnxruntime.graph import OPSET, Graph
from impls.onnxruntime.layer_nodes import Weights

ELEMENT_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}
# Sessions complain on standard error about what they then raise; 4 is fatal errors only.
QUIET = 4


def forward_outputs(problem: Problem) -> dict[str, Array]:
    """Return ``1/forward/<layer>`` for every layer.

    Raises:
        Unsupported: an operator is not known, or has no kernel for the format.
    """
    case = problem.case
    graph = Graph(problem.dtype.name, ELEMENT_TYPES[problem.dtype.name])
    outputs = {INPUT: INPUT}
    for node in case.network.nodes:
        weights = {**problem.weights.get(node.name, {}), **problem.state.get(node.name, {})}
        inputs = [outputs[source] for source in node.inputs]
        outputs[node.name] = _add_layer(graph, node, inputs, weights, case.batch_size)
    names = [outputs[node.name] for node in case.network.nodes]
    session = _session(graph, (case.batch_size, *case.network.input_shape), names)
    arrays = session.run(names, {INPUT: problem.batches[0].x})
    return {f"1/forward/{node.name}": array for node, array in zip(case.network.nodes, arrays, strict=True)}


def _add_layer(graph: Graph, node: Node, inputs: list[str], weights: Weights, batch: int) -> str:
    add = getattr(layer_nodes, snake_case(node.layer.kind), None)
    if add is None:
        raise Unsupported(f"onnxruntime: no graph for {node.layer.kind}")
    return add_activation(graph, node.layer.fused_activation, add(graph, node, inputs, weights, batch))


def _session(graph: Graph, shape: tuple[int, ...], outputs: list[str]) -> onnxruntime.InferenceSession:
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info(INPUT, graph.element_type, shape)],
            [helper.make_tensor_value_info(name, graph.element_type, None) for name in outputs],
            graph.constants,
        ),
        opset_imports=opsets,
        # onnx writes its own newest format, which onnxruntime learns to read later.
        ir_version=helper.find_min_ir_version_for(opsets),
    )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = QUIET
    try:
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except failures.NotImplemented as missing:
        # "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation for Conv(11) node with name …"
        what = str(missing).rpartition(" : ")[2].partition(" node with name")[0]
        raise Unsupported(f"ONNX Runtime in {graph.dtype}: {what}") from None
