"""Nothing on the window is cut, crowded or too small: any state, size, language and hand."""

from dataclasses import replace
from itertools import cycle

import pytest
from desk import STATES, desk
from live_views import picture_of
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication
from windows import window_in, window_of, written

from station.domain.defect import Defect, Quantity, Unit
from station.domain.faults import TO_ARRANGE, FaultCode
from station.domain.grading import Condition, Doubt, Grade, Level
from station.messages.catalogue import LOCALES, Catalogue
from station.screen.live import LiveView
from station.screen.view import Band, GradeView, ReasonView, Text
from station.ui.theme import sizes
from station.ui.window import Window

SIZES = [(1920, 1080), (1366, 768), (1280, 720), (2560, 1440)]
UNITS = {Quantity.AREA: Unit.MM2, Quantity.DELTA_E00: Unit.ONE}
LIMITS = ((Level.LIGHT_FLAW, 15.0), (Level.REPAIR, 200.0), (Level.SCRAP, 1500.0))


def complaints(window: Window) -> list[str]:
    """What is wrong with the text on a window."""
    scale = sizes(window.width(), window.height()).scale
    lines = written(window)
    wrong = [f"cut: {line.text!r}" for _, _, line in lines if line.cut and not line.given]
    wrong += [
        f"small: {line.text!r} {line.pixels:.1f}"
        for _, _, line in lines
        if round(line.pixels) < round(24 * scale)
    ]
    wrong += [
        f"outside {name}: {line.text!r}"
        for name, panel, line in lines
        if not panel.adjusted(-1, -1, 1, 1).contains(line.box)
    ]
    for index, (name, _, line) in enumerate(lines):
        for other_name, _, other in lines[index + 1 :]:
            if name == other_name and line.box.adjusted(1, 2, -1, -2).intersects(other.box):
                wrong.append(f"overlap in {name}: {line.text!r} and {other.text!r}")
    return wrong


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("size", "left_handed"), [*((size, False) for size in SIZES), ((1366, 768), True)], ids=str
)
def test_every_state_fits(
    size: tuple[int, int], locale: str, left_handed: bool, qapp: QApplication
) -> None:
    wrong = {
        state: complaints(window_in(state, size=size, locale=locale, left_handed=left_handed))
        for state in STATES
    }

    assert {state: found for state, found in wrong.items() if found} == {}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_camera_fits_live_or_lost(
    size: tuple[int, int], locale: str, count: int, qapp: QApplication
) -> None:
    views = [
        LiveView(f"camera number {n}", 16 / 9, lambda n=n: None if n % 2 else picture_of(90))
        for n in range(count)
    ]
    window = window_in("ready", size=size, locale=locale, live=views)
    qapp.processEvents()

    assert complaints(window) == []
    assert len(window.live.lines) == count + count // 2
    tiles = window.live.tile_places()
    area = QRectF(window.live.rect()).adjusted(-1, -1, 1, 1)
    assert all(area.contains(tile) for tile in tiles)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", SIZES[:2], ids=str)
def test_every_instruction_and_notice_fits(
    size: tuple[int, int], locale: str, qapp: QApplication
) -> None:
    ready = desk("ready", locale)
    window = window_of(ready, size=size, locale=locale)
    ids = Catalogue.load(locale).ids
    code = (
        ("code", "(01)09520123456788(21)R-0001"),
        ("name", "front left"),
        ("count", "12"),
        ("time", "11-22 20:45"),
        ("grade", "resellable"),
        ("number", "12"),
        ("defect", "discolouration"),
    )
    instructions = [i for i in ids if i.startswith(("do.", "pose.", "remedy."))]
    notices = [f"notice.{i.removeprefix('notice.')}" for i in ids if i.startswith("notice.")]
    notices += [f"fault.{code.value}" for code in FaultCode]
    troubles = [Text("screen.trouble", (("fault", code.value),)) for code in FaultCode]
    troubles += [Text("screen.or-tote", (("fault", code.value),)) for code in TO_ARRANGE]
    wrong: list[str] = []
    for band in Band:
        told = [*(Text(notice, code) for notice in notices), *troubles]
        for instruction, notice in zip(cycle(instructions), told, strict=False):
            said = Text(instruction, code), notice
            view = replace(
                ready.view, band=band, instruction=said[0], notice=said[1], seconds=123.4
            )
            window.show_view(view)
            window.grab()
            wrong += complaints(window)
            wrong += [f"cut: {line.text!r}" for _, _, line in written(window) if line.cut]

    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", SIZES[:2], ids=str)
def test_every_reason_fits(size: tuple[int, int], locale: str, qapp: QApplication) -> None:
    repair = desk("repair", locale)
    window = window_of(repair, size=size, locale=locale)
    wrong: list[str] = []
    for defect in Defect:
        for quantity in Quantity:
            unit = UNITS.get(quantity, Unit.MM)
            measured = ReasonView(
                1, defect, "c", Level.REPAIR, quantity, 1234.5, 45.6, unit, LIMITS, None, ""
            )
            unmeasured = replace(
                measured, number=2, value=None, limits=(), doubt=Doubt.NOT_MEASURED
            )
            capped = replace(unmeasured, number=3, doubt=None)
            reasons = (measured, unmeasured, capped)
            window.show_view(replace(repair.view, reasons=reasons, more_reasons=12))
            window.grab()
            wrong += complaints(window)

    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", SIZES[:2], ids=str)
def test_every_grade_fits(size: tuple[int, int], locale: str, qapp: QApplication) -> None:
    repair = desk("repair", locale)
    window = window_of(repair, size=size, locale=locale)
    margins = tuple(
        Text(f"margin.{name}", (("value", "1888"), ("unit", "mm2")))
        for name in ("over-repair", "under-scrap")
    )
    doubts = tuple(
        Text(f"doubt.{doubt.value}", (("subject", "bottom"),))
        for doubt in Doubt
        if doubt is not Doubt.ZONE_UNSEEN
    )
    dispositions = [i for i in Catalogue.load(locale).ids if i.startswith("disposition.")]
    grades = [
        GradeView(grade, condition, True, disposition.removeprefix("disposition."), margins)
        for grade in Grade
        for condition in (None, *Condition)
        for disposition in dispositions
    ]
    grades += [GradeView(grade, None, False, "", (), doubts) for grade in (None, *Grade)]
    wrong: list[str] = []
    for grade in grades:
        window.show_view(replace(repair.view, grade=grade))
        window.grab()
        wrong += complaints(window)

    assert wrong == []


def test_what_comes_from_outside_is_cut_and_never_spills(qapp: QApplication) -> None:
    repair = desk("repair", "en")
    item = replace(repair.view.item, name="A very long name " * 20)
    long = replace(repair.view, item=item, operator="A very long person's name " * 5)
    window = window_of(replace(repair, view=long))

    assert complaints(window) == []
    assert any(line.cut and line.given for _, _, line in written(window))


def test_the_instruction_is_the_largest_text_of_the_band(qapp: QApplication) -> None:
    window = window_in("repair")
    said = Catalogue.load("en").text("do.confirm-repair")
    (line,) = [line for _, _, line in written(window) if line.text == said]

    assert line.pixels >= 36


def test_the_grade_is_the_largest_word_of_all(qapp: QApplication) -> None:
    for size in SIZES:
        lines = [line for _, _, line in written(window_in("repair", size=size))]
        largest = max(lines, key=lambda line: line.pixels)

        assert largest.text == "Repair"
