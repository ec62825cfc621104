"""Eight-bit integers instead of floats, with scales measured on pictures (static quantisation)."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from models.runtime.golden import Golden, record_golden
from models.runtime.manifest import GRID
from models.sets import read_set
from models.training.export import INPUT
from models.training.stacks import RenderedPose, read_stack

_MOST = 320
"""Longest side of a picture that ranges are measured on."""


def quantised(model: bytes, pictures: Sequence[NDArray[np.uint8]]) -> bytes:
    """The FP32 ``model`` with integer convolutions, as one self-contained ONNX file.

    ``pictures`` are planes, uint8 [H, W, PLANES] with sides that are multiples of 32; the ranges
    of all activations are measured on them. Weights are signed and per channel, activations
    unsigned, which is what a processor's dot products of bytes take (QDQ form).
    """
    with tempfile.TemporaryDirectory() as scratch:
        plain, shaped, small = (Path(scratch) / name for name in ("a.onnx", "b.onnx", "c.onnx"))
        plain.write_bytes(model)
        quant_pre_process(str(plain), str(shaped), skip_symbolic_shape=True)
        quantize_static(
            str(shaped),
            str(small),
            _Pictures(pictures),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["Conv", "Add", "Relu", "Resize"],
        )
        quantised_model = onnx.load(str(small))
    # Domains that the tool names without an operator of them; a pack may name none but the default.
    used = {node.domain for node in quantised_model.graph.node}
    named = [entry for entry in quantised_model.opset_import if entry.domain in used]
    del quantised_model.opset_import[:]
    quantised_model.opset_import.extend(named)
    onnx.checker.check_model(quantised_model, full_check=True)
    return bytes(quantised_model.SerializeToString())


class _Pictures(CalibrationDataReader):
    def __init__(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = (
            np.ascontiguousarray(planes.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
            for planes in pictures
        )

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The input of the next run, or None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def calibration_pictures(rendered: Path, count: int = 48) -> list[NDArray[np.uint8]]:
    """Planes of the items of a rendered set, uint8 [H, W, PLANES], the middle of each.

    SetError where the set cannot be read.
    """
    index = read_set(rendered)
    pictures = []
    for name in index.returns[:count]:
        for pose in index.read_return(name).poses:
            place = RenderedPose(index.directory(name), pose, index.width, index.height)
            planes = read_stack(place).planes
            height, width = (min(_MOST, side // GRID * GRID) for side in planes.shape[:2])
            top, left = (planes.shape[0] - height) // 2, (planes.shape[1] - width) // 2
            if height and width:
                pictures.append(planes[top : top + height, left : left + width].copy())
    return pictures


def golden_of(model: bytes, planes: NDArray[np.uint8]) -> Golden:
    """The golden record of a model for planes, uint8 [H, W, PLANES], as it runs here."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    batch = np.ascontiguousarray(planes.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
    return record_golden(planes, session.run(None, {INPUT: batch}))
