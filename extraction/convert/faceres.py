"""faceres: a descriptor of faces, their age and their gender in one pass."""

from pathlib import Path

import numpy as np

from graph import Graph
from weights import read_weights

HALVING = (2, 4, 6, 12)


def convert(packages: Path, output: Path) -> None:
    weights = read_weights(packages / "@vladmandic/human/models/faceres.json")
    graph = Graph()

    def clip(x: str) -> str:
        return graph.op("Clip", x, graph.constant(0), graph.constant(6))

    def full(x: str, name: str, batchnorm: str, stride: int = 1) -> str:
        kernel = weights[f"{name}/convolution/merged_input"]
        return clip(graph.conv(x, kernel, weights[f"{batchnorm}/batchnorm_1/sub"], stride=stride))

    def depthwise(x: str, name: str, stride: int) -> str:
        x = graph.depthwise(x, weights[f"{name}/depthwise_kernel"], stride=stride)
        x = graph.per_channel("Mul", x, weights[f"{name}_bn/batchnorm_1/mul"])
        return clip(graph.per_channel("Add", x, weights[f"{name}_bn/batchnorm_1/sub"]))

    def dense(x: str, name: str) -> str:
        return graph.dense(x, weights[f"{name}/kernel"], weights[f"{name}/bias"])

    x = full(graph.pixels(224, 224), "conv1", "conv1_bn", stride=2)
    for layer in range(1, 14):
        x = depthwise(x, f"conv_dw_{layer}", stride=2 if layer in HALVING else 1)
        x = full(x, f"conv_pw_{layer}", f"conv_pw_{layer}_bn")
    descriptor = graph.op("Flatten", graph.op("GlobalAveragePool", x))
    features = graph.op("Relu", dense(descriptor, "feats"))
    gender = graph.op("Sigmoid", dense(features, "gender_pred"))
    ages = graph.op("Softmax", dense(features, "age_pred"))
    # The expectation over the classes of a year: steadier than the most probable one.
    age = graph.op("MatMul", ages, graph.constant(np.arange(100).reshape(100, 1)))

    graph.output("descriptor", descriptor, ["batch", 1024])
    graph.output("age", age, ["batch", 1])
    graph.output("gender", gender, ["batch", 1])
    graph.save(
        output / "faceres.onnx",
        license="MIT, Copyright (c) Vladimir Mandic",
        origin="@vladmandic/human 3.3.6, faceres; after HSE_FaceRec_tf by Andrey Savchenko",
    )
