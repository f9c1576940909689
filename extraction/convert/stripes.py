"""stripes: a descriptor of bodies without learned weights.

The picture is cut into eight stripes from head to foot, and each is told by histograms of hue, saturation, light and
texture, the middle columns counting most. Light is taken relative to the picture's own, so that a brighter shot is the
same person. The square root of the shares makes the cosine of two descriptors the overlap of their histograms.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto

from graph import Graph
from weights import Weight

HEIGHT, WIDTH = 128, 64
STRIPES = 8
HUES, SATURATIONS, LIGHTS, TEXTURES = 12, 4, 6, 10
BINS = HUES + SATURATIONS + LIGHTS + TEXTURES
# Around a pixel from the left above, to the right first: row and column in its square of three.
NEIGHBOURS = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
# In standard deviations of light: less is noise of the camera and of JPEG.
NOTICEABLE = 0.08


def convert(_packages: Path, output: Path) -> None:
    graph = Graph()
    pixels = graph.pixels(HEIGHT, WIDTH)
    hue, saturation = hue_and_saturation(graph, pixels)
    light = relative_light(graph, pixels)
    part = graph.op("Div", graph.op("Add", light, graph.constant(2)), graph.constant(4))
    part = graph.op("Clip", part, graph.constant(0), graph.constant(1))
    shares = [
        graph.op("Mul", around_circle(graph, hue), saturation),
        in_bins(graph, graph.op("Mul", saturation, graph.constant(SATURATIONS - 1)), SATURATIONS),
        in_bins(graph, graph.op("Mul", part, graph.constant(LIGHTS - 1)), LIGHTS),
        in_bins(graph, texture(graph, light), TEXTURES),
    ]
    columns = graph.op("MatMul", graph.op("Concat", *shares, axis=1), graph.constant(weights_of_columns()))
    rows = graph.op("Reshape", columns, graph.constant([-1, BINS, HEIGHT], np.int64))
    histograms = graph.op("MatMul", rows, graph.constant(weights_of_rows()))
    histograms = graph.op("Sqrt", graph.op("Transpose", histograms, perm=[0, 2, 1]))
    graph.output("descriptor", graph.op("Flatten", histograms), ["batch", STRIPES * BINS])
    graph.save(output / "stripes.onnx", license="MIT", origin="extraction/convert/stripes.py")


def weights_of_columns() -> np.ndarray:
    off_centre = 2 * (np.arange(WIDTH) + 0.5) / WIDTH - 1
    weights = 1 - off_centre**2
    return (weights / weights.sum()).reshape(WIDTH, 1)


def weights_of_rows() -> np.ndarray:
    """A row belongs to the two stripes whose middles it lies between: a small shift then changes little."""
    place = np.clip((np.arange(HEIGHT) + 0.5) / HEIGHT * STRIPES - 0.5, 0, STRIPES - 1)
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(STRIPES)))
    return weights / weights.sum(axis=0)


def hue_and_saturation(graph: Graph, pixels: str) -> tuple[str, str]:
    """Hue as a place among the bins around the circle of colours, from red over green and blue."""
    red, green, blue = graph.split(pixels, 3, axis=1)
    most = graph.op("Max", red, green, blue)
    width = graph.op("Sub", most, graph.op("Min", red, green, blue))
    saturation = graph.op("Div", width, above_zero(graph, most))
    divisor = above_zero(graph, width)

    def sector(one: str, other: str, start: int) -> str:
        return graph.op("Add", graph.op("Div", graph.op("Sub", one, other), divisor), graph.constant(start))

    hue = graph.op("Where", graph.op("Equal", most, green), sector(blue, red, 2), sector(red, green, 4))
    reds = graph.op("Mod", sector(green, blue, 6), graph.constant(6), fmod=1)
    hue = graph.op("Where", graph.op("Equal", most, red), reds, hue)
    return graph.op("Mul", hue, graph.constant(HUES / 6)), saturation


def relative_light(graph: Graph, pixels: str) -> str:
    """Brightness of each pixel, less the picture's mean, in its standard deviations."""
    brightness = Weight(np.float32([0.299, 0.587, 0.114]).reshape(1, 1, 3, 1))
    light = graph.conv(pixels, brightness)
    centred = graph.op("Sub", light, graph.op("ReduceMean", light, axes=[2, 3]))
    variance = graph.op("ReduceMean", graph.op("Mul", centred, centred), axes=[2, 3])
    return graph.op("Div", centred, graph.op("Max", graph.op("Sqrt", variance), graph.constant(1e-3)))


def texture(graph: Graph, light: str) -> str:
    """How many of a pixel's eight neighbours are brighter when they stand together (0..8), 9 when they do not."""
    kernel = np.zeros((3, 3, 1, len(NEIGHBOURS)), np.float32)
    for index, (row, column) in enumerate(NEIGHBOURS):
        kernel[row, column, 0, index] = 1
    padded = graph.op("Pad", light, graph.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64), mode="edge")
    around = graph.conv(padded, Weight(kernel), pad=0)
    is_brighter = graph.op("Greater", around, graph.op("Add", light, graph.constant(NOTICEABLE)))
    brighter = graph.op("Cast", is_brighter, to=TensorProto.FLOAT)
    before = graph.op("Gather", brighter, graph.constant(np.arange(len(NEIGHBOURS)) - 1, np.int64), axis=1)
    changes = over_channels(graph, graph.op("Abs", graph.op("Sub", brighter, before)))
    stand_together = graph.op("LessOrEqual", changes, graph.constant(2))
    return graph.op("Where", stand_together, over_channels(graph, brighter), graph.constant(9))


def in_bins(graph: Graph, place: str, count: int) -> str:
    """Shares each value between the two bins around its place."""
    return tent(graph, distance(graph, place, count))


def around_circle(graph: Graph, place: str) -> str:
    one_way = distance(graph, place, HUES)
    return tent(graph, graph.op("Min", one_way, graph.op("Sub", graph.constant(HUES), one_way)))


def distance(graph: Graph, place: str, count: int) -> str:
    return graph.op("Abs", graph.op("Sub", place, graph.constant(np.arange(count).reshape(1, -1, 1, 1))))


def tent(graph: Graph, distances: str) -> str:
    return graph.op("Relu", graph.op("Sub", graph.constant(1), distances))


def over_channels(graph: Graph, x: str) -> str:
    return graph.op("ReduceSum", x, graph.constant([1], np.int64))


def above_zero(graph: Graph, x: str) -> str:
    return graph.op("Max", x, graph.constant(1e-6))
