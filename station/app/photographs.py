"""Photographs graded without a bench: picture in, verdict out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.plane import Height, Scale
from calibration.record import Calibration
from models.runtime.errors import InferenceError, PictureError
from models.runtime.features import FeatureMap
from models.runtime.pictures import read_picture
from models.runtime.region import Box, Region
from station.adapters.examiner.examining import COLOUR_LIGHT, LitPicture, Optics, examine_pose
from station.adapters.examiner.strangeness import strangeness
from station.adapters.markup import mark_up, write_picture
from station.adapters.symbols import read_symbols
from station.app.packs import open_detector, pack_name
from station.domain.defect import Finding
from station.domain.faults import refuse
from station.domain.grading import GradingPolicy, Verdict
from station.domain.judging import judge

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_STATED_U = 0.05
_HEIGHT_U_MM = 2.0


@dataclass(frozen=True, slots=True)
class Photograph:
    """What came of one picture: its verdict, or why it could not be read.

    `codes` are the barcodes in it, as a scanner with AIM identifiers would send them.
    """

    path: Path
    verdict: Verdict | None
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    codes: tuple[str, ...] = ()


class PhotographGrader:
    """Grades photographs one by one with one policy and one pack."""

    def __init__(
        self, policy: GradingPolicy, pack: Path, optics: Optics, keys: tuple[Path, ...] = ()
    ) -> None:
        """`keys` are the lists of keys to trust; those of the default state directory if none.

        StationError if the pack is refused.
        """
        self._policy = policy
        opened, self._detector = open_detector(pack, lists=keys)
        self._support = opened.support
        self._optics = optics
        self.pack = pack_name(opened)

    def grade(self, path: Path, marked: Path | None = None) -> Photograph:
        """Grade one picture; with `marked` also write it there with its findings outlined."""
        try:
            picture = read_picture(path)
            shot = LitPicture(path.name, COLOUR_LIGHT, picture)
            seen: list[FeatureMap] = []
            findings = examine_pose(
                self._detector,
                [shot],
                optics=self._optics,
                least=self._policy.reported_from,
                seen=seen,
            )
        except (PictureError, InferenceError, CalibrationError) as error:
            return Photograph(path, None, error=str(error))
        if marked is not None:
            try:
                write_picture(marked, mark_up(picture, findings))
            except OSError as error:
                reason = error.strerror or "no place"
                return Photograph(path, None, error=f"{marked} cannot be written ({reason}).")
        height, width = picture.shape[:2]
        strange = strangeness(self._support, seen, Region.of_box(Box(0, 0, width, height))) or 0.0
        verdict = judge(self._policy, findings, unsupported=(path.name,) if strange > 1 else ())
        codes = tuple(symbol.text for symbol in read_symbols(picture))
        return Photograph(path, verdict, findings, codes=codes)


def stated_scale(mm_per_px: float) -> Optics:
    """The optics of a scale that a person states, trusted to 5 %; StationError if useless."""
    try:
        return Optics(Scale(mm_per_px, _STATED_U))
    except CalibrationError as error:
        raise refuse(str(error)) from error


def recorded_optics(calibration: Path, height_mm: float, now: datetime) -> Optics:
    """The optics of a calibration record for a face `height_mm` above the bench.

    StationError if the record cannot be read or is overdue.
    """
    try:
        record = Calibration.read(calibration)
        height = Height(height_mm, _HEIGHT_U_MM, "catalogue" if height_mm else "bench plane")
    except CalibrationError as error:
        raise refuse(str(error)) from error
    if not record.in_date(now):
        raise refuse(
            f"{calibration} was valid until {record.valid_until:%Y-%m-%d}: calibrate again, or "
            "grade in pixels without it"
        )
    return Optics(record, height)


def make_folder(path: Path) -> None:
    """Make a folder for pictures to be written into; StationError where there can be none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "no place"
        raise refuse(f"{path} cannot be a folder ({reason}): name another") from error


def pictures_in(paths: Iterable[Path]) -> list[Path]:
    """The pictures named, folders replaced by the pictures in them, in the order of their names.

    StationError for a folder without one.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not inside:
            raise refuse(f"{path} holds no JPEG, PNG or WebP picture: name a folder that does")
        found += inside
    return found
