"""Writing a finished step into a camera's calibration record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from calibration.bench_plane import PlaneCalibration
from calibration.errors import CalibrationError
from calibration.lens.calibrate import LensCalibration
from calibration.record import Calibration
from calibration.sections.provenance import CameraIdentity, PictureDigest, Result, Target
from station.adapters.clock import SystemClock
from station.app.calibration_pictures import PictureFile, digests
from station.domain.faults import refuse

VALID = timedelta(days=180)
SOURCE = "regrade calibrate"


def begun(path: Path, camera: str, size: tuple[int, int], by: str | None) -> Calibration:
    """The record at `path`, made now anew; an empty one for this camera where there is none.

    StationError where the file is damaged or for pictures of another size.
    """
    now = SystemClock().now()
    if not path.exists():
        identity = CameraIdentity(camera, size[0], size[1])
        return Calibration(_id(camera, now), now, now + VALID, SOURCE, identity, made_by=by)
    record = read(path)
    if (record.camera.width, record.camera.height) != size:
        raise refuse(
            f"{path} is for pictures of {record.camera.width} x {record.camera.height} and these "
            f"are {size[0]} x {size[1]}: set the camera's picture size back, or name a new file"
        )
    return replace(
        record,
        id=_id(record.camera.name, now),
        made_at=now,
        valid_until=now + VALID,
        made_by=by or record.made_by,
    )


def read(path: Path) -> Calibration:
    """The record in the file; StationError where it cannot be used."""
    try:
        return Calibration.read(path)
    except CalibrationError as error:
        raise refuse(str(error)) from error


def with_step(
    record: Calibration,
    step: str,
    results: tuple[Result, ...],
    pictures: tuple[PictureDigest, ...],
    targets: tuple[Target, ...] = (),
) -> Calibration:
    """The record with the results, pictures and targets of one step in the place of older ones."""
    kinds = {target.kind for target in targets}
    return replace(
        record,
        results=(*(each for each in record.results if each.step != step), *results),
        pictures=(*(each for each in record.pictures if each.step != step), *pictures),
        targets=(*(each for each in record.targets if each.kind not in kinds), *targets),
    )


def write_lens(
    path: Path,
    result: LensCalibration,
    camera: str,
    by: str | None,
    pictures: Sequence[PictureFile],
) -> Calibration:
    """Write the lens into the record at `path`; a bench plane that an older lens gave goes."""
    record = replace(begun(path, camera, result.size, by), lens=result.lens, plane=None)
    record = with_step(record, "lens", result.results, digests("lens", pictures))
    record = with_step(record, "plane", (), ())
    record.write(path)
    return record


def write_plane(
    path: Path,
    result: PlaneCalibration,
    size: tuple[int, int],
    by: str | None,
    pictures: Sequence[PictureFile],
    target: Target,
) -> Calibration:
    """Write the bench plane into the record at `path`, which has the lens."""
    record = replace(begun(path, "bench", size, by), plane=result.plane)
    record = with_step(record, "plane", result.results, digests("plane", pictures), (target,))
    record.write(path)
    return record


def _id(camera: str, at: datetime) -> str:
    return f"{camera}-{at:%Y%m%dT%H%M%SZ}"
