"""face-detector: faces of a photo, the surest first."""

from pathlib import Path

import numpy as np

from face_api import LICENSE, ORIGIN, read_model
from graph import Graph
from photos import Photo

SIZE = 512
HALVING = (2, 4, 6, 12)
EPSILON = 0.0010000000474974513
MOST_FACES = 100
LEAST_SCORE = 0.5
LARGEST_OVERLAP = 0.5


def convert(packages: Path, output: Path) -> None:
    weights = read_model(packages, "ssd_mobilenetv1_model")
    graph = Graph()

    def clip(x: str) -> str:
        return graph.op("Clip", x, graph.constant(0), graph.constant(6))

    def full(x: str, name: str, stride: int = 1) -> str:
        offset = weights[f"{name}_pointwise/convolution_bn_offset"]
        return clip(graph.conv(x, weights[f"{name}_pointwise/weights"], offset, stride=stride))

    def depthwise(x: str, name: str, stride: int) -> str:
        x = graph.depthwise(x, weights[f"{name}_depthwise/depthwise_weights"], stride=stride)
        norm = [graph.weight(weights[f"{name}_depthwise/BatchNorm/{part}"])
                for part in ("gamma", "beta", "moving_mean", "moving_variance")]
        return clip(graph.op("BatchNormalization", x, *norm, epsilon=EPSILON))

    def predicted(x: str, name: str, values: int) -> str:
        x = graph.conv(x, weights[f"{name}/weights"], weights[f"{name}/biases"])
        x = graph.op("Transpose", x, perm=[0, 2, 3, 1])
        return graph.op("Reshape", x, graph.constant([1, -1, values], np.int64))

    photo = Photo(graph)
    zero = graph.constant([[0]])
    pixels, side = photo.squares(zero, zero, photo.width, photo.height, SIZE, is_centred=False)
    x = graph.op("Sub", graph.op("Div", pixels, graph.constant(127.5)), graph.constant(1))
    x = full(x, "MobilenetV1/Conv2d_0", stride=2)
    layers = []
    for layer in range(1, 14):
        name = f"MobilenetV1/Conv2d_{layer}"
        x = full(depthwise(x, name, stride=2 if layer in HALVING else 1), name)
        if layer in (11, 13):
            layers.append(x)
    for layer in range(0, 8, 2):
        x = full(full(x, f"Prediction/Conv2d_{layer}"), f"Prediction/Conv2d_{layer + 1}", stride=2)
        layers.append(x)

    predictors = [(x, f"Prediction/BoxPredictor_{index}") for index, x in enumerate(layers)]
    offsets = graph.op("Concat", *[predicted(x, f"{name}/BoxEncodingPredictor", 4) for x, name in predictors], axis=1)
    classes = graph.op("Concat", *[predicted(x, f"{name}/ClassPredictor", 3) for x, name in predictors], axis=1)

    # Shares of the square: from the top, from the left.
    anchors = weights["Output/extra_dim"].stored
    sizes = anchors[..., 2:] - anchors[..., :2]
    shifts, growths = graph.split(offsets, 2, axis=2)
    shifts = graph.op("Mul", graph.op("Div", shifts, graph.constant(10)), graph.constant(sizes))
    middles = graph.op("Add", shifts, graph.constant(anchors[..., :2] + sizes / 2))
    growths = graph.op("Exp", graph.op("Div", growths, graph.constant(5)))
    halves = graph.op("Mul", growths, graph.constant(sizes / 2))
    starts, ends = graph.op("Sub", middles, halves), graph.op("Add", middles, halves)
    scores = graph.op("Sigmoid", graph.op("Gather", classes, graph.constant(1, np.int64), axis=2))

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
    whole = graph.op("Mul", sides, graph.op("Div", graph.constant(SIZE), shrunk))
    starts = graph.op("Mul", graph.op("Max", of_chosen(starts), graph.constant(0)), whole)
    ends = graph.op("Mul", graph.op("Min", of_chosen(ends), graph.constant(1)), whole)
    top, left = graph.split(starts, 2, axis=1)
    height, width = graph.split(graph.op("Sub", ends, starts), 2, axis=1)
    graph.output("scores", of_chosen(scores), ["faces"])
    graph.output("boxes", graph.op("Concat", left, top, width, height, axis=1), ["faces", 4])
    graph.save(output / "face-detector.onnx", license=LICENSE, origin=f"{ORIGIN}, ssd_mobilenetv1_model")
