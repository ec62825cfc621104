"""Only a self-contained ONNX model of default operators passes."""

import contextlib

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.errors import PackError
from models.runtime.onnx_file import check_onnx
from tests.models.runtime.tiny_onnx import (
    dense_model,
    integer,
    model,
    nested,
    node,
    tensor,
    value_info,
    varint,
)

EXTERNAL = nested(13, nested(1, "location") + nested(2, "weights.bin")) + integer(14, 1)
ONE = np.ones((1,), np.float32)


def with_constant(constant: bytes) -> bytes:
    """A model whose tensor stands in a node's attribute instead of the initializers."""
    attribute = nested(1, "value") + nested(5, constant) + integer(20, 4)
    return model(
        [node("Constant", [], "one", attribute), node("Add", ["image", "one"], "probability")],
        [value_info("image", ["n", 3, "h", "w"])],
        [value_info("probability", ["n", 3, "h", "w"])],
    )


def within_branch(content: bytes) -> bytes:
    """A model with `content` as an initializer of a graph in an attribute of a node."""
    branch = nested(1, "then_branch") + nested(6, nested(5, content)) + integer(20, 5)
    return model([node("If", ["image"], "probability", branch)], [], [])


def test_a_plain_model_passes_and_runs() -> None:
    for content in (dense_model(), with_constant(tensor("one", ONE))):
        check_onnx(content)
        session = onnxruntime.InferenceSession(content)
        (answer,) = session.run(None, {"image": np.zeros((1, 3, 32, 32), np.float32)})
        assert answer.shape[1] == 3


@pytest.mark.parametrize(
    "content",
    [
        dense_model(tensor_extra=EXTERNAL),
        dense_model(tensor_extra=integer(14, 1)),
        dense_model(tensor_extra=integer(14, (1 << 32) + 1)),
        dense_model(tensor_extra=integer(14, 1) + integer(14, 0)),
        dense_model(tensor_extra=nested(13, nested(1, "location"))),
        with_constant(tensor("one", ONE, EXTERNAL)),
        within_branch(tensor("one", ONE, EXTERNAL)),
        model([], [], [], extra=nested(7, nested(15, nested(1, tensor("one", ONE, EXTERNAL))))),
    ],
)
def test_external_data_is_refused_wherever_it_stands(content: bytes) -> None:
    with pytest.raises(PackError, match=r"model\.onnx (keeps tensors in external data|is not an)"):
        check_onnx(content)


@pytest.mark.parametrize(
    "content",
    [
        dense_model(domains=("", "com.microsoft")),
        model([node("Gelu", ["image"], "probability", domain="com.microsoft")], [], []),
        model([node("Steal", ["image"], "probability", domain="com.example")], [], []),
    ],
)
def test_operators_of_another_domain_are_refused(content: bytes) -> None:
    with pytest.raises(PackError, match=r"operators of the domain com\."):
        check_onnx(content)


def test_local_functions_and_training_graphs_are_refused() -> None:
    with pytest.raises(PackError, match="local functions"):
        check_onnx(dense_model(extra=nested(25, nested(1, "f"))))
    with pytest.raises(PackError, match="training information"):
        check_onnx(dense_model(extra=nested(20, b"")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"ORTM" * 40,
        b"not a model at all",
        integer(1, 8),
        dense_model(domains=()),
        dense_model() + dense_model(),
        dense_model()[:-3],
        dense_model() + b"\x0b\x0c",
        integer(7, 1) + nested(8, b""),
        dense_model() + varint((1 << 32) + (25 << 3 | 2)) + varint(0),
        b"\xff" * 64,
    ],
)
def test_what_is_not_one_whole_model_is_refused(content: bytes) -> None:
    with pytest.raises(PackError, match=r"^model\.onnx .*\.$"):
        check_onnx(content)


def test_graphs_nested_without_end_are_refused() -> None:
    graph = b""
    for _ in range(200):
        graph = nested(1, nested(5, nested(6, graph)))

    with pytest.raises(PackError, match="too deeply"):
        check_onnx(nested(7, graph) + nested(8, b""))


@given(st.binary(max_size=300))
def test_noise_is_refused_and_never_crashes(content: bytes) -> None:
    try:
        check_onnx(content)
    except PackError:
        return
    assert content, "an empty file is no model"


@given(st.data())
def test_a_damaged_model_passes_or_is_refused_but_never_crashes(data: st.DataObject) -> None:
    content = bytearray(dense_model())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PackError):
        check_onnx(bytes(content))
