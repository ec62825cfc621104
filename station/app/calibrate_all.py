"""A bench calibrated from beginning to end: lens, plane, check card, and the report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calibration.bench_plane import Bar, PlaneCalibration, calibrate_plane
from calibration.boards.board import Board
from calibration.boards.finding import Grey
from calibration.lens.calibrate import LensCalibration, calibrate_lens, gather
from calibration.record import Calibration
from calibration.report.figures import coverage_figure, drift_chart, residual_figure
from calibration.report.page import Figure, report_page
from calibration.sections.provenance import Target
from calibration.verification.log import log_of, read_log
from models.runtime.opencv import cv2
from station.adapters.cameras.sources.source import FrameSource
from station.app.calibration_pictures import PictureFile, capture_views
from station.app.calibration_record import read, write_lens, write_plane
from station.app.cameras import camera_of
from station.app.verifying import card_picture, make_reference
from station.config import read_settings
from station.domain.faults import refuse

VIEWS = 27
PLACES = 5
_THUMB_PX = 240


class Hands(Protocol):
    """Who shows the targets to the camera, one after another."""

    def held_board(self, board: Board, views: int) -> FrameSource:
        """The camera while the board is held before it."""
        ...

    def laid_board(self, board: Board) -> FrameSource:
        """The camera while the board lies on the bench at one place after another."""
        ...

    def card(self, serial: str) -> FrameSource:
        """The camera over the check card."""
        ...


class ConfiguredHands:
    """A person before a configured camera, who is told what to show."""

    def __init__(self, camera: str, configuration: Path, ask: Callable[[str], None]) -> None:
        """`ask` tells the person what to do and waits until it is done."""
        named = {each.name: each for each in read_settings(configuration).camera}
        if camera not in named:
            names = ", ".join(named)
            raise refuse(f"{configuration} has no camera {camera!r}: name one of {names}")
        self._camera = named[camera]
        self._ask = ask

    def held_board(self, board: Board, views: int) -> FrameSource:
        """Ask for the board by hand."""
        self._ask(
            f"Hold {board.text} before the camera, still for a moment at each of {views} places: "
            "near and far, tilted to each side, up to the corners of the picture."
        )
        return camera_of(self._camera)

    def laid_board(self, board: Board) -> FrameSource:
        """Ask for the board on the bench."""
        self._ask(f"Lay {board.text} flat on the bench: in the middle, then towards each corner.")
        return camera_of(self._camera)

    def card(self, serial: str) -> FrameSource:
        """Ask for the card."""
        self._ask(f"Lay check card {serial} flat in the middle of the bench and take hands away.")
        return camera_of(self._camera)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is calibrated with: the board, its bar as measured, the card, who does it, which
    lamp."""

    board: Board
    bar: Bar | None
    card: str = "1"
    camera: str = "bench"
    by: str | None = None
    light: str = "bright"


def calibrate_all(
    hands: Hands, record: Path, work: Path, report: Path, wishes: Wishes, say: Callable[[str], None]
) -> Calibration:
    """Calibrate lens and plane, make the card's picture the reference, and write the report.

    Pictures stay in `work`, and those that are there already count, so a broken-off run goes on.
    The record is written after every step. `CalibrationError` where a step computes nothing.
    """
    board = wishes.board
    say("1 of 3: lens")
    views = capture_views(
        hands.held_board(board, VIEWS), wishes.light, work / "lens", board, VIEWS, say
    )
    lens = calibrate_lens(views, board, say)
    used = [view for view in views if view.name in lens.names]
    write_lens(record, lens, wishes.camera, wishes.by, used)
    say("2 of 3: bench plane")
    places = capture_views(
        hands.laid_board(board), wishes.light, work / "plane", board, PLACES, say
    )
    found = gather(places, board, say)
    plane = calibrate_plane(lens.lens, found.size, found.sightings, wishes.bar)
    lying = [place for place in places if place.name in found.names]
    bar = wishes.bar
    target = Target(board.text, "1", None if bar is None else bar.U_mm / bar.measured_mm)
    write_plane(record, plane, found.size, wishes.by, lying, target)
    say("3 of 3: check card")
    evidence = _card(hands, work / "card.png", wishes)
    make_reference(record, evidence, wishes.card, wishes.light)
    write_report(record, report, lens, plane, [*used, *lying])
    return read(record)


def write_report(
    record: Path,
    report: Path,
    lens: LensCalibration | None = None,
    plane: PlaneCalibration | None = None,
    pictures: list[PictureFile] | None = None,
) -> None:
    """Write the report of the record, with the figures of what was calibrated just now and the
    drift of its daily checks. StationError where it cannot be written."""
    figures: dict[str, list[Figure]] = {}
    if lens is not None:
        figures["lens"] = [
            Figure(
                ("corners seen, cells without any in maroon", "所见角点，未覆盖的格为红褐色"),
                coverage_figure(lens.views, lens.size),
            ),
            Figure(
                ("residuals, magnified", "残差（已放大）"),
                residual_figure(lens.views, lens.fit.residuals, lens.size),
            ),
        ]
    if pictures:
        thumbs = [thumb for each in pictures if (thumb := _thumb(each.grey()))]
        caption = ("the pictures it rests on", "所依据的照片")
        figures.setdefault("plane" if plane else "lens", []).append(Figure(caption, jpegs=thumbs))
    made = read(record)
    history = [each for each in read_log(log_of(record)) if each.calibration == made.digest]
    if history:
        caption = ("daily checks as a share of their limits", "每日校验占限值的比例")
        figures["verify"] = [Figure(caption, drift_chart(history))]
    try:
        report.write_text(report_page(made, figures), "utf-8")
    except OSError as error:
        raise refuse(f"{report} cannot be written ({error.strerror}): name another file") from error


def _card(hands: Hands, path: Path, wishes: Wishes) -> bytes:
    if path.exists():
        return path.read_bytes()
    evidence = card_picture(hands.card(wishes.card), wishes.light)
    partial = path.with_suffix(".partial")
    partial.write_bytes(evidence)
    partial.replace(path)
    return evidence


def _thumb(grey: Grey | None) -> bytes | None:
    if grey is None:
        return None
    scale = _THUMB_PX / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    good, encoded = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, 70))
    return encoded.tobytes() if good else None
