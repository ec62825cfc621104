"""The calibration record of one camera over the bench, and the geometry that it implies."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import rfc8785
from numpy.typing import ArrayLike, NDArray

SCHEMA = 1
MAX_FILE_BYTES = 65_536
MAX_SIDE_PX = 100_000
DISTORTION_LENGTHS = (0, 4, 5, 8, 12, 14)

TEXTS = ("id", "camera", "source")
TIMES = ("made_at", "valid_until")
COUNTS = ("width", "height")
NUMBERS = ("fx", "fy", "cx", "cy", "bench_plane_mm", "U_relative")
KEYS = frozenset({"schema", "distortion", *TEXTS, *TIMES, *COUNTS, *NUMBERS})


class CalibrationError(ValueError):
    """A calibration that cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Pinhole geometry of a camera that looks straight down on the bench.

    `fx fy cx cy` are in pixels with (0, 0) at the centre of the first pixel; `distortion` is in
    OpenCV's order (k1 k2 p1 p2 k3 …) and may be empty; `bench_plane_mm` is the distance from the
    camera centre to the bench plane along the optical axis; `U_relative` is the expanded
    uncertainty (k = 2) of a length on a plane of known height, as a share of that length.
    Both times are aware and in UTC.
    """

    id: str
    camera: str
    made_at: datetime
    valid_until: datetime
    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...]
    bench_plane_mm: float
    U_relative: float
    source: str

    def __post_init__(self) -> None:
        for name in TEXTS:
            value = getattr(self, name)
            if not value.strip() or not value.isprintable():
                raise _wrong(f"{name} is empty or not printable")
        for name in TIMES:
            if getattr(self, name).utcoffset() is None:
                raise _wrong(f"{name} has no time zone")
        if self.valid_until <= self.made_at:
            raise _wrong("valid_until is not after made_at")
        if not (0 < self.width <= MAX_SIDE_PX and 0 < self.height <= MAX_SIDE_PX):
            raise _wrong(f"width and height must lie between 1 and {MAX_SIDE_PX}")
        if not all(math.isfinite(number) for number in (*self.distortion, *self._numbers())):
            raise _wrong("every number must be finite")
        if self.fx <= 0 or self.fy <= 0 or self.bench_plane_mm <= 0:
            raise _wrong("fx, fy and bench_plane_mm must be positive")
        if not (0 <= self.cx <= self.width and 0 <= self.cy <= self.height):
            raise _wrong("the principal point cx, cy lies outside the picture")
        if not 0 <= self.U_relative < 1:
            raise _wrong("U_relative must be at least 0 and below 1")
        if len(self.distortion) not in DISTORTION_LENGTHS:
            raise _wrong(f"distortion needs one of {DISTORTION_LENGTHS} coefficients")

    @classmethod
    def parse(cls, content: bytes) -> "Calibration":
        """Return the calibration written in `content`, or raise `CalibrationError`."""
        record = _read_object(content)
        distortion = record["distortion"]
        if not isinstance(distortion, list):
            raise _wrong("distortion is not a list of numbers")
        return cls(
            id=_text(record, "id"),
            camera=_text(record, "camera"),
            made_at=_time(record, "made_at"),
            valid_until=_time(record, "valid_until"),
            width=_count(record, "width"),
            height=_count(record, "height"),
            fx=_number(record["fx"], "fx"),
            fy=_number(record["fy"], "fy"),
            cx=_number(record["cx"], "cx"),
            cy=_number(record["cy"], "cy"),
            distortion=tuple(_number(value, "distortion") for value in distortion),
            bench_plane_mm=_number(record["bench_plane_mm"], "bench_plane_mm"),
            U_relative=_number(record["U_relative"], "U_relative"),
            source=_text(record, "source"),
        )

    @classmethod
    def read(cls, path: Path) -> "Calibration":
        """Return the calibration in the file, or raise `CalibrationError` naming the file."""
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
            return cls.parse(content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CalibrationError(
                f"The calibration file {path} cannot be read ({reason}): check the path."
            ) from error
        except CalibrationError as error:
            raise CalibrationError(f"{path}: {error}") from error

    def write(self, path: Path) -> None:
        """Replace the file by this record, durably and never half-written."""
        text = json.dumps(self._document(), indent=2) + "\n"
        partial = path.with_name(f".{path.name}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @property
    def digest(self) -> str:
        """SHA-256, in lower-case hex, of the record's RFC 8785 canonical JSON."""
        return hashlib.sha256(rfc8785.dumps(self._document())).hexdigest()

    def in_date(self, at: datetime) -> bool:
        """Say whether the record may be used at the aware time `at`."""
        return self.made_at <= at < self.valid_until

    def mm_per_px(self, height_mm: float) -> float:
        """Return the scale of the plane `height_mm` above the bench, near the optical axis.

        Where `fx` and `fy` differ it is the geometric mean of the two scales.
        """
        return self.distance_mm(height_mm) / math.sqrt(self.fx * self.fy)

    def plane_points(self, pixels: ArrayLike, height_mm: float) -> NDArray[np.float64]:
        """Map pixels (N x 2, x then y) to millimetres (N x 2) on the plane `height_mm` high.

        The origin is the point below the camera, x to the right and y down the picture.
        """
        points = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        distance = self.distance_mm(height_mm)
        if any(self.distortion) and len(points):
            camera = np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]])
            undistorted = cv2.undistortPoints(
                points.reshape(-1, 1, 2), camera, np.array(self.distortion)
            )
            return np.asarray(undistorted, dtype=np.float64).reshape(-1, 2) * distance
        centre = np.array([self.cx, self.cy])
        focal = np.array([self.fx, self.fy])
        return np.asarray((points - centre) / focal * distance, dtype=np.float64)

    def distance_mm(self, height_mm: float) -> float:
        """Return the distance from the camera centre to the plane `height_mm` above the bench."""
        if not math.isfinite(height_mm) or not 0 <= height_mm < self.bench_plane_mm:
            raise CalibrationError(
                f"A height of {height_mm:g} mm does not lie between the bench and the camera "
                f"{self.bench_plane_mm:g} mm above it: correct the item's height."
            )
        return self.bench_plane_mm - height_mm

    def _numbers(self) -> tuple[float, ...]:
        return (self.fx, self.fy, self.cx, self.cy, self.bench_plane_mm, self.U_relative)

    def _document(self) -> dict[str, str | int | float | list[float]]:
        return {
            "schema": SCHEMA,
            "id": self.id,
            "camera": self.camera,
            "made_at": _stamp(self.made_at),
            "valid_until": _stamp(self.valid_until),
            "width": self.width,
            "height": self.height,
            "fx": self.fx,
            "fy": self.fy,
            "cx": self.cx,
            "cy": self.cy,
            "distortion": list(self.distortion),
            "bench_plane_mm": self.bench_plane_mm,
            "U_relative": self.U_relative,
            "source": self.source,
        }


