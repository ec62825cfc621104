"""Small real ONNX models, written in protobuf wire format (field numbers of onnx.proto3)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FLOAT = 1
FLOAT_ATTRIBUTE, INT_ATTRIBUTE, INTS_ATTRIBUTE = 1, 2, 7

Side = int | str


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def integer(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def nested(number: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor(name: str, values: NDArray[np.float32], extra: bytes = b"") -> bytes:
    dims = b"".join(integer(1, side) for side in values.shape)
    return dims + integer(2, FLOAT) + nested(8, name) + nested(9, values.tobytes()) + extra


def ints(name: str, values: Sequence[int]) -> bytes:
    return (
        nested(1, name)
        + b"".join(integer(8, value) for value in values)
        + integer(20, INTS_ATTRIBUTE)
    )


def node(
    op: str, inputs: Sequence[str], output: str, *attributes: bytes, domain: str = ""
) -> bytes:
    return (
        b"".join(nested(1, name) for name in inputs)
        + nested(2, output)
        + nested(4, op)
        + b"".join(nested(5, attribute) for attribute in attributes)
        + (nested(7, domain) if domain else b"")
    )


def value_info(name: str, shape: Sequence[Side]) -> bytes:
    dims = b"".join(
        nested(1, integer(1, side) if isinstance(side, int) else nested(2, side)) for side in shape
    )
    return nested(1, name) + nested(2, nested(1, integer(1, FLOAT) + nested(2, dims)))


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    tensors: Sequence[bytes] = (),
    *,
    domains: Sequence[str] = ("",),
    extra: bytes = b"",
) -> bytes:
    graph = (
        b"".join(nested(1, item) for item in nodes)
        + nested(2, "tiny")
        + b"".join(nested(5, item) for item in tensors)
        + b"".join(nested(11, item) for item in inputs)
        + b"".join(nested(12, item) for item in outputs)
    )
    opsets = b"".join(nested(8, nested(1, domain) + integer(2, 17)) for domain in domains)
    return integer(1, 8) + nested(7, graph) + opsets + extra


def dense_model(
    classes: int = 3,
    stride: int = 2,
    *,
    sides: tuple[Side, Side] = ("height", "width"),
    gain: float = 20.0,
    tensor_extra: bytes = b"",
    channels: int = 3,
    seen: Sequence[int] = (0, 1, 2),
    **options: object,
) -> bytes:
    """Class k is likely where input plane `seen[k]` is bright: sigmoid(gain (x - 0.5)) of means."""
    weights = np.zeros((classes, channels, 1, 1), np.float32)
    for k in range(classes):
        weights[k, seen[k % len(seen)]] = gain
    bias = np.full(classes, -gain / 2, np.float32)
    pool = (ints("kernel_shape", [stride, stride]), ints("strides", [stride, stride]))
    return model(
        [
            node("Conv", ["image", "weights", "bias"], "scores", ints("kernel_shape", [1, 1])),
            node("AveragePool", ["scores"], "cells", *pool),
            node("Sigmoid", ["cells"], "probability"),
        ],
        [value_info("image", ["n", channels, *sides])],
        [value_info("probability", ["n", classes, "rows", "columns"])],
        [tensor("weights", weights, tensor_extra), tensor("bias", bias)],
        **options,
    )


def poisonous_model() -> bytes:
    """log(x) of a picture: minus infinity where a pixel is black."""
    return model(
        [node("Log", ["image"], "probability")],
        [value_info("image", ["n", 3, "height", "width"])],
        [value_info("probability", ["n", 3, "rows", "columns"])],
    )
