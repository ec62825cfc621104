"""The calibration record of one camera over the bench: what is known of it, until when."""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import rfc8785
from numpy.typing import ArrayLike, NDArray
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from calibration import projection
from calibration.errors import CalibrationError, wrong
from calibration.schema_1 import upgraded
from calibration.sections.check import CheckReference
from calibration.sections.detection import Detectability
from calibration.sections.geometry import BenchPlane, Lens
from calibration.sections.photometry import (
    ColourCorrection,
    Lamp,
    Noise,
    Repeatability,
    Sharpness,
)
from calibration.sections.provenance import (
    CameraIdentity,
    Environment,
    PictureDigest,
    Result,
    Target,
)
from calibration.sections.values import TABLE, Text, Time
from calibration.toml import write_toml

SCHEMA = 2
MAX_FILE_BYTES = 1_048_576


class Claim(StrEnum):
    """What a bench may say of a fault because its camera is calibrated."""

    MILLIMETRES = "millimetres"
    COLOUR_DIFFERENCE = "colour-difference"
    SMALLEST_FAULT = "smallest-fault"
    LIGHT_CHALLENGE = "light-challenge"


_RESTS_ON = {
    Claim.MILLIMETRES: {"lens", "plane", "verify"},
    Claim.COLOUR_DIFFERENCE: {"colour", "exposure"},
    Claim.SMALLEST_FAULT: {"focus", "noise"},
}


