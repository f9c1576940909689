"""resnet128: a descriptor of faces, dlib's network as face-api runs it."""

from pathlib import Path

import numpy as np

from face_api import LICENSE, ORIGIN, normalize, pooled, read_model
from graph import Graph


def convert(packages: Path, output: Path) -> None:
    weights = read_model(packages, "face_recognition_model")
    graph = Graph()

    def conv(x: str, name: str, **how) -> str:
        x = graph.conv(x, weights[f"{name}/conv/filters"], weights[f"{name}/conv/bias"], **how)
        x = graph.per_channel("Mul", x, weights[f"{name}/scale/weights"])
        return graph.per_channel("Add", x, weights[f"{name}/scale/biases"])

    def grow(x: str, channels: int = 0, side: int = 0) -> str:
        """Zeros behind the channels, below and to the right."""
        return graph.op("Pad", x, graph.constant([0, 0, 0, 0, 0, channels, side, side], np.int64))

    def residual(x: str, name: str) -> str:
        branch = graph.op("Relu", conv(x, f"{name}/conv1"))
        return graph.op("Relu", graph.op("Add", conv(branch, f"{name}/conv2"), x))

    def residual_down(x: str, name: str, new_channels: int, lost: int = 0) -> str:
        """Halves the sides; `lost`: by how much the pooled shortcut is larger than what the convolutions leave."""
        branch = conv(graph.op("Relu", conv(x, f"{name}/conv1", stride=2, pad=0)), f"{name}/conv2")
        shortcut = graph.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
        branch = grow(branch, side=lost) if lost else branch
        shortcut = grow(shortcut, channels=new_channels) if new_channels else shortcut
        return graph.op("Relu", graph.op("Add", branch, shortcut))

    x = normalize(graph, graph.pixels(150, 150))
    x = graph.op("Relu", conv(x, "conv32_down", stride=2, pad=0))
    x = graph.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    for name in ("conv32_1", "conv32_2", "conv32_3"):
        x = residual(x, name)
    x = residual_down(x, "conv64_down", new_channels=32)
    for name in ("conv64_1", "conv64_2", "conv64_3"):
        x = residual(x, name)
    x = residual_down(x, "conv128_down", new_channels=64)
    for name in ("conv128_1", "conv128_2"):
        x = residual(x, name)
    x = residual_down(x, "conv256_down", new_channels=128, lost=1)
    for name in ("conv256_1", "conv256_2"):
        x = residual(x, name)
    x = residual_down(x, "conv256_down_out", new_channels=0, lost=1)
    graph.output("descriptor", graph.dense(pooled(graph, x), weights["fc"]), ["batch", 128])
    graph.save(
        output / "resnet128.onnx",
        license=LICENSE,
        origin=f"{ORIGIN}, face_recognition_model; after dlib_face_recognition_resnet_model_v1 by Davis King (CC0 1.0)",
    )
