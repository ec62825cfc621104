"""A bench calibrated from beginning to end, and its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calibration.bench_plane import Bar, calibrate_plane
from calibration.boards.board import Board
from calibration.chart.reference import Batch
from calibration.lens.calibrate import calibrate_lens, gather
from calibration.pod import shipped_pod
from calibration.record import Calibration
from calibration.sections.provenance import Target
from station.app.calibration_hands import CalibratedBench
from station.app.calibration_lamps import DARK
from station.app.calibration_light import (
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
from station.app.calibration_report import write_report
from station.app.measuring.bench import state_detection
from station.app.verifying import make_reference

VIEWS = 27
PLACES = 5
UNTOUCHED = 30
TURNS = 2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is calibrated with: the board, its bar as measured, the serials of card and chart and
    the chart's batch, who does it, the lamps (all of the bench where none is named), and the one
    that targets are pictured under."""

    board: Board
    bar: Bar | None
    card: str = "1"
    by: str | None = None
    light: str = "bright"
    lamps: tuple[str, ...] = ()
    chart: str = "1"
    batch: Batch | None = None


def calibrate_all(
    bench: CalibratedBench,
    record: Path,
    work: Path,
    reports: Sequence[Path],
    wishes: Wishes,
    say: Say,
) -> Calibration:
    """Calibrate lens, plane, light, focus and colour, state what the bench finds, make the card's
    picture the reference, and write the reports.

    Pictures stay in `work`, and those that are there already count, so a broken-off run goes on.
    The record is written after every step. `CalibrationError` where a step computes nothing.
    """
    board, hands, lamps = wishes.board, bench.hands, bench.lamps
    say("1 of 6: lens")
    held = partial(hands.held_board, board, VIEWS)
    views = capture_views(held, lamps, wishes.light, work / "lens", board, VIEWS, say)
    lens = calibrate_lens(views, board, say)
    used = [view for view in views if view.name in lens.names]
    write_lens(record, lens, bench.camera, wishes.by, used)
    say("2 of 6: bench plane")
    laid = partial(hands.laid_board, board)
    places = capture_views(laid, lamps, wishes.light, work / "plane", board, PLACES, say)
    found = gather(places, board, say)
    plane = calibrate_plane(lens.lens, found.size, found.sightings, wishes.bar)
    lying = [place for place in places if place.name in found.names]
    bar = wishes.bar
    target = Target(board.text, "1", None if bar is None else bar.U_mm / bar.measured_mm)
    write_plane(record, plane, found.size, bench.camera, wishes.by, lying, target)
    say("3 of 6: light")
    shots = picture_lamps(bench, wishes.lamps, wishes.light, work, say)
    step = light_step(shots.lit, shots.still, blank=True, say=say)
    write_light(record, step, bench.camera, wishes.by, [*shots.lit, *shots.still])
    say("4 of 6: focus")
    _focus(bench, record, work, wishes, say)
    say("5 of 6: colour")
    colour = _colour(bench, record, work, wishes, say)
    _detection(record)
    say("6 of 6: check card")
    card = partial(hands.card, wishes.card)
    (shown,) = capture_lit(card, lamps, [wishes.light], work / "card", say)
    make_reference(record, shown.path.read_bytes(), wishes.card, wishes.light, bench.camera)
    write_report(record, reports, lens, colour, [*used, *lying])
    return read(record)


@dataclass(frozen=True, slots=True)
class LampShots:
    """Pictures of a blank card under each lamp, and of an untouched bench."""

    lit: list[PictureFile]
    still: list[PictureFile]


def picture_lamps(
    bench: CalibratedBench, names: Sequence[str], light: str, work: Path, say: Say
) -> LampShots:
    """Picture each lamp (all of the bench where none is named) on a blank card, at full and at
    levels below, twice with the card turned between; then 30 times an untouched sheet under
    `light`. Pictures that are in `work` are not taken again. StationError where a lamp or the
    camera does not answer."""
    lamps = bench.lamps
    lights = [DARK]
    for name in names or lamps.names:
        lights += [name, *(f"{name}@{level}" for level in lamps.levels)]
    lit = []
    for turn in range(TURNS):
        card = partial(bench.hands.blank_card, turn)
        lit += capture_lit(card, lamps, lights, work / "light", say, first=turn + 1)
    untouched = [light] * UNTOUCHED
    still = capture_lit(bench.hands.edges, lamps, untouched, work / "untouched", say)
    return LampShots(lit, still)


def _focus(bench: CalibratedBench, record: Path, work: Path, wishes: Wishes, say: Say) -> None:
    edges = bench.hands.edges
    (picture,) = capture_lit(edges, bench.lamps, [wishes.light], work / "untouched", say)
    found, size = focus_step(picture)
    write_focus(record, found, size, bench.camera, wishes.by, picture)


def _colour(
    bench: CalibratedBench, record: Path, work: Path, wishes: Wishes, say: Say
) -> ColourStep:
    chart = bench.hands.chart
    (picture,) = capture_lit(chart, bench.lamps, [wishes.light], work / "chart", say)
    step = colour_step(picture, wishes.batch, read(record), wishes.light)
    write_colour(record, step, bench.camera, wishes.light, wishes.by, wishes.chart)
    return step


def _detection(record: Path) -> None:
    """State what the bench finds, where sharpness and noise are known to tell it from."""
    made = read(record)
    if made.sharpness is not None and made.noise is not None:
        state_detection(record, shipped_pod())
