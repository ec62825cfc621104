"""What an ONNX file may hold: one file, the default operators, nothing loaded from elsewhere.

ONNX Runtime follows external data through hard links and reads raw memory addresses from it, so
the file is walked here, in protobuf wire format (onnx.proto3), before any runtime sees it.
"""

from collections.abc import Callable, Iterator
from typing import NoReturn

from models.runtime.errors import PackError

_DEFAULT_DOMAINS = (b"", b"ai.onnx")
_DEPTH = 16

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_MODEL_GRAPH, _MODEL_OPSET, _MODEL_TRAINING, _MODEL_FUNCTIONS = 7, 8, 20, 25
_OPSET_DOMAIN = 1
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SPARSE_INITIALIZER = 1, 5, 15
_NODE_ATTRIBUTE, _NODE_DOMAIN = 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_SPARSE_VALUES, _SPARSE_INDICES = 1, 2
_TENSOR_EXTERNAL_DATA, _TENSOR_DATA_LOCATION = 13, 14

Field = tuple[int, int, memoryview | int]
Visit = Callable[[memoryview, int], None]


def check_onnx(content: bytes) -> None:
    """PackError unless `content` is one self-contained ONNX model of default operators only."""
    graphs = opsets = 0
    for number, wire, value in _fields(memoryview(content)):
        if number == _MODEL_GRAPH:
            _check_graph(_message(wire, value), 0)
            graphs += 1
        elif number == _MODEL_OPSET:
            _check_opset(_message(wire, value))
            opsets += 1
        elif number == _MODEL_FUNCTIONS:
            _refuse("holds local functions: export it with them inlined")
        elif number == _MODEL_TRAINING:
            _refuse("holds training information: export it for inference")
    if graphs != 1 or not opsets:
        _refuse("is not an ONNX model")


def _check_opset(message: memoryview) -> None:
    for number, wire, value in _fields(message):
        if number == _OPSET_DOMAIN:
            _check_domain(_message(wire, value))


def _check_domain(domain: memoryview) -> None:
    if domain.tobytes() not in _DEFAULT_DOMAINS:
        name = domain.tobytes().decode("ascii", "replace")
        _refuse(f"uses operators of the domain {name}: only the default domain may be used")


def _check_graph(message: memoryview, depth: int) -> None:
    _visit(
        message,
        depth,
        {
            _GRAPH_NODE: _check_node,
            _GRAPH_INITIALIZER: _check_tensor,
            _GRAPH_SPARSE_INITIALIZER: _check_sparse,
        },
    )


def _check_node(message: memoryview, depth: int) -> None:
    def check_domain(domain: memoryview, _depth: int) -> None:
        _check_domain(domain)

    _visit(message, depth, {_NODE_ATTRIBUTE: _check_attribute, _NODE_DOMAIN: check_domain})


def _check_attribute(message: memoryview, depth: int) -> None:
    _visit(
        message,
        depth,
        {
            _ATTRIBUTE_TENSOR: _check_tensor,
            _ATTRIBUTE_TENSORS: _check_tensor,
            _ATTRIBUTE_GRAPH: _check_graph,
            _ATTRIBUTE_GRAPHS: _check_graph,
            _ATTRIBUTE_SPARSE: _check_sparse,
            _ATTRIBUTE_SPARSES: _check_sparse,
        },
    )


def _check_sparse(message: memoryview, depth: int) -> None:
    _visit(message, depth, {_SPARSE_VALUES: _check_tensor, _SPARSE_INDICES: _check_tensor})


def _check_tensor(message: memoryview, _depth: int) -> None:
    for number, _wire, value in _fields(message):
        if number == _TENSOR_EXTERNAL_DATA or (number == _TENSOR_DATA_LOCATION and value != 0):
            _refuse("keeps tensors in external data: export it as a single file")


def _visit(message: memoryview, depth: int, visits: dict[int, Visit]) -> None:
    if depth > _DEPTH:
        _refuse("nests graphs too deeply")
    for number, wire, value in _fields(message):
        visit = visits.get(number)
        if visit is not None:
            visit(_message(wire, value), depth + 1)


def _message(wire: int, value: memoryview | int) -> memoryview:
    if wire != _BYTES or isinstance(value, int):
        _refuse("is not an ONNX model")
    return value


def _fields(message: memoryview) -> Iterator[Field]:
    """Field number, wire type and value of every field; fixed-size values are given as bytes."""
    position, end = 0, len(message)
    while position < end:
        tag, position = _varint(message, position)
        number, wire = tag >> 3, tag & 7
        # A decoder keeps 32 bits of a tag: a longer one could hide a field from this walk.
        if tag >= 1 << 32 or number == 0:
            _refuse("is not an ONNX model")
        if wire == _VARINT:
            value, position = _varint(message, position)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, position = _varint(message, position)
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
        else:
            _refuse("is not an ONNX model")
        if size > end - position:
            _refuse("is cut short or damaged")
        yield number, wire, message[position : position + size]
        position += size


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message) and shift < 70:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    return _refuse("is cut short or damaged")


def _refuse(reason: str) -> NoReturn:
    raise PackError(f"model.onnx {reason}.")
