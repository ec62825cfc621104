"""A bench in whose field tags lie, and what it holds open."""

from drive import BADGE, GTIN, Drive

from station.domain.epc import encode, sgtin
from station.domain.identity import ItemCode
from station.domain.inspection import Opened
from station.workflow.stages import Answering, Capturing, Identifying, opened_of

STRANGE = "E28011606000020512345678"


def tag(number: int, gtin: str = GTIN) -> str:
    return encode(sgtin(ItemCode(gtin, str(number)), 7))


def ready() -> Drive:
    drive = Drive()
    drive.scan(BADGE)
    return drive


def opened(drive: Drive) -> Opened:
    stage = drive.bench.stage
    assert isinstance(stage, Identifying | Capturing | Answering)
    return opened_of(stage)


def notice(drive: Drive) -> str | None:
    return drive.bench.notice.id if drive.bench.notice else None


def shown(drive: Drive) -> Answering:
    drive.settle()
    drive.turn_over()
    drive.settle()
    assert isinstance(drive.bench.stage, Answering)
    return drive.bench.stage
