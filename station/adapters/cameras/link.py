"""What a camera's child process and the station say to each other."""

from dataclasses import dataclass

from station.adapters.cameras.jpeg import Box
from station.adapters.cameras.pixels import PixelPlace
from station.domain.faults import FaultCode

LOOK_WIDTH = 320
LOOK_HEIGHT = 180


@dataclass(frozen=True, slots=True)
class Grab:
    """Deliver one frame exposed at or after `not_before_s` (monotonic), decoded into `place`.

    With `mask_labels` shipping labels are flattened before anything is delivered.
    """

    request: int
    light: str
    not_before_s: float
    place: PixelPlace
    mask_labels: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """The frame of a grab is out of the camera, and its light no longer needed; what became of it
    follows."""

    request: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """The answer to a grab: the evidence to keep, and what was seen on decoding it.

    `mean` is the mean grey value, 0 to 255. The place of the grab holds the pixels only where
    `width` and `height` are its own. `masked` are the boxes (x, y, width, height) that were
    flattened in it.
    """

    request: int
    evidence: bytes
    media_type: str
    sequence: int
    monotonic_s: float
    width: int
    height: int
    mean: float
    masked: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """No frame could be had for this grab; `detail` says why in one sentence."""

    request: int
    code: FaultCode
    detail: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The process runs, and opens the camera now."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The camera is open; `properties` and `identity` are as read back from it."""

    properties: dict[str, float]
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The bench for the presence watch: grey, `LOOK_HEIGHT` rows of `LOOK_WIDTH` bytes."""

    monotonic_s: float
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Alive:
    """The camera has no live picture to show and is well."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The camera is lost and the child ends; `detail` says why in one sentence."""

    detail: str
    code: FaultCode = FaultCode.CAMERA_LOST
