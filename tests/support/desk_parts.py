"""What the desk's states are made of: rendered returns, a driven machine, the devices."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from drive import BADGE, POLICY, RECIPE, SETUP, Drive, code

from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.grading import Condition, Grade
from station.domain.judging import judge
from station.screen.equipment import Device, DeviceKind, Equipment
from station.screen.operator import operator_view
from station.screen.view import OperatorView, Text, Thumb
from station.workflow.stages import Setup
from station.workflow.step import idle

PICTURES = Path("station/virtual/pictures")
DEVICES = tuple(
    Device(kind)
    for kind in (
        DeviceKind.SCANNER,
        DeviceKind.CAMERA,
        DeviceKind.EXAMINER,
        DeviceKind.CALIBRATION,
        DeviceKind.UPSTREAM,
    )
)
WELL = Equipment("07", DEVICES, waiting=2)
GOODS = "Thermos gift box"
NAMES = {"en": "Insulated flask gift box 500 ml", "zh-CN": "保温杯礼盒 500 ml"}
BUYERS = {"en": "arrived with a crushed box", "zh-CN": "收到时外箱压坏"}


@dataclass(frozen=True)
class Desk:
    """A view, and where the bytes of its pictures are."""

    view: OperatorView
    files: dict[str, Path]

    def load(self, digest: str) -> bytes:
        """The evidence bytes of a picture."""
        return self.files[digest].read_bytes()


@cache
def returns() -> tuple[dict[str, Any], ...]:
    """The truth of every rendered return."""
    names = sorted(PICTURES.glob("r*/truth.json"))
    return tuple(json.loads(name.read_text("utf-8")) for name in names)


def findings_of(truth: dict[str, Any], shots: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """The faults of a return as a perfect detector would report them, on every shot of a pose.

    Pictures that the recipe does not take are passed over.
    """
    taken = shots or [shot.name for pose in RECIPE.poses for shot in pose.shots]
    return tuple(
        _finding(fault, shot["shot"])
        for pose in truth["poses"]
        for shot in pose["shots"]
        if shot["shot"] in taken
        for fault in pose["faults"]
    )


def _finding(fault: dict[str, Any], shot: str) -> Finding:
    xs, ys = zip(*fault["polygon"], strict=True)
    box = (int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)
    measured = tuple(
        Measurement(Quantity(m["quantity"]), m["value"], Unit(m["unit"]), 0.4 + 0.03 * m["value"])
        for m in fault["truth"]
    )
    corners = tuple((float(x), float(y)) for x, y in fault["polygon"])
    return Finding(Defect(fault["defect"]), 0.93, shot, box, corners, measured)


def chosen(wanted: Callable[[Any, tuple[Finding, ...]], bool]) -> dict[str, Any]:
    """The return with the most faults whose verdict is as wanted."""
    fitting = []
    for truth in returns():
        findings = findings_of(truth)
        verdict = judge(POLICY, findings)
        if wanted(verdict, findings):
            fitting.append(truth)
    assert fitting, "no rendered return shows this state"
    return max(fitting, key=lambda truth: len(findings_of(truth)))


def graded(grade: Grade, condition: Condition | None = None) -> dict[str, Any]:
    """A return that is surely of a grade."""
    return chosen(
        lambda v, _: (
            not v.needs_review
            and v.proposed is grade
            and (condition is None or v.level.condition is condition)
        )
    )


def started(locale: str, setup: Setup = SETUP) -> Drive:
    """A bench with a person at it."""
    drive = Drive(idle(setup))
    drive.scan(BADGE)
    drive.bench = replace(
        drive.bench, operator="李伟" if locale == "zh-CN" else "Li Wei", ended=213
    )
    return drive


def inspected(locale: str, findings: tuple[Finding, ...], setup: Setup = SETUP) -> Drive:
    """A bench that shows the verdict about its first item."""
    drive = started(locale, setup)
    drive.scan(code(1))
    drive.settle(findings)
    drive.turn_over()
    drive.settle(findings)
    return drive


def desk_of(drive: Drive, truth: dict[str, Any], locale: str, equipment: Equipment = WELL) -> Desk:
    """The desk of a bench, with the pictures of a return."""
    view = operator_view(drive.bench, drive.now + timedelta(seconds=3.2), equipment)
    if view.item is not None and view.item.name:
        named = replace(view.item, name=NAMES[locale], buyer_reason=BUYERS[locale])
        view = replace(view, item=named)
    if view.parcel is not None:
        differences = tuple(_named(text, locale) for text in view.parcel.differences)
        view = replace(view, parcel=replace(view.parcel, differences=differences))
    files: dict[str, Path] = {}
    if view.picture is not None:
        thumbs = tuple(
            Thumb(t.shot, f"{truth['return']}/{t.shot}", t.mm_per_px) for t in view.picture.thumbs
        )
        files = {t.digest: PICTURES / f"{t.digest}.jpg" for t in thumbs}
        view = replace(view, picture=replace(view.picture, thumbs=thumbs))
    return Desk(view, files)


def _named(text: Text, locale: str) -> Text:
    """The goods of a parcel under the name that this language's orders give them."""
    named = ((key, NAMES[locale] if value == GOODS else value) for key, value in text.arguments)
    return Text(text.id, tuple(named))
