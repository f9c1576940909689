"""Builds ONNX graphs, channels first, from weights that TensorFlow.js keeps channels last."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from weights import Weight

OPSET = 17
IR_VERSION = 8

Shape = Sequence[int | str]


class Graph:
    """Nodes and weights in the order they were asked for, so that a second run writes the same bytes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._names: Counter[str] = Counter()

    def input(self, name: str, shape: Shape, kind: int = TensorProto.FLOAT) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def pixels(self, height: int, width: int) -> str:
        """The input of every extractor: RGB, 0..255."""
        return self.input("input", ["batch", 3, height, width])

    def output(self, name: str, value: str, shape: Shape, kind: int = TensorProto.FLOAT) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        name = self._next(kind)
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def split(self, x: str, count: int, axis: int) -> list[str]:
        names = [self._next("Split") for _ in range(count)]
        self._nodes.append(helper.make_node("Split", [x], names, name=names[0], axis=axis))
        return names

    def constant(self, value, dtype=np.float32) -> str:
        return self._initializer(np.asarray(value, dtype))

    def weight(self, weight: Weight) -> str:
        """Kept as stored; onnxruntime works the float32 values out when it loads the file."""
        value = self._initializer(weight.stored)
        if weight.stored.dtype != np.float32:
            value = self.op("Cast", value, to=TensorProto.FLOAT)
        if weight.stored.dtype == np.uint8:
            value = self.op("Mul", value, self.constant(weight.scale))
            value = self.op("Add", value, self.constant(weight.minimum))
        return value

    def conv(self, x: str, kernel: Weight, bias: Weight | None = None, **how) -> str:
        """`kernel`: height, width, channels in, channels out."""
        return self._conv(x, kernel.transpose(3, 2, 0, 1), bias, **how)

    def depthwise(self, x: str, kernel: Weight, **how) -> str:
        """`kernel`: height, width, channels, 1."""
        channels = kernel.stored.shape[2]
        return self._conv(x, kernel.transpose(2, 3, 0, 1), None, group=channels, **how)

    def per_channel(self, kind: str, x: str, weight: Weight) -> str:
        """`Mul`, `Add` or `PRelu` with a value of each channel's own."""
        return self.op(kind, x, self.weight(weight.reshape(-1, 1, 1)))

    def dense(self, x: str, kernel: Weight, bias: Weight | None = None) -> str:
        """`kernel`: features in, features out."""
        return self.op("Gemm", x, self.weight(kernel), *([self.weight(bias)] if bias else []))

    def save(self, path: Path, **metadata: str) -> None:
        graph = helper.make_graph(self._nodes, path.stem, self._inputs, self._outputs, self._initializers)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
        helper.set_model_props(model, {"name": path.stem, **metadata})
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString(deterministic=True))

    def _conv(
        self, x: str, kernel: Weight, bias: Weight | None, stride: int = 1, pad: int | None = None, group: int = 1
    ) -> str:
        """Without `pad`, as TensorFlow's "same" does: what cannot be shared evenly goes below and to the right."""
        inputs = [x, self.weight(kernel), *([self.weight(bias)] if bias else [])]
        padding = {"auto_pad": "SAME_UPPER"} if pad is None else {"pads": [pad] * 4}
        return self.op("Conv", *inputs, strides=[stride, stride], group=group, **padding)

    def _initializer(self, value: np.ndarray) -> str:
        name = self._next("weight")
        self._initializers.append(numpy_helper.from_array(value, name))
        return name

    def _next(self, kind: str) -> str:
        self._names[kind] += 1
        return f"{kind}_{self._names[kind]}"
