"""Triton from PyPI with mobileface behind it: server.py MODEL.onnx HTTP_PORT GRPC_PORT NEW_FOLDER"""

import sys

import numpy as np
import onnxruntime
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

file, http_port, grpc_port, workspace = sys.argv[1:]

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
(fed,) = session.get_inputs()
(made,) = session.get_outputs()


def infer(requests):
    # A request at a time: what came together in one stays together, and no queue has to wait for a second one.
    return [{made.name: session.run([made.name], {fed.name: request[fed.name]})[0]} for request in requests]


config = TritonConfig(
    http_address="127.0.0.1",
    http_port=int(http_port),
    grpc_address="127.0.0.1",
    grpc_port=int(grpc_port),
    allow_metrics=False,
)
with Triton(config=config, workspace=workspace) as triton:
    triton.bind(
        model_name="mobileface",
        infer_func=infer,
        inputs=[Tensor(name=fed.name, dtype=np.float32, shape=tuple(fed.shape[1:]))],
        outputs=[Tensor(name=made.name, dtype=np.float32, shape=tuple(made.shape[1:]))],
        config=ModelConfig(max_batch_size=16, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
    )
    triton.serve()
