"""Reads squares out of a photo as face-api does: padded with black, then made as large as a network wants it."""

import numpy as np
from onnx import TensorProto

from graph import Graph


class Photo:
    """A graph's input `photo`: uint8, rows from the top, RGB of each pixel."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._photo = graph.input("photo", ["height", "width", 3], TensorProto.UINT8)
        sides = graph.op("Shape", self._photo, start=0, end=2)
        height, width = graph.split(sides, 2, axis=0)
        self._stride = width
        self.height = graph.op("Cast", height, to=TensorProto.FLOAT)
        self.width = graph.op("Cast", width, to=TensorProto.FLOAT)

    def squares(self, left: str, top: str, width: str, height: str, size: int, is_centred: bool) -> tuple[str, str]:
        """Pixels [boxes, 3, size, size] of whole boxes, each corner and side [boxes, 1], and the squares' sides."""
        graph = self._graph
        side = graph.op("Max", width, height)
        rows = self._places(top, height, side, size, is_centred, axis=2)
        columns = self._places(left, width, side, size, is_centred, axis=1)
        pixels = graph.op("Reshape", self._photo, graph.constant([-1, 3], np.int64))
        parts = []
        for row, row_share in rows:
            for column, column_share in columns:
                place = graph.op("Add", graph.op("Mul", row, self._stride), column)
                colours = graph.op("Transpose", graph.op("Gather", pixels, place, axis=0), perm=[0, 3, 1, 2])
                share = graph.op("Unsqueeze", graph.op("Mul", row_share, column_share), graph.constant([1], np.int64))
                parts.append(graph.op("Mul", graph.op("Cast", colours, to=TensorProto.FLOAT), share))
        return graph.op("Sum", *parts), side

    def _places(self, start: str, length: str, side: str, size: int, is_centred: bool, axis: int) -> list:
        """The two neighbours in the photo of each pixel along one side, and how much of each there is in it."""
        graph = self._graph
        zero, one = graph.constant(0), graph.constant(1)
        axes = graph.constant([axis], np.int64)
        step = graph.op("Div", side, graph.constant(size))
        place = graph.op("Mul", step, graph.constant([np.arange(size)]))
        before = graph.op("Floor", place)
        share = graph.op("Sub", place, before)
        last = graph.op("Sub", side, one)
        after = graph.op("Min", graph.op("Add", before, one), last)
        margin = graph.op("Floor", graph.op("Div", graph.op("Sub", side, length), graph.constant(2)))
        end = graph.op("Sub", length, one)

        def read(place: str, share: str) -> tuple[str, str]:
            inside = graph.op("Sub", place, margin) if is_centred else place
            nearest = graph.op("Min", graph.op("Max", inside, zero), end)
            is_inside = graph.op("Cast", graph.op("Equal", inside, nearest), to=TensorProto.FLOAT)
            index = graph.op("Cast", graph.op("Add", start, nearest), to=TensorProto.INT64)
            return graph.op("Unsqueeze", index, axes), graph.op("Unsqueeze", graph.op("Mul", share, is_inside), axes)

        return [read(before, graph.op("Sub", one, share)), read(after, share)]
