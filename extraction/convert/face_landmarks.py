"""face-landmarks: 68 points of each face in a photo."""

from pathlib import Path

import numpy as np

from face_api import LICENSE, ORIGIN, dense, dense_features, normalize, read_model
from graph import Graph
from photos import Photo

SIZE = 112


def convert(packages: Path, output: Path) -> None:
    weights = read_model(packages, "face_landmark_68_model")
    graph = Graph()
    photo = Photo(graph)
    left, top, width, height = graph.split(graph.input("boxes", ["faces", 4]), 4, axis=1)

    def within(start: str, length: str, end: str) -> tuple[str, str]:
        """Cut to whole pixels of the photo, of which there is at least one."""
        one = graph.constant(1)
        length = graph.op("Floor", graph.op("Min", length, graph.op("Sub", end, start)))
        return graph.op("Min", graph.op("Floor", start), graph.op("Sub", end, one)), graph.op("Max", length, one)

    (first_column, columns), (first_row, rows) = within(left, width, photo.width), within(top, height, photo.height)
    pixels, side = photo.squares(first_column, first_row, columns, rows, SIZE, is_centred=True)
    shares = dense(graph, dense_features(graph, normalize(graph, pixels), weights), weights, "fc")
    points = graph.op("Reshape", shares, graph.constant([-1, 68, 2], np.int64))

    def axis(*values: str) -> str:
        return graph.op("Unsqueeze", graph.op("Concat", *values, axis=1), graph.constant([1], np.int64))

    side = axis(side, side)
    margin = graph.op("Div", graph.op("Sub", side, axis(columns, rows)), graph.constant(2))
    corner = graph.op("Sub", axis(left, top), margin)
    points = graph.op("Add", graph.op("Mul", points, side), corner)
    graph.output("points", points, ["faces", 68, 2])
    graph.save(output / "face-landmarks.onnx", license=LICENSE, origin=f"{ORIGIN}, face_landmark_68_model")
