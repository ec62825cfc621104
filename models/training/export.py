"""The trained network as one ONNX file."""

import io
import warnings
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from models.runtime.session import FEATURES
from models.training.network import INPUT_MULTIPLE, Exported, Segmenter
from models.training.planes import PLANES

OPSET = 17
INPUT = "image"
OUTPUT = "probability"


def onnx_bytes(network: Segmenter) -> bytes:
    """A self-contained ONNX model of planes `image` [N, PLANES, H, W] in 0..1.

    It gives `probability` [N, K, H/2, W/2] and `features` [N, C, H/8, W/8]. N, H and W are free,
    H and W multiples of 32. Batch norms are folded into the convolutions, whose weights are kept
    as half floats and widened when the model is loaded: half the size, the same speed.
    """
    exported = Exported(network)
    exported.eval()
    side = 2 * INPUT_MULTIPLE
    content = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter without a further dependency announces its successor at each call.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            exported,
            (torch.zeros(1, PLANES, side, side),),
            content,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT, FEATURES],
            dynamic_axes={
                INPUT: {0: "pictures", 2: "height", 3: "width"},
                OUTPUT: {0: "pictures", 2: "rows", 3: "columns"},
                FEATURES: {0: "pictures", 2: "places down", 3: "places across"},
            },
        )
    model = onnx.load_model_from_string(content.getvalue())
    _share_weights(model.graph)
    _halve_weights(model.graph)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _share_weights(graph: Any) -> None:
    """Name the weights of layers that are used more than once directly, not by way of a node."""
    held = {tensor.name for tensor in graph.initializer}
    known = {
        node.output[0]: node.input[0]
        for node in graph.node
        if node.op_type == "Identity" and node.input[0] in held
    }
    nodes = [node for node in graph.node if node.output[0] not in known]
    for node in nodes:
        node.input[:] = [known.get(name, name) for name in node.input]
    del graph.node[:]
    graph.node.extend(nodes)


def _halve_weights(graph: Any) -> None:
    """Keep the weights of the convolutions in half the space."""
    wide = {tensor.name: tensor for tensor in graph.initializer}
    casts = []
    widened: set[str] = set()
    for node in graph.node:
        if node.op_type == "Conv" and node.input[1] not in widened:
            widened.add(node.input[1])
            tensor = wide[node.input[1]]
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, f"{tensor.name}.half"))
            casts.append(
                onnx.helper.make_node(
                    "Cast", [tensor.name], [node.input[1]], to=onnx.TensorProto.FLOAT
                )
            )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def convolutions_of(graph: Any) -> list[list[NDArray[np.float32]]]:
    """The weight and the bias, where there is one, of each convolution of `graph` in its order.

    One that is used more than once counts where it is used first. Convolutions whose parameters
    are no constants of the graph are left out.
    """
    held = {tensor.name: tensor for tensor in graph.initializer}
    widened = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    names = dict.fromkeys(
        tuple(widened.get(name, name) for name in node.input[1:])
        for node in graph.node
        if node.op_type == "Conv"
    )
    return [
        [np.array(numpy_helper.to_array(held[name]), np.float32) for name in parameters]
        for parameters in names
        if all(name in held for name in parameters)
    ]
