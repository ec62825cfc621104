"""Benches in the states that the operator's desk shows, and what it says of them."""

from drive import BADGE, Drive, found

from station.domain.defect import Defect, Finding
from station.screen.equipment import Device, DeviceKind, Equipment
from station.screen.operator import operator_view
from station.screen.view import OperatorView

BENCH = Equipment("07", (Device(DeviceKind.SCANNER), Device(DeviceKind.UPSTREAM)), waiting=0)
LIGHT = (found(Defect.SCRATCH, 12),)
REPAIR = (found(Defect.STAIN, 620, u=40),)
SCRAP = (found(Defect.STAIN, 2000),)
DOUBT = (found(Defect.DENT, 400, u=50),)


def logged_in() -> Drive:
    """A bench with a person at it."""
    drive = Drive()
    drive.scan(BADGE)
    return drive


def inspected(*findings: Finding) -> Drive:
    """A bench that shows a verdict."""
    drive = logged_in()
    drive.inspect(1, findings)
    return drive


def shown(drive: Drive, equipment: Equipment = BENCH) -> OperatorView:
    """What the desk shows now."""
    return operator_view(drive.bench, drive.now, equipment)


def enabled(view: OperatorView) -> set[str]:
    """The keys that do something now."""
    return {key.key for key in view.keys if key.enabled}


def said(view: OperatorView) -> tuple[str, str, str | None]:
    """Band, instruction and notice."""
    return view.band.value, view.instruction.id, view.notice.id if view.notice else None