def _wrong(what: str) -> CalibrationError:
    return CalibrationError(f"The calibration is wrong: {what}; calibrate this camera again.")


def _read_object(content: bytes) -> Mapping[str, object]:
    """Return the JSON object in `content` once its keys and schema are those of this version."""
    if len(content) > MAX_FILE_BYTES:
        raise _wrong(f"it is larger than {MAX_FILE_BYTES} bytes")
    try:
        record = json.loads(content, object_pairs_hook=_without_repeats)
    except CalibrationError:
        raise
    except (ValueError, RecursionError) as error:
        raise _wrong("it is not JSON in UTF-8") from error
    if not isinstance(record, dict):
        raise _wrong("it is not a JSON object")
    schema = record.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        raise CalibrationError(
            f"The calibration has schema {schema} and this version reads up to {SCHEMA}: "
            "update Regrade or calibrate this camera again."
        )
    if schema != SCHEMA or isinstance(schema, bool):
        raise _wrong(f"schema is not {SCHEMA}")
    if missing := sorted(KEYS - record.keys()):
        raise _wrong(f"{', '.join(missing)} missing")
    if unknown := sorted(record.keys() - KEYS):
        raise _wrong(f"it has keys nobody knows ({', '.join(unknown)})")
    return record


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _wrong("a key appears twice")
    return record


def _text(record: Mapping[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str):
        raise _wrong(f"{key} is not text")
    return value


def _count(record: Mapping[str, object], key: str) -> int:
    value = record[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(f"{key} is not a whole number")
    return value


def _number(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(f"{key} is not a number")
    try:
        return float(value)
    except OverflowError as error:
        raise _wrong("every number must be finite") from error


def _time(record: Mapping[str, object], key: str) -> datetime:
    text = _text(record, key)
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(f"{key} is not a time such as 2026-01-31T08:00:00Z") from error
    if time.utcoffset() is None:
        raise _wrong(f"{key} has no time zone")
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise _wrong(f"{key} lies outside the calendar") from error


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
