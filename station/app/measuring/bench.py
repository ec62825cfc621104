"""What a calibrated bench can find: in its record, before its policies, on its check card."""

from dataclasses import replace
from pathlib import Path

from calibration.detectability import detectability
from calibration.errors import CalibrationError
from calibration.pod import PodModel
from calibration.record import Calibration
from station.domain.defect import Defect, Quantity, Unit
from station.domain.faults import refuse
from station.domain.resolution import SmallestFound


def record_of(path: Path) -> Calibration:
    """The record in a file; StationError if it cannot be read."""
    try:
        return Calibration.read(path)
    except CalibrationError as error:
        raise refuse(str(error)) from error


def state_detection(path: Path, model: PodModel) -> Calibration:
    """Write into a record what its bench can find, and return it.

    StationError if lens, plane, sharpness or noise were not measured, or the file cannot be
    written.
    """
    record = record_of(path)
    try:
        stated = replace(record, detection=detectability(record, model))
        stated.write(path)
    except CalibrationError as error:
        raise refuse(str(error)) from error
    except OSError as error:
        raise refuse(f"{path} cannot be written ({error.strerror}): free its place") from error
    return stated


def stated_record(path: Path) -> Calibration:
    """A record that says what its bench finds; StationError if it does not."""
    record = record_of(path)
    if not record.detection:
        raise refuse(
            f"{path} does not say what its bench finds: run 'regrade measure detection {path}'"
        )
    return record


def smallest_found(path: Path) -> tuple[SmallestFound, ...]:
    """What the bench of a record surely finds; StationError if the record does not say."""
    record = stated_record(path)
    return tuple(
        SmallestFound(Defect(each.defect), Quantity(each.quantity), Unit(each.unit), each.a90_95)
        for each in record.detection
    )
