"""What the machine asks of the world. Each may be repeated after a restart without harm."""

from dataclasses import dataclass
from enum import StrEnum

from station.domain.capture import Frame, Pose, Shot
from station.domain.identity import ItemCode
from station.domain.inspection import Inspection
from station.domain.item import Item


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
class Expose:
    """Set the shot's light, let it settle, take a fresh frame; answered by Exposed or failed."""

    inspection: str
    take: int
    shot: Shot


@dataclass(frozen=True, slots=True)
class Examine:
    """Find and measure on the frames of one pose; answered by PoseAnswered."""

    inspection: str
    take: int
    pose: Pose
    frames: tuple[Frame, ...]
    item: Item


@dataclass(frozen=True, slots=True)
class Save:
    """Write the record, its evidence and its outbox entry in one transaction."""

    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Keep the result of an undone inspection from being posted while it is answered anew."""

    inspection: str


@dataclass(frozen=True, slots=True)
class Say:
    """Play a sound."""

    sound: Sound


Command = FindOrder | Expose | Examine | Save | Withdraw | Say
