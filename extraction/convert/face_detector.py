"""face-detector: the faces of a photo, the surest first."""

from pathlib import Path

import numpy as np

from face_api import LICENSE, ORIGIN, Weights, read_model
from graph import Graph
from photos import Photo
from weights import Weight

SIZE = 512
HALVING = (2, 4, 6, 12)
EPSILON = 0.0010000000474974513
MOST_FACES = 100
LEAST_SCORE = 0.5
LARGEST_OVERLAP = 0.5


def convert(packages: Path, output: Path) -> None:
    weights = read_model(packages, "ssd_mobilenetv1_model")
    graph = Graph()
    photo = Photo(graph)
    corner = graph.constant([[0]])
    pixels, side = photo.squares(corner, corner, photo.width, photo.height, SIZE, is_centred=False)
    maps = feature_maps(graph, pixels, weights)

    def predicted(kind: str, values: int) -> str:
        parts = [
            predict(graph, x, weights, f"Prediction/BoxPredictor_{index}/{kind}", values)
            for index, x in enumerate(maps)
        ]
        return graph.op("Concat", *parts, axis=1)

    starts, ends = corners(graph, predicted("BoxEncodingPredictor", 4), weights["Output/extra_dim"])
    faces = graph.op("Gather", predicted("ClassPredictor", 3), graph.constant(1, np.int64), axis=2)
    scores = graph.op("Sigmoid", faces)
    selected = graph.op(
        "NonMaxSuppression",
        graph.op("Concat", starts, ends, axis=2),
        graph.op("Unsqueeze", scores, graph.constant([1], np.int64)),
        graph.constant([MOST_FACES], np.int64),
        graph.constant([LARGEST_OVERLAP]),
        graph.constant([LEAST_SCORE]),
    )
    chosen = graph.op("Gather", selected, graph.constant(2, np.int64), axis=1)

    def of_chosen(values: str) -> str:
        return graph.op("Gather", graph.op("Squeeze", values, graph.constant([0], np.int64)), chosen, axis=0)

    # face-api reckons with the photo's sides in the square as rounded to whole pixels.
    sides = graph.op("Concat", photo.height, photo.width, axis=0)
    shrunk = graph.op("Mul", sides, graph.op("Div", graph.constant(SIZE), side))
    shrunk = graph.op("Floor", graph.op("Add", shrunk, graph.constant(0.5)))
    square = graph.op("Mul", sides, graph.op("Div", graph.constant(SIZE), shrunk))
    starts = graph.op("Mul", graph.op("Max", of_chosen(starts), graph.constant(0)), square)
    ends = graph.op("Mul", graph.op("Min", of_chosen(ends), graph.constant(1)), square)
    top, left = graph.split(starts, 2, axis=1)
    height, width = graph.split(graph.op("Sub", ends, starts), 2, axis=1)
    graph.output("scores", of_chosen(scores), ["faces"])
    graph.output("boxes", graph.op("Concat", left, top, width, height, axis=1), ["faces", 4])
    graph.save(output / "face-detector.onnx", license=LICENSE, origin=f"{ORIGIN}, ssd_mobilenetv1_model")


def feature_maps(graph: Graph, pixels: str, weights: Weights) -> list[str]:
    """Six, each of a smaller number of larger places, in which faces of a size are looked for."""

    def clip(x: str) -> str:
        return graph.op("Clip", x, graph.constant(0), graph.constant(6))

    def full(x: str, name: str, stride: int = 1) -> str:
        offset = weights[f"{name}_pointwise/convolution_bn_offset"]
        return clip(graph.conv(x, weights[f"{name}_pointwise/weights"], offset, stride=stride))

    def depthwise(x: str, name: str, stride: int) -> str:
        x = graph.depthwise(x, weights[f"{name}/depthwise_weights"], stride=stride)
        parts = ("gamma", "beta", "moving_mean", "moving_variance")
        norm = [graph.weight(weights[f"{name}/BatchNorm/{part}"]) for part in parts]
        return clip(graph.op("BatchNormalization", x, *norm, epsilon=EPSILON))

    x = graph.op("Sub", graph.op("Div", pixels, graph.constant(127.5)), graph.constant(1))
    x = full(x, "MobilenetV1/Conv2d_0", stride=2)
    maps = []
    for layer in range(1, 14):
        name = f"MobilenetV1/Conv2d_{layer}"
        x = full(depthwise(x, f"{name}_depthwise", stride=2 if layer in HALVING else 1), name)
        if layer in (11, 13):
            maps.append(x)
    for layer in range(0, 8, 2):
        x = full(full(x, f"Prediction/Conv2d_{layer}"), f"Prediction/Conv2d_{layer + 1}", stride=2)
        maps.append(x)
    return maps


def predict(graph: Graph, x: str, weights: Weights, name: str, values: int) -> str:
    x = graph.conv(x, weights[f"{name}/weights"], weights[f"{name}/biases"])
    x = graph.op("Transpose", x, perm=[0, 2, 3, 1])
    return graph.op("Reshape", x, graph.constant([1, -1, values], np.int64))


def corners(graph: Graph, offsets: str, anchors: Weight) -> tuple[str, str]:
    """Of each box the first and the last, from the top and from the left, in shares of the square."""
    sizes = anchors.stored[..., 2:] - anchors.stored[..., :2]
    middles = anchors.stored[..., :2] + sizes / 2
    shifts, growths = graph.split(offsets, 2, axis=2)
    shifts = graph.op("Mul", graph.op("Div", shifts, graph.constant(10)), graph.constant(sizes))
    middles = graph.op("Add", shifts, graph.constant(middles))
    growths = graph.op("Exp", graph.op("Div", growths, graph.constant(5)))
    halves = graph.op("Mul", growths, graph.constant(sizes / 2))
    return graph.op("Sub", middles, halves), graph.op("Add", middles, halves)
