"""A bench calibrated from beginning to end, and its report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calibration.bench_plane import Bar, calibrate_plane
from calibration.boards.board import Board
from calibration.boards.finding import Grey
from calibration.chart.reference import Batch
from calibration.lens.calibrate import LensCalibration, calibrate_lens, gather
from calibration.pod import shipped_pod
from calibration.record import Calibration
from calibration.report.figures import (
    chart_figure,
    coverage_figure,
    drift_chart,
    residual_figure,
)
from calibration.report.page import Figure, report_page
from calibration.sections.provenance import Target
from calibration.verification.log import log_of, read_log
from models.runtime.opencv import cv2
from station.adapters.cameras.sources.source import FrameSource
from station.app.calibration_light import (
    DARK,
    ColourStep,
    colour_step,
    focus_step,
    light_step,
    write_colour,
    write_focus,
    write_light,
)
from station.app.calibration_pictures import PictureFile, Say, capture_lit, capture_views
from station.app.calibration_record import read, write_lens, write_plane
from station.app.cameras import camera_of
from station.app.measuring.bench import state_detection
from station.app.verifying import card_picture, make_reference
from station.config import read_settings
from station.domain.faults import refuse

VIEWS = 27
PLACES = 5
UNTOUCHED = 30
_THUMB_PX = 240


class Hands(Protocol):
    """Who shows the targets to the camera, one after another."""

    def held_board(self, board: Board, views: int) -> FrameSource:
        """The camera while the board is held before it."""
        ...

    def laid_board(self, board: Board) -> FrameSource:
        """The camera while the board lies on the bench at one place after another."""
        ...

    def blank_card(self) -> FrameSource:
        """The camera over a blank card that fills the picture, turned between two pictures."""
        ...

    def edges(self) -> FrameSource:
        """The camera over the sheet of slanted squares, which nobody touches."""
        ...

    def chart(self) -> FrameSource:
        """The camera over the 24-patch chart."""
        ...

    def card(self, serial: str) -> FrameSource:
        """The camera over the check card."""
        ...

    def lit(self, light: str) -> None:
        """Have this light on and no other: a lamp, a lamp at a level as `bright@50`, or `off`."""
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

    def blank_card(self) -> FrameSource:
        """Ask for a blank card."""
        self._ask("Lay a clean, matt, blank card on the bench so that it fills the picture.")
        return camera_of(self._camera)

    def edges(self) -> FrameSource:
        """Ask for the slanted squares."""
        self._ask("Lay the sheet of slanted squares flat in the middle, and touch nothing.")
        return camera_of(self._camera)

    def chart(self) -> FrameSource:
        """Ask for the chart."""
        self._ask("Lay the 24-patch chart flat in the middle of the bench.")
        return camera_of(self._camera)

    def lit(self, light: str) -> None:
        """Ask for the light."""
        lamp, _, percent = light.partition("@")
        level = f" at {percent} %" if percent else ""
        wish = "Switch all lamps off" if lamp == "off" else f"Light only the lamp {lamp}{level}"
        self._ask(f"{wish}; turn the blank card by half if it lies there.")

    def card(self, serial: str) -> FrameSource:
        """Ask for the card."""
        self._ask(f"Lay check card {serial} flat in the middle of the bench and take hands away.")
        return camera_of(self._camera)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is calibrated with: the board, its bar as measured, the serials of card and chart and
    the chart's batch, who does it, the lamps, and the one that targets are pictured under."""

    board: Board
    bar: Bar | None
    card: str = "1"
    camera: str = "bench"
    by: str | None = None
    light: str = "bright"
    lamps: tuple[str, ...] = ("bright", "raking")
    chart: str = "1"
    batch: Batch | None = None


