"""What several networks of face-api have in common."""

from pathlib import Path

from graph import Graph
from weights import Weight, read_weights

ORIGIN = "@vladmandic/face-api 1.7.15"
LICENSE = "MIT, Copyright (c) Vladimir Mandic, Copyright (c) 2018 Vincent Mühler"
MEAN = [122.782, 117.001, 104.298]

Weights = dict[str, Weight]


def read_model(packages: Path, name: str) -> Weights:
    return read_weights(packages / "@vladmandic/face-api/model" / f"{name}-weights_manifest.json")


def normalize(graph: Graph, pixels: str) -> str:
    centred = graph.op("Sub", pixels, graph.constant([[[value]] for value in MEAN]))
    return graph.op("Div", centred, graph.constant(255))


def conv(graph: Graph, x: str, weights: Weights, name: str, stride: int = 1) -> str:
    return graph.conv(x, weights[f"{name}/filters"], weights[f"{name}/bias"], stride=stride)


def separable(graph: Graph, x: str, weights: Weights, name: str, stride: int = 1) -> str:
    x = graph.depthwise(x, weights[f"{name}/depthwise_filter"], stride=stride)
    return graph.conv(x, weights[f"{name}/pointwise_filter"], weights[f"{name}/bias"])


def dense(graph: Graph, x: str, weights: Weights, name: str) -> str:
    return graph.dense(x, weights[f"{name}/weights"], weights[f"{name}/bias"])


def pooled(graph: Graph, x: str) -> str:
    return graph.op("Flatten", graph.op("GlobalAveragePool", x))


def dense_features(graph: Graph, x: str, weights: Weights) -> str:
    """The features of landmarks and of emotions, out of normalized pixels of 112 × 112."""
    for block in range(4):
        layer = conv if block == 0 else separable
        x = total = graph.op("Relu", layer(graph, x, weights, f"dense{block}/conv0", stride=2))
        for index in range(1, 4):
            total = graph.op("Add", total, separable(graph, x, weights, f"dense{block}/conv{index}"))
            x = graph.op("Relu", total)
    return pooled(graph, x)