@dataclass(frozen=True, slots=True, config=TABLE)
class Calibration:
    """The record, schema 2. Each section is absent until its step was done, and claims fall away:

    | claim | needs |
    |---|---|
    | `millimetres` | `lens`, `plane` |
    | `colour-difference` | `colour` and a lamp with a flat field for the light it was made under |
    | `smallest-fault` | `sharpness`, `noise`, `detection` |
    | `light-challenge` | `response` of every lamp |

    A claim falls away too where a step that it rests on failed its acceptance.

    Times are aware and kept in UTC. `source` says how the numbers came about.
    """

    id: Text
    made_at: Time
    valid_until: Time
    source: Text
    camera: CameraIdentity
    made_by: Text | None = None
    environment: Environment | None = None
    lens: Lens | None = None
    plane: BenchPlane | None = None
    colour: ColourCorrection | None = None
    sharpness: Sharpness | None = None
    noise: Noise | None = None
    repeatability: Repeatability | None = None
    check: CheckReference | None = None
    lamps: tuple[Lamp, ...] = ()
    detection: tuple[Detectability, ...] = ()
    targets: tuple[Target, ...] = ()
    results: tuple[Result, ...] = ()
    pictures: tuple[PictureDigest, ...] = ()

    def __post_init__(self) -> None:
        if self.valid_until <= self.made_at:
            raise ValueError("valid_until is not after made_at")
        lens = self.lens
        if lens and not (lens.cx <= self.camera.width and lens.cy <= self.camera.height):
            raise ValueError("the principal point cx, cy lies outside the picture")
        names = [lamp.name for lamp in self.lamps]
        if len(set(names)) != len(names):
            raise ValueError("a lamp appears twice")

    @classmethod
    def parse(cls, content: bytes) -> "Calibration":
        """Return the calibration written in `content`, or raise `CalibrationError`.

        Schema 2 is TOML. Schema 1 was JSON: it is read as geometry without tilt, and the claims
        that it has no sections for fall away.
        """
        if len(content) > MAX_FILE_BYTES:
            raise wrong(f"it is larger than {MAX_FILE_BYTES} bytes")
        table = upgraded(content) if content.lstrip()[:1] in (b"{", b"[") else _read(content)
        try:
            record: Calibration = _RECORD.validate_python(table)
        except ValidationError as error:
            raise wrong(_said(error)) from error
        return record

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
        """Replace the file by this record as TOML, durably and never half-written."""
        text = write_toml({"schema": SCHEMA, **self._document()})
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
        """SHA-256, in lower-case hex, of the record's RFC 8785 canonical JSON with its schema."""
        document = {"schema": SCHEMA, **self._document()}
        return hashlib.sha256(rfc8785.dumps(_as_json(document))).hexdigest()

    @property
    def claims(self) -> frozenset[Claim]:
        """What may be claimed from this record while it is in date."""
        lit = {lamp.name for lamp in self.lamps if lamp.flat_field}
        held = {
            Claim.MILLIMETRES: self.lens is not None and self.plane is not None,
            Claim.COLOUR_DIFFERENCE: self.colour is not None and self.colour.lamp in lit,
            Claim.SMALLEST_FAULT: bool(self.sharpness and self.noise and self.detection),
            Claim.LIGHT_CHALLENGE: bool(self.lamps) and all(lamp.response for lamp in self.lamps),
        }
        failed = {result.step for result in self.results if result.verdict == "fail"}
        rejected = {claim for claim, steps in _RESTS_ON.items() if steps & failed}
        bad = {lamp.name for lamp in self.lamps if f"lamp {lamp.name}" in failed}
        if self.colour is not None and self.colour.lamp in bad:
            rejected.add(Claim.COLOUR_DIFFERENCE)
        if bad:
            rejected.add(Claim.LIGHT_CHALLENGE)
        return frozenset(claim for claim, holds in held.items() if holds) - rejected

    def in_date(self, at: datetime) -> bool:
        """Say whether the record may be used at the aware time `at`."""
        return self.made_at <= at < self.valid_until

    def mm_per_px(self, height_mm: float) -> float:
        """Return the scale of the plane `height_mm` above the bench at the optical axis.

        It is the square root of the area of a pixel there: with a tilt, or where `fx` and `fy`
        differ, lengths along one direction are a little longer and along the other shorter.
        """
        lens, plane = self.optics
        return projection.axis_scale(lens, plane, self.distance_mm(height_mm))

    def plane_points(self, pixels: ArrayLike, height_mm: float) -> NDArray[np.float64]:
        """Map pixels (N x 2, x then y) to millimetres (N x 2) on the plane `height_mm` high.

        The origin is the foot of the perpendicular from the camera centre, x to the right and y
        down the picture.
        """
        lens, plane = self.optics
        points = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        return projection.to_plane(lens, plane, points, self.distance_mm(height_mm))

    def distance_mm(self, height_mm: float) -> float:
        """Return the distance from the camera centre to the plane `height_mm` above the bench."""
        _, plane = self.optics
        if not 0 <= height_mm < plane.distance_mm:
            raise CalibrationError(
                f"A height of {height_mm:g} mm does not lie between the bench and the camera "
                f"{plane.distance_mm:g} mm above it: correct the item's height."
            )
        return plane.distance_mm - height_mm

    @property
    def optics(self) -> tuple[Lens, BenchPlane]:
        """The lens and the bench under it; `CalibrationError` where either is not calibrated."""
        if self.lens is None or self.plane is None:
            missing = "lens" if self.lens is None else "plane"
            raise CalibrationError(
                f"The calibration {self.id} has no {missing}: run 'regrade calibrate {missing}'."
            )
        return self.lens, self.plane

    def _document(self) -> dict[str, Any]:
        document = _RECORD.dump_python(self, exclude_none=True)
        return {key: value for key, value in document.items() if value != ()}


_RECORD = TypeAdapter(Calibration)


def _read(content: bytes) -> dict[str, Any]:
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise wrong("it is not TOML in UTF-8") from error
    schema = table.pop("schema", None)
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        raise CalibrationError(
            f"The calibration has schema {schema} and this version reads up to {SCHEMA}: "
            "update Regrade or calibrate this camera again."
        )
    if schema != SCHEMA or isinstance(schema, bool):
        raise wrong(f"schema is not {SCHEMA}")
    return table


def _said(error: ValidationError) -> str:
    """What is wrong first, as a person says it."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "missing":
            return f"{place} is missing"
        case "unexpected_keyword_argument":
            return f"nobody knows its key {place!r}"
        case "value_error":
            return f"{place} {first['ctx']['error']}".strip()
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _as_json(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return {key: _as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [_as_json(each) for each in value]
    return value
