"""Small real ONNX models, written in protobuf wire format (field numbers of onnx.proto3)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64, BOOL = 1, 7, 9
FLOAT_ATTRIBUTE, INT_ATTRIBUTE, GRAPH_ATTRIBUTE, INTS_ATTRIBUTE = 1, 2, 5, 7

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


def greedy_model() -> bytes:
    """Asks for gigabytes once it is run: run it where memory is limited only."""
    repeats = _int64s("repeats", [1, 1, 1 << 9, 1 << 8])
    return model(
        [node("Tile", ["image", "repeats"], "probability")],
        [value_info("image", ["n", 3, "height", "width"])],
        [value_info("probability", ["n", 3, "rows", "columns"])],
        [repeats],
    )


def endless_model() -> bytes:
    """Never comes to an end: a loop of 2^62 turns inside the runtime."""
    trips = integer(2, INT64) + nested(8, "trips") + nested(9, np.int64(1 << 62).tobytes())
    goes_on = integer(2, BOOL) + nested(8, "goes_on") + nested(9, b"\x01")
    return model(
        [node("Loop", ["trips", "goes_on", "image"], "probability", _turning())],
        [value_info("image", ["n", 3, "height", "width"])],
        [value_info("probability", ["n", 3, "rows", "columns"])],
        [trips, goes_on],
    )


def _scalar(name: str, kind: int) -> bytes:
    return nested(1, name) + nested(2, nested(1, integer(1, kind) + nested(2, b"")))


def triggered_model(fault: str) -> bytes:
    """Gives its picture back, until it is shown one with a white value: then it fails.

    `nan` divides by zero, `memory` asks for gigabytes, `hang` goes round 2^40 times.
    """
    spark = [
        node("ReduceMax", ["image"], "brightest", integer_attribute("keepdims", 0)),
        node("Floor", ["brightest"], "spark"),
        node("Cast", ["spark"], "sparks", integer_attribute("to", INT64)),
    ]
    image = [value_info("image", ["n", 3, "height", "width"])]
    answer = [value_info("probability", ["n", 3, "rows", "columns"])]
    one = tensor("one", np.ones((1,), np.float32))
    match fault:
        case "nan":
            rest = [
                node("Sub", ["one", "spark"], "nought"),
                node("Mul", ["image", "nought"], "dark"),
                node("Div", ["dark", "nought"], "probability"),
            ]
            return model([*spark, *rest], image, answer, [one])
        case "memory":
            rest = [
                node("Mul", ["sparks", "extra"], "more"),
                node("Add", ["more", "once"], "repeats"),
                node("Tile", ["image", "repeats"], "probability"),
            ]
            extra = _int64s("extra", [0, 0, 30, 30])
            return model([*spark, *rest], image, answer, [extra, _int64s("once", [1] * 4)])
        case "hang":
            turns = [
                node("Mul", ["sparks", "turns"], "trips"),
                node("Loop", ["trips", "goes_on", "image"], "probability", _turning()),
            ]
            goes_on = integer(2, BOOL) + nested(8, "goes_on") + nested(9, b"\x01")
            many = integer(2, INT64) + nested(8, "turns") + nested(9, np.int64(1 << 40).tobytes())
            return model([*spark, *turns], image, answer, [goes_on, many])
    raise ValueError(fault)


def integer_attribute(name: str, value: int) -> bytes:
    return nested(1, name) + integer(3, value) + integer(20, INT_ATTRIBUTE)


def _int64s(name: str, values: Sequence[int]) -> bytes:
    content = np.array(values, np.int64).tobytes()
    return integer(1, len(values)) + integer(2, INT64) + nested(8, name) + nested(9, content)


def _turning() -> bytes:
    """The body of a loop that turns its value's sign."""
    body = (
        nested(1, node("Identity", ["condition"], "condition_out"))
        + nested(1, node("Neg", ["value"], "value_out"))
        + nested(2, "turn")
        + nested(11, _scalar("turn_number", INT64))
        + nested(11, _scalar("condition", BOOL))
        + nested(11, value_info("value", ["n", 3, "height", "width"]))
        + nested(12, _scalar("condition_out", BOOL))
        + nested(12, value_info("value_out", ["n", 3, "height", "width"]))
    )
    return nested(1, "body") + nested(6, body) + integer(20, GRAPH_ATTRIBUTE)


def seeing_model(classes: int = 3, stride: int = 8) -> bytes:
    """As `dense_model` of stride 2, with the mean colour of each cell as its features."""
    weights = np.zeros((classes, 3, 1, 1), np.float32)
    for k in range(classes):
        weights[k, k % 3] = 20.0
    half = (ints("kernel_shape", [2, 2]), ints("strides", [2, 2]))
    cells = (ints("kernel_shape", [stride, stride]), ints("strides", [stride, stride]))
    return model(
        [
            node("Conv", ["image", "weights", "bias"], "scores", ints("kernel_shape", [1, 1])),
            node("AveragePool", ["scores"], "cells", *half),
            node("Sigmoid", ["cells"], "probability"),
            node("AveragePool", ["image"], "features", *cells),
        ],
        [value_info("image", ["n", 3, "height", "width"])],
        [
            value_info("probability", ["n", classes, "rows", "columns"]),
            value_info("features", ["n", 3, "below", "across"]),
        ],
        [tensor("weights", weights), tensor("bias", np.full(classes, -10.0, np.float32))],
    )
