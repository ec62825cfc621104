"""What the machine asks of the world. Each may be repeated after a restart without harm."""

from dataclasses import dataclass
from enum import StrEnum

from station.domain.capture import Frame, Pose, Shot
from station.domain.identity import ItemCode
from station.domain.inspection import Inspection
from station.domain.item import Item
from station.domain.label import Label, LabelFact
from station.domain.parcel import ParcelAsked, ParcelClosure


class Sound(StrEnum):
    """Accept: one short high tone; attention: two rising; stop: three low."""

    ACCEPT = "accept"
    ATTENTION = "attention"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class FindOrder:
    """Look the code up in the return orders; answered by LookedUp."""

    inspection: str
    code: ItemCode


@dataclass(frozen=True, slots=True)
class FindParcel:
    """Look a parcel up in the return orders; answered by ParcelLookedUp."""

    asked: ParcelAsked


@dataclass(frozen=True, slots=True)
class CloseParcel:
    """Write the closure of a parcel; answered by ParcelClosed or failed."""

    closure: ParcelClosure


@dataclass(frozen=True, slots=True)
class Expose:
    """Set the shot's light, let it settle, take a fresh frame; answered by Exposed or failed.

    `then` is the light of the shot that follows in the same pose; after the last one the proof of
    the pose does, which `proves` names.
    """

    inspection: str
    take: int
    shot: Shot
    then: str = ""
    proves: Pose | None = None


@dataclass(frozen=True, slots=True)
class Prove:
    """Hold the frames of a pose against a light pattern shown now; answered by Proved or failed."""

    inspection: str
    pose: Pose
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Examine:
    """Find and measure on the frames of one pose; answered by PoseAnswered.

    Findings are of confidence `least` or more; without it, as sure as the model pack asks.
    """

    inspection: str
    take: int
    pose: Pose
    frames: tuple[Frame, ...]
    item: Item
    least: float | None


@dataclass(frozen=True, slots=True)
class Save:
    """Write the record, its evidence and its outbox entry in one transaction."""

    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Keep the result of an undone inspection from being posted while it is answered anew."""

    inspection: str


@dataclass(frozen=True, slots=True)
class NoteLabel:
    """Keep that a label, plate or bin was scanned; answered by LabelNoted.

    `instead_of` is the inspection superseded by the fact's: its plate is on the same item.
    """

    fact: LabelFact
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """Print one label; a printer that cannot is a fault, and nothing waits for it."""

    label: Label


@dataclass(frozen=True, slots=True)
class Say:
    """Play a sound."""

    sound: Sound


Command = (
    FindOrder
    | FindParcel
    | CloseParcel
    | Expose
    | Prove
    | Examine
    | Save
    | Withdraw
    | NoteLabel
    | Print
    | Say
)
