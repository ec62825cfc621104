"""What the examiner's child process and the station say to each other."""

from dataclasses import dataclass
from datetime import datetime

from station.domain.inspection import PoseExamined


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """A picture in shared memory: uint8 [height, width, 3] RGB under that name."""

    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShotToExamine:
    """One frame: its shot, its light, and its pixels, shared or still as evidence bytes."""

    shot: str
    light: str
    picture: SharedPicture | bytes


@dataclass(frozen=True, slots=True)
class ExaminePose:
    """Find and measure on the shots of one pose of an item of this size, at this time.

    All shots are of one camera. `rounded` if the side in view falls away from the item's height.
    Findings are of confidence `least` or more; without it, as sure as the pack asks. With `learn`
    they show a confirmed-good example of the goods to remember; nothing is answered.
    """

    request: int
    pose: str
    shots: tuple[ShotToExamine, ...]
    size_mm: tuple[float, float, float]
    at: datetime
    camera: str = ""
    gtin: str = ""
    learn: bool = False
    rounded: bool = False
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The pack is loaded and warm; `model_pack` names it and every byte of it."""

    model_pack: str


@dataclass(frozen=True, slots=True)
class PackRefused:
    """The examiner cannot work with what it was given; `detail` says why in one sentence."""

    detail: str


@dataclass(frozen=True, slots=True)
class PoseDone:
    """The answer to a request; its failure is part of it."""

    request: int
    result: PoseExamined
