"""From traced light to the pictures and masks of a shot."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.rendering.colour import encode
from models.rendering.field import TEXEL_MM, Field
from models.rendering.geometry import Bench, Placement, face_homography
from models.sets import FaultTruth, Mark, Polygon

FloatArray = NDArray[np.float32]

LENS_BLUR_PX = 0.5
_THIN = {"scratch": 0.35}


def project_faults(
    face: Field, bench: Bench, placement: Placement
) -> tuple[NDArray[np.uint8], tuple[FaultTruth, ...]]:
    """The instance mask (height, width) uint8 of a face in the frame, and its faults' truth.

    The face is taken as level, which holds to a pixel. A pixel belongs to a fault that covers
    half of it; scratches, narrower than two pixels, need only a third.
    """
    matrix = face_homography(bench, placement, TEXEL_MM)
    mask = np.zeros((bench.height, bench.width), dtype=np.uint8)
    faults: list[FaultTruth] = []
    for fault in face.faults:
        cover = cv2.warpPerspective(
            fault.mask.astype(np.float32), matrix, (bench.width, bench.height),
            flags=cv2.INTER_LINEAR,
        )  # fmt: skip
        seen = (cover >= _THIN.get(fault.defect, 0.5)) & (mask == 0)
        if not seen.any():
            continue
        instance = len(faults) + 1
        mask[seen] = instance
        polygon = _polygon(seen)
        faults.append(FaultTruth(instance, fault.defect, polygon, fault.truth))
    return mask, tuple(faults)


def project_marks(face: Field, bench: Bench, placement: Placement) -> tuple[Mark, ...]:
    """The marks of a face as polygons in the frame."""
    matrix = face_homography(bench, placement, TEXEL_MM)
    marks = []
    for mark in face.marks:
        texels = mark.corners_mm / TEXEL_MM - 0.5
        points = cv2.perspectiveTransform(texels[None].astype(np.float64), matrix)[0]
        marks.append(Mark(mark.kind, _rounded(points)))
    return tuple(marks)


def rounded_polygon(points: NDArray[np.float64]) -> Polygon:
    """Points (n, 2) as a polygon of hundredths of a pixel."""
    return _rounded(points)


def denoise(linear: FloatArray) -> FloatArray:
    """Take most of the tracing noise out of a linear picture, keeping edges and print.

    The range filter works on the square root, where tracing noise is about even.
    """
    root = np.sqrt(np.maximum(linear, 0)).astype(np.float32)
    smooth = cv2.bilateralFilter(root, 5, 0.035, 1.3)
    return np.asarray(smooth * smooth, dtype=np.float32)


def compose(
    empty: FloatArray, shade: FloatArray, item: FloatArray, corner: tuple[int, int], feather: int
) -> FloatArray:
    """The empty bench, darkened and lit by ``shade``, with the traced window laid over it.

    ``shade`` is a coarse picture of light with the item over light without it. The window's outer
    ``feather`` pixels fade into the bench, except along the frame's own border.
    """
    height, width = empty.shape[:2]
    wide = cv2.resize(shade, (width, height), interpolation=cv2.INTER_LINEAR)
    frame = np.asarray(empty * wide, dtype=np.float32)
    left, top = corner
    rows, columns = item.shape[:2]
    weight_x = _fade(columns, feather, at_start=left > 0, at_end=left + columns < width)
    weight_y = _fade(rows, feather, at_start=top > 0, at_end=top + rows < height)
    weight = (weight_y[:, None] * weight_x[None, :])[..., None]
    area = frame[top : top + rows, left : left + columns]
    area += (item - area) * weight
    return frame


def save_jpeg(path: Path, linear: FloatArray, quality: int) -> None:
    """Write a linear picture as an sRGB JPEG, 4:2:0, after the lens's own blur."""
    soft = cv2.GaussianBlur(linear, (0, 0), LENS_BLUR_PX)
    code = encode(np.asarray(soft, dtype=np.float32))[..., ::-1]
    options = [
        cv2.IMWRITE_JPEG_QUALITY, quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
        cv2.IMWRITE_JPEG_OPTIMIZE, 1,
    ]  # fmt: skip
    _write(path, np.ascontiguousarray(code), options)


def save_mask(path: Path, mask: NDArray[np.uint8]) -> None:
    """Write an instance mask as a PNG."""
    _write(path, mask, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _write(path: Path, picture: NDArray[np.uint8], options: list[int]) -> None:
    done, code = cv2.imencode(path.suffix, picture, options)
    if not done:
        raise ValueError(f"the picture for {path} could not be encoded")
    path.write_bytes(code.tobytes())


def _fade(size: int, feather: int, *, at_start: bool, at_end: bool) -> FloatArray:
    weight = np.ones(size, dtype=np.float32)
    ramp = np.linspace(0, 1, feather + 2, dtype=np.float32)[1:-1]
    if at_start:
        weight[:feather] = ramp
    if at_end:
        weight[-feather:] = np.minimum(weight[-feather:], ramp[::-1])
    return weight


def _polygon(seen: NDArray[np.bool_]) -> Polygon:
    contours, _ = cv2.findContours(seen.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=len)
    points = cv2.approxPolyDP(largest, 0.7, True).reshape(-1, 2).astype(np.float64)
    if len(points) < 3:
        x, y, width, height = cv2.boundingRect(largest)
        right, lower = x + width - 0.5, y + height - 0.5
        points = np.array([[x - 0.5, y - 0.5], [right, y - 0.5], [right, lower], [x - 0.5, lower]])
    return _rounded(points)


def _rounded(points: NDArray[np.float64]) -> Polygon:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in points)
