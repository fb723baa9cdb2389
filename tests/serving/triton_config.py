"""What Triton says about a model's `config.pbtxt`: its own message, read as the server reads it."""

from __future__ import annotations

from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig


def check_config(pbtxt: str) -> list[str]:
    """What is wrong with a configuration, with line and column; nothing is one that Triton can read.

    Source: the server's `ReadTextProto` parses into the same message (triton-inference-server/core, src/filesystem).
    """
    try:
        text_format.Parse(pbtxt, ModelConfig())
    except text_format.ParseError as problem:
        return [str(problem)]
    return []
