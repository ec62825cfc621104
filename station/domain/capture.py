"""What is pictured, under which light, and the facts about one exposure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from station.domain.picture import PictureLimits

_MOST_PAUSE_S = 10.0
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Trigger(StrEnum):
    """What has a pose pictured once its instruction is shown.

    `still`: the item was moved and now lies still, and no hand is in view. `key`: the take key or
    the pedal, where a hand must hold the item open. The take key always does.
    """

    STILL = "still"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a pose: which camera under which light, and what the picture must be.

    With `mask_labels` shipping labels are flattened before the picture is kept or examined.
    `pause_s` passes before it, for goods that sink or swing after they lie.
    """

    name: str
    camera: str
    light: str
    mask_labels: bool = False
    limits: PictureLimits = field(default_factory=PictureLimits)
    pause_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.pause_s <= _MOST_PAUSE_S:
            raise ValueError(f"shot {self.name} pauses for 0 to {_MOST_PAUSE_S:g} seconds")


MOST_SHOTS = 6
"""In one pose: all of its pictures are in memory while they are examined."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the item lies, what the operator is told, which zones become visible, and the shots.

    `rounded` says that the side in view falls away from the item's full height, so that what is
    measured on it may lie lower.
    `instruction` names the words that the operator is shown; the pose's own name without.
    """

    name: str
    zones: tuple[str, ...]
    shots: tuple[Shot, ...]
    rounded: bool = False
    instruction: str = ""
    trigger: Trigger = Trigger.STILL

    def __post_init__(self) -> None:
        if not self.shots:
            raise ValueError(f"pose {self.name} has no shot")
        if len(self.shots) > MOST_SHOTS:
            raise ValueError(f"pose {self.name} has {len(self.shots)} shots, at most {MOST_SHOTS}")

    @property
    def told(self) -> str:
        """The name of its instruction."""
        return self.instruction or self.name


@dataclass(frozen=True, slots=True)
class CaptureRecipe:
    """The poses of a category of goods and what its pictures can resolve.

    `never_shown` are zones of the goods outside every pose; they are listed as unseen.
    `resolves_mm` is the shortest length, `resolves_delta_e00` the least colour difference that a
    clause may set a limit at.
    """

    name: str
    version: str
    category: str
    poses: tuple[Pose, ...]
    required_zones: frozenset[str]
    resolves_mm: float
    resolves_delta_e00: float
    never_shown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.poses:
            raise ValueError(f"capture recipe {self.name} has no pose")
        names = [shot.name for pose in self.poses for shot in pose.shots]
        if len(set(names)) != len(names):
            raise ValueError(f"capture recipe {self.name} names a shot twice")
        visible = {zone for pose in self.poses for zone in pose.zones}
        if not self.required_zones <= visible:
            missing = ", ".join(sorted(self.required_zones - visible))
            raise ValueError(f"capture recipe {self.name} requires zones no pose shows: {missing}")

    @property
    def zones(self) -> frozenset[str]:
        """Every zone of the goods, shown or not."""
        return self.never_shown | {zone for pose in self.poses for zone in pose.zones}


@dataclass(frozen=True, slots=True)
class Frame:
    """Facts about one exposure; the pixels live elsewhere under `digest`.

    `digest` is the SHA-256 (lower-case hex) of the evidence bytes as the camera delivered them,
    `sequence` the camera's own count, `monotonic_s` the station's monotonic clock at the exposure,
    `light` the light as applied.
    """

    shot: str
    camera: str
    light: str
    digest: str
    media_type: str
    width: int
    height: int
    sequence: int
    monotonic_s: float
    exposed_at: datetime

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.digest):
            raise ValueError("a frame is named by the SHA-256 of its bytes")
        if self.width <= 0 or self.height <= 0:
            raise ValueError("a frame has a positive size")
        if self.exposed_at.tzinfo is None:
            raise ValueError("an exposure has a time zone")
