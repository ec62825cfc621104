"""The daily check as the command line does it: one picture, one line in the log."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.sections.geometry import BenchPlane, Lens
from calibration.verification.card import CardReading, read_card
from calibration.verification.check import compare
from calibration.verification.log import (
    Trust,
    Verification,
    append,
    log_of,
    read_log,
    trust,
)
from models.runtime.errors import PictureError
from models.runtime.pictures import decode_picture
from station.adapters.clock import SystemClock
from station.app.calibration_record import SeenCamera, check_camera, read, with_step


@dataclass(frozen=True, slots=True)
class Checked:
    """One verification, how the record stands after it, and all verifications of that record."""

    verification: Verification
    trust: Trust
    history: tuple[Verification, ...]


def make_reference(
    path: Path, evidence: bytes, card: str, light: str, camera: SeenCamera | None = None
) -> Calibration:
    """Keep this picture of the card in the record at `path` as what later days are compared with.

    `CalibrationError` where the card cannot be read; StationError where the `camera` that took it
    is not the record's.
    """
    record = _record_of(path, camera)
    reading = _reading(record, evidence)
    referenced = replace(record, check=reading.reference(card, light))
    referenced = with_step(referenced, "verify", (), ())
    referenced.write(path)
    return referenced


def verify(
    path: Path, evidence: bytes, card: str, by: str | None, camera: SeenCamera | None = None
) -> Checked:
    """Compare this picture of the card with the record at `path`, and keep the answer beside it.

    `CalibrationError` where the card cannot be read or another card is given; StationError where
    the `camera` that took it is not the record's.
    """
    record = _record_of(path, camera)
    if record.check is None:
        raise CalibrationError(
            f"{path} knows no check card: run 'regrade calibrate verify --reference' on the day of "
            "calibration."
        )
    if card != record.check.serial:
        raise CalibrationError(
            f"The record was made with check card {record.check.serial} and this is card {card}: "
            "use that card, or make this one the reference after a calibration."
        )
    results = compare(_reading(record, evidence), record.check)
    now = SystemClock().now()
    verification = Verification(
        at=now,
        camera=record.camera.name,
        calibration=record.digest,
        card=card,
        picture=hashlib.sha256(evidence).hexdigest(),
        results=results,
        by=by,
    )
    log = log_of(path)
    append(log, verification)
    known = read_log(log)
    own = tuple(each for each in known if each.calibration == record.digest)
    return Checked(verification, trust(record, known, now), own)


def _record_of(path: Path, camera: SeenCamera | None) -> Calibration:
    record = read(path)
    if camera is not None:
        check_camera(path, record, camera)
    return record


def _reading(record: Calibration, evidence: bytes) -> CardReading:
    lens, plane = _optics(record)
    try:
        picture = decode_picture(evidence)
    except PictureError as error:
        raise CalibrationError(str(error)) from error
    size = (picture.shape[1], picture.shape[0])
    if size != (record.camera.width, record.camera.height):
        raise CalibrationError(
            f"The picture has {size[0]} x {size[1]} pixels and the calibration is for "
            f"{record.camera.width} x {record.camera.height}: set the camera's picture size back."
        )
    return read_card(picture, lens, plane)


def _optics(record: Calibration) -> tuple[Lens, BenchPlane]:
    return record.optics
