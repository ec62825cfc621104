"""Writing a finished step into a camera's calibration record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from calibration.acceptance import refused
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


@dataclass(frozen=True, slots=True)
class SeenCamera:
    """The camera that took the pictures: its name in the station's settings, and of one that is
    connected who it says it is and its settings as read back."""

    name: str
    identity: str | None = None
    settings: Mapping[str, float] | None = None

    def within(self, width: int, height: int) -> CameraIdentity:
        """As the record has it, for pictures of width x height."""
        settings = {str(name): float(value) for name, value in (self.settings or {}).items()}
        return CameraIdentity(
            self.name, width, height, serial=self.identity or None, settings=settings or None
        )


def begun(
    path: Path, camera: SeenCamera | None, size: tuple[int, int], by: str | None
) -> Calibration:
    """The record at `path`, made now anew; an empty one for this camera where there is none.

    Pictures of a folder, whose camera nobody named, are of the camera that the record or else its
    file is named after. StationError where the file is damaged, for pictures of another size, or
    of another camera.
    """
    now = SystemClock().now()
    if not path.exists():
        identity = (camera or SeenCamera(path.stem)).within(*size)
        return Calibration(_id(identity.name, now), now, now + VALID, SOURCE, identity, made_by=by)
    record = read(path)
    if (record.camera.width, record.camera.height) != size:
        raise refuse(
            f"{path} is for pictures of {record.camera.width} x {record.camera.height} and these "
            f"are {size[0]} x {size[1]}: set the camera's picture size back, or name a new file"
        )
    if camera is not None:
        check_camera(path, record, camera)
    return replace(
        record,
        id=_id(record.camera.name, now),
        made_at=now,
        valid_until=now + VALID,
        made_by=by or record.made_by,
        camera=_known_better(record.camera, camera),
    )


def check_camera(path: Path, record: Calibration, camera: SeenCamera) -> None:
    """StationError where the record at `path` is of another camera than this one."""
    known = record.camera
    if camera.name != known.name:
        raise refuse(
            f"{path} is of the camera {known.name} and these pictures are of {camera.name}: each "
            "camera has a record of its own, name its file"
        )
    if known.serial and camera.identity and camera.identity != known.serial:
        raise refuse(
            f"{path} is of the camera {known.serial} and {camera.identity} hangs in its place now: "
            "plug the right one in, or calibrate this one into a new file"
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


def without_geometry(record: Calibration) -> Calibration:
    """The record without what rests on an older lens or bench plane: what the bench finds, and how
    the check card looked. Where there was a card, millimetres wait until it is shown anew."""
    if record.check is None:
        return replace(record, detection=())
    missing = refused(
        "verify",
        "check reference",
        0.0,
        "1",
        "the check card was last seen through an older lens or bench plane",
        "lay it down and run 'regrade calibrate verify --reference'",
    )
    return with_step(replace(record, detection=(), check=None), "verify", (missing,), ())


def write_lens(
    path: Path,
    result: LensCalibration,
    camera: SeenCamera | None,
    by: str | None,
    pictures: Sequence[PictureFile],
) -> Calibration:
    """Write the lens into the record at `path`; a bench plane that an older lens gave goes, and
    what rests on that."""
    record = without_geometry(begun(path, camera, result.size, by))
    record = replace(record, lens=result.lens, plane=None)
    record = with_step(record, "lens", result.results, digests("lens", pictures))
    record = with_step(record, "plane", (), ())
    record.write(path)
    return record


def write_plane(
    path: Path,
    result: PlaneCalibration,
    size: tuple[int, int],
    camera: SeenCamera | None,
    by: str | None,
    pictures: Sequence[PictureFile],
    target: Target,
) -> Calibration:
    """Write the bench plane into the record at `path`, which has the lens; what rests on an older
    plane goes."""
    record = without_geometry(begun(path, camera, size, by))
    record = replace(record, plane=result.plane)
    record = with_step(record, "plane", result.results, digests("plane", pictures), (target,))
    record.write(path)
    return record


def _known_better(known: CameraIdentity, camera: SeenCamera | None) -> CameraIdentity:
    """The identity of the record with what the connected camera adds to it."""
    if camera is None:
        return known
    seen = camera.within(known.width, known.height)
    return replace(
        known, serial=known.serial or seen.serial, settings=seen.settings or known.settings
    )


def _id(camera: str, at: datetime) -> str:
    return f"{camera}-{at:%Y%m%dT%H%M%SZ}"
