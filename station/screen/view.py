"""What the operator's desk shows, without any toolkit: message ids, numbers and digests."""

from dataclasses import dataclass
from enum import StrEnum

from station.domain.defect import Defect, Quantity, Unit
from station.domain.grading import Condition, Doubt, Grade, Level


class Band(StrEnum):
    """The six states of the full-width band."""

    READY = "ready"
    READING = "reading"
    LOOKING = "looking"
    RESULT = "result"
    NEEDS_YOU = "needs-you"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Text:
    """A message of the catalogue: its id and its named arguments, already formatted."""

    id: str
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ItemView:
    """The item as ordered."""

    name: str
    code: str
    order: str
    buyer_reason: str


@dataclass(frozen=True, slots=True)
class ParcelView:
    """The parcel at the bench: how many of the declared pieces came.

    `differences` say what is missing and what is extra; they exist once it is closed.
    """

    code: str
    came: int
    declared: int
    closed: bool = False
    differences: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered finding on a shot: box and polygon in frame pixels."""

    number: int
    shot: str
    box: tuple[int, int, int, int]
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Thumb:
    """One frame taken of the item.

    `mm_per_px` is the scale on the item's upper face; none without a calibration in date.
    """

    shot: str
    digest: str
    mm_per_px: float | None = None


@dataclass(frozen=True, slots=True)
class PictureView:
    """The pictures of the item: `shot` is shown large, all are thumbs; marks belong to shots."""

    shot: str
    thumbs: tuple[Thumb, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class GradeView:
    """The grade as shown: sure, or proposed while a person must look (then `grade` may be none).

    `margins` say how far the deciding value lies from the next grade each way, `doubts` why a
    person must look.
    """

    grade: Grade | None
    condition: Condition | None
    sure: bool
    disposition: str
    margins: tuple[Text, ...]
    doubts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason: its number on the picture, value ± U, and the limits of its bar, in `unit`.

    `number` is none for reasons with no place on a picture; `value` is none where nothing was
    measured. `doubt` says why this reason leaves doubt.
    """

    number: int | None
    defect: Defect | None
    clause: str
    level: Level
    quantity: Quantity | None
    value: float | None
    uncertainty: float | None
    unit: Unit | None
    limits: tuple[tuple[Level, float], ...]
    doubt: Doubt | None
    subject: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key the operator may press now: `1`, `2`, `3`, `*`, `0`, `take`."""

    key: str
    label: Text
    enabled: bool
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device of the strip: well, or in need of attention, with a word for it."""

    name: Text
    well: bool
    word: Text


@dataclass(frozen=True, slots=True)
class OperatorView:
    """Everything the operator's desk shows at one moment.

    The notice says what happened, or in STOPPED what is wrong; the instruction what to do now.
    `seconds` run since the item was scanned.
    """

    band: Band
    instruction: Text
    notice: Text | None
    station: str
    operator: str | None
    ended: int
    parked: int
    item: ItemView | None
    picture: PictureView | None
    grade: GradeView | None
    reasons: tuple[ReasonView, ...]
    more_reasons: int
    keys: tuple[KeyView, ...]
    devices: tuple[DeviceView, ...]
    seconds: float | None
    parcel: ParcelView | None = None
