"""Weights as TensorFlow.js stores them."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Weight:
    """An array in its stored type; uint8 stands for `stored * scale + minimum`."""

    stored: np.ndarray
    scale: float = 1.0
    minimum: float = 0.0

    def transpose(self, *axes: int) -> "Weight":
        return replace(self, stored=np.ascontiguousarray(self.stored.transpose(*axes)))

    def reshape(self, *shape: int) -> "Weight":
        return replace(self, stored=self.stored.reshape(*shape))


def read_weights(manifest: Path) -> dict[str, Weight]:
    """Weights of a graph model's JSON or of a plain manifest; the binary lies beside it."""
    content = json.loads(manifest.read_text())
    groups = content["weightsManifest"] if isinstance(content, dict) else content
    return {name: weight for group in groups for name, weight in _read_group(manifest.parent, group)}


def _read_group(folder: Path, group: dict):
    data = b"".join((folder / path).read_bytes() for path in group["paths"])
    offset = 0
    for entry in group["weights"]:
        quantization = entry.get("quantization", {})
        stored_type = np.dtype(quantization.get("dtype", entry["dtype"])).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        stored = np.frombuffer(data, stored_type, count, offset).reshape(entry["shape"])
        offset += stored.nbytes
        yield entry["name"], Weight(stored, quantization.get("scale", 1.0), quantization.get("min", 0.0))
    assert offset == len(data), f"{len(data) - offset} bytes of {folder} are left over"
