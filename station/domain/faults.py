"""Failures a person can do something about.

Anything raised that is not a StationError is a bug: it is logged with its traceback and the screen
says honestly that the station failed.
"""

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """What went wrong, as the person meets it; the message catalogue holds the words for each."""

    SCANNER_LOST = "scanner-lost"
    TAG_READER_LOST = "tag-reader-lost"
    LIGHT_LOST = "light-lost"
    BOARD_LOST = "board-lost"
    PEDAL_LOST = "pedal-lost"
    SCALE_LOST = "scale-lost"
    PRINTER_LOST = "printer-lost"
    PRINTER_STOPPED = "printer-stopped"
    CAMERA_LOST = "camera-lost"
    CAMERA_SETTINGS = "camera-settings"
    CAMERA_SWAPPED = "camera-swapped"
    FRAME_STALE = "frame-stale"
    FRAME_BLACK = "frame-black"
    FRAME_WRONG_SIZE = "frame-wrong-size"
    FRAME_TORN = "frame-torn"
    NO_PICTURE = "no-picture"
    FRAME_NOT_LIVE = "frame-not-live"
    BENCH_HIDDEN = "bench-hidden"
    CAMERA_WRONG = "camera-wrong"
    LIGHT_WRONG = "light-wrong"
    ITEM_ABSENT = "item-absent"
    ITEM_OUTSIDE = "item-outside"
    ITEM_MOVED = "item-moved"
    PICTURE_BLURRED = "picture-blurred"
    PICTURE_SMEARED = "picture-smeared"
    PICTURE_CLIPPED = "picture-clipped"
    PICTURE_GLARE = "picture-glare"
    PICTURE_FLAT = "picture-flat"
    EXAMINER_DOWN = "examiner-down"
    DISK_FULL = "disk-full"
    STORE_FAILED = "store-failed"
    UPSTREAM_DOWN = "upstream-down"
    UPSTREAM_REFUSED = "upstream-refused"
    ORDERS_DOWN = "orders-down"
    CALIBRATION_OVERDUE = "calibration-overdue"
    PACK_REFUSED = "pack-refused"
    ALREADY_RUNNING = "already-running"
    BAD_INPUT = "bad-input"
    STATION_BUG = "station-bug"


TO_ARRANGE = frozenset(
    {
        FaultCode.BENCH_HIDDEN,
        FaultCode.ITEM_ABSENT,
        FaultCode.ITEM_OUTSIDE,
        FaultCode.ITEM_MOVED,
        FaultCode.PICTURE_BLURRED,
        FaultCode.PICTURE_SMEARED,
        FaultCode.PICTURE_GLARE,
        FaultCode.PICTURE_FLAT,
    }
)
"""Faults of a picture that the operator sets right by how the item lies."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its code, what it is about, a detail in plain words, whether work stops."""

    code: FaultCode
    subject: str
    detail: str = ""
    blocks: bool = False


class StationError(Exception):
    """A fault on its way to the person; its text is one sentence that says what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail or fault.code.value)
        self.fault = fault


def refuse(detail: str, subject: str = "") -> StationError:
    """A BAD_INPUT error: the input cannot be used, and `detail` says in one sentence what to do."""
    return StationError(Fault(FaultCode.BAD_INPUT, subject, detail))
