"""age-gender-emotions: two networks of face-api on the same pixels."""

from pathlib import Path

import numpy as np

from face_api import LICENSE, ORIGIN, Weights, conv, dense, dense_features, normalize, pooled, read_model, separable
from graph import Graph

EMOTIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")


def convert(packages: Path, output: Path) -> None:
    graph = Graph()
    # The places between the pixels are face-api's: pixel n of the result is read at n * 150 / 112.
    shrunk = graph.op(
        "Resize",
        graph.pixels(150, 150),
        "",
        graph.constant([1, 1, 112 / 150, 112 / 150]),
        mode="linear",
        coordinate_transformation_mode="asymmetric",
    )
    x = normalize(graph, shrunk)

    people = read_model(packages, "age_gender_model")
    person = pooled(graph, xception(graph, x, people))
    genders = graph.op("Softmax", dense(graph, person, people, "fc/gender"))
    male = graph.op("Gather", genders, graph.constant([0], np.int64), axis=1)

    faces = read_model(packages, "face_expression_model")
    emotions = graph.op("Softmax", dense(graph, dense_features(graph, x, faces), faces, "fc"))

    graph.output("age", dense(graph, person, people, "fc/age"), ["batch", 1])
    graph.output("gender", male, ["batch", 1])
    graph.output("emotions", emotions, ["batch", len(EMOTIONS)])
    graph.save(
        output / "age-gender-emotions.onnx",
        license=LICENSE,
        origin=f"{ORIGIN}, age_gender_model and face_expression_model",
        emotions=",".join(EMOTIONS),
    )


def xception(graph: Graph, x: str, weights: Weights) -> str:
    def activated(x: str, name: str) -> str:
        return separable(graph, graph.op("Relu", x), weights, name)

    def reduction(x: str, name: str) -> str:
        branch = activated(activated(x, f"{name}/separable_conv0"), f"{name}/separable_conv1")
        branch = graph.op("MaxPool", branch, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
        return graph.op("Add", branch, conv(graph, x, weights, f"{name}/expansion_conv", stride=2))

    x = graph.op("Relu", conv(graph, x, weights, "entry_flow/conv_in", stride=2))
    # Relu once more changes nothing: the first block's input is activated already.
    x = reduction(x, "entry_flow/reduction_block_0")
    x = reduction(x, "entry_flow/reduction_block_1")
    for block in ("middle_flow/main_block_0", "middle_flow/main_block_1"):
        branch = x
        for index in range(3):
            branch = activated(branch, f"{block}/separable_conv{index}")
        x = graph.op("Add", branch, x)
    x = reduction(x, "exit_flow/reduction_block")
    return graph.op("Relu", separable(graph, x, weights, "exit_flow/separable_conv"))
