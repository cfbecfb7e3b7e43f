"""The model as an ONNX graph, node by node; one file, weights and normalisation inside.

Operators: https://onnx.ai/onnx/operators/ (opset 20, the first with Gelu).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mlcore.checkpoint import Checkpoint
from mlcore.checkpoint.write import about
from mlcore.errors import ExportError
from mlcore.export.pixels import SHAPE, PixelModel

__all__ = ["onnx_bytes", "onnx_session"]

_OPSET, _IR = 20, 9  # onnxruntime 1.17 is the first to read them
_MOST = 2**31 - 2**20  # bytes that one protobuf message may have, less what is no weight
_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": 0.01}),
    "gelu": ("Gelu", {"approximate": "none"}),
    "tanh": ("Tanh", {}),
    "sigmoid": ("Sigmoid", {}),
}


class _Graph:
    """Nodes and constants in order; each call adds one and gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Tensor) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(value.detach().numpy(), name))
        return name

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output


def onnx_bytes(found: Checkpoint, pixels: PixelModel) -> bytes:
    """The file: input `images` `(batch, 1, 28, 28)`, output `log_probabilities` or `logits`.

    Its metadata hold the settings and the names of the classes as JSON.

    Raises:
        ExportError: the weights are too large for one file, or ONNX's own checker refuses it.
    """
    import onnx
    from onnx import helper

    weights = sum(tensor.nbytes for tensor in found.model.values())
    if weights > _MOST:
        raise ExportError(
            "The weights have {size:.1f} GB, and one ONNX file holds at most 2.1: "
            "export them as safetensors or torch.export.",
            size=weights / 1e9,
        )
    graph = _Graph()
    proto = _proto(graph, _build(graph, pixels), pixels.model.outputs)
    classes = [str(name) for name in (found.data or {}).get("classes", ())]
    helper.set_model_props(proto, {"mlcore": about(found), "classes": json.dumps(classes)})
    try:
        onnx.checker.check_model(proto, full_check=True)
    except onnx.checker.ValidationError as error:
        raise ExportError(
            "ONNX refuses the graph ({error}): this is a fault of mlcore.", error=str(error)
        ) from None
    content: bytes = proto.SerializeToString()
    return content


def _build(graph: _Graph, pixels: PixelModel) -> str:
    """Add the whole model; returns the name of its output `(batch, classes)`."""
    model = pixels.model
    value = graph.add("Sub", "images", graph.constant("mean", torch.tensor(pixels.mean)))
    value = graph.add("Div", value, graph.constant("std", torch.tensor(pixels.std)))
    value = graph.add("Flatten", value, axis=1)  # (B, 784)
    for number, layer in enumerate(model.linears, start=1):
        names = [
            graph.constant(f"fc{number}.{key}", part) for key, part in layer.named_parameters()
        ]
        last = number == len(model.linears)
        output = "logits" if last and not model.log_probabilities else ""
        value = graph.add("Gemm", value, *names, output=output, transB=1)  # (B, width)
        if not last:
            value = _hidden(graph, model, number, value)
    if model.log_probabilities:
        value = graph.add("LogSoftmax", value, output="log_probabilities", axis=1)
    return value


def _proto(graph: _Graph, output: str, classes: int) -> Any:
    """The nodes as a model, from `images` to `output`."""
    from onnx import TensorProto, helper

    kind = TensorProto.FLOAT
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "mlp",
            [helper.make_tensor_value_info("images", kind, ["batch", *SHAPE])],
            [helper.make_tensor_value_info(output, kind, ["batch", classes])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
        producer_name="mlcore",
    )


def _hidden(graph: _Graph, model: Any, number: int, value: str) -> str:
    """Batch norm and activation of a hidden layer; dropout does nothing here."""
    if model.norms:
        norm = model.norms[number - 1]
        keys = ("weight", "bias", "running_mean", "running_var")
        names = [graph.constant(f"bn{number}.{key}", getattr(norm, key)) for key in keys]
        value = graph.add("BatchNormalization", value, *names, epsilon=norm.eps)
    if model.config.activation == "silu":
        return graph.add("Mul", value, graph.add("Sigmoid", value))
    kind, attributes = _ACTIVATIONS[model.config.activation]
    return graph.add(kind, value, **attributes)


def onnx_session(content: bytes) -> Callable[[Tensor], Tensor]:
    """The file in onnxruntime, as a function of pixels `(B, 1, 28, 28)`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()  # its own choice also pins threads
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def answer(images: Tensor) -> Tensor:
        (outcome,) = session.run(None, {"images": images.numpy()})
        return torch.from_numpy(outcome)

    return answer