def calibrate_all(
    hands: Hands, record: Path, work: Path, report: Path, wishes: Wishes, say: Say
) -> Calibration:
    """Calibrate lens, plane, light, focus and colour, state what the bench finds, make the card's
    picture the reference, and write the report.

    Pictures stay in `work`, and those that are there already count, so a broken-off run goes on.
    The record is written after every step. `CalibrationError` where a step computes nothing.
    """
    board = wishes.board
    say("1 of 6: lens")
    views = capture_views(
        hands.held_board(board, VIEWS), wishes.light, work / "lens", board, VIEWS, say
    )
    lens = calibrate_lens(views, board, say)
    used = [view for view in views if view.name in lens.names]
    write_lens(record, lens, wishes.camera, wishes.by, used)
    say("2 of 6: bench plane")
    places = capture_views(
        hands.laid_board(board), wishes.light, work / "plane", board, PLACES, say
    )
    found = gather(places, board, say)
    plane = calibrate_plane(lens.lens, found.size, found.sightings, wishes.bar)
    lying = [place for place in places if place.name in found.names]
    bar = wishes.bar
    target = Target(board.text, "1", None if bar is None else bar.U_mm / bar.measured_mm)
    write_plane(record, plane, found.size, wishes.by, lying, target)
    say("3 of 6: light")
    _light(hands, record, work, wishes, say)
    say("4 of 6: focus")
    _focus(hands, record, work, wishes, say)
    say("5 of 6: colour")
    colour = _colour(hands, record, work, wishes, say)
    _detection(record)
    say("6 of 6: check card")
    evidence = _card(hands, work / "card.png", wishes)
    make_reference(record, evidence, wishes.card, wishes.light)
    write_report(record, report, lens, colour, [*used, *lying])
    return read(record)


def write_report(
    record: Path,
    report: Path,
    lens: LensCalibration | None = None,
    colour: ColourStep | None = None,
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
        figures["plane"] = [Figure(caption, jpegs=thumbs)]
    if colour is not None:
        caption = (
            "each patch as delivered, corrected, and as it should be; ΔE00 before and after",
            "每个色块：原样、校正后、应有颜色；校正前后的 ΔE00",
        )
        figures["colour"] = [Figure(caption, chart_figure(colour.made))]
    made = read(record)
    history = [each for each in read_log(log_of(record)) if each.calibration == made.digest]
    if history:
        caption = ("daily checks as a share of their limits", "每日校验占限值的比例")
        figures["verify"] = [Figure(caption, drift_chart(history))]
    try:
        report.write_text(report_page(made, figures), "utf-8")
    except OSError as error:
        raise refuse(f"{report} cannot be written ({error.strerror}): name another file") from error


def _light(hands: Hands, record: Path, work: Path, wishes: Wishes, say: Say) -> None:
    """Each lamp on a blank card at full and half its level, and noise from an untouched sheet."""
    lights = [DARK, DARK]
    for lamp in wishes.lamps:
        lights += [lamp, lamp, f"{lamp}@50"]
    lit = capture_lit(hands.blank_card(), lights, hands.lit, work / "light", say)
    still = capture_lit(
        hands.edges(), [wishes.light] * UNTOUCHED, hands.lit, work / "untouched", say
    )
    step = light_step(lit, still, blank=True, say=say)
    write_light(record, step, wishes.by, [*lit, *still])


def _focus(hands: Hands, record: Path, work: Path, wishes: Wishes, say: Say) -> None:
    (picture,) = capture_lit(hands.edges(), [wishes.light], hands.lit, work / "untouched", say)
    found, size = focus_step(picture)
    write_focus(record, found, size, wishes.by, picture)


def _colour(hands: Hands, record: Path, work: Path, wishes: Wishes, say: Say) -> ColourStep:
    (picture,) = capture_lit(hands.chart(), [wishes.light], hands.lit, work / "chart", say)
    step = colour_step(picture, wishes.batch, read(record), wishes.light)
    write_colour(record, step, wishes.light, wishes.by, wishes.chart)
    return step


def _detection(record: Path) -> None:
    """State what the bench finds, where sharpness and noise are known to tell it from."""
    made = read(record)
    if made.sharpness is not None and made.noise is not None:
        state_detection(record, shipped_pod())


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
