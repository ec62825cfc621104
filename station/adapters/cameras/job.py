"""One wished-for exposure on its way from the wish to its frame."""

from dataclasses import dataclass, field
from datetime import timedelta

from station.adapters.cameras.bench_camera import BenchCamera
from station.adapters.cameras.freshness import Refusal
from station.adapters.cameras.link import Delivered
from station.adapters.cameras.pixels import PixelPlace
from station.adapters.cameras.ports import Clock
from station.adapters.cameras.prover import Trial
from station.domain.capture import Frame, Pose, Shot
from station.domain.light_proof import Mix


@dataclass(frozen=True, slots=True)
class Job:
    """One wished-for exposure: of a shot, or of a step of a trial, never before `not_before_s`.

    `then` is the light of the shot that will follow it, if that is known. After a pose's last shot
    that is the pattern that will prove it: `proves` is the pose.
    """

    inspection: str
    take: int
    shot: Shot
    trial: Trial | None = None
    mix: Mix | None = None
    then: str = field(default="", compare=False)
    proves: Pose | None = field(default=None, compare=False)
    not_before_s: float = field(default=float("-inf"), compare=False)

    @property
    def light(self) -> str | Mix:
        """The light it needs."""
        return self.mix or self.shot.light


@dataclass(slots=True)
class Asked:
    """The grab that is out: it belongs to one life of a camera's child.

    Once its frame is `captured` the light may change; `unsteady` says whether it had before.
    """

    request: int
    job: Job
    camera: BenchCamera
    place: PixelPlace
    settled_s: float
    until_s: float
    captured: bool = False
    unsteady: Refusal | None = None


def frame_of(shot: Shot, digest: str, answer: Delivered, clock: Clock) -> Frame:
    """The facts of what the camera delivered for a shot."""
    age = timedelta(seconds=clock.monotonic() - answer.monotonic_s)
    return Frame(
        shot=shot.name,
        camera=shot.camera,
        light=shot.light,
        digest=digest,
        media_type=answer.media_type,
        width=answer.width,
        height=answer.height,
        sequence=answer.sequence,
        monotonic_s=answer.monotonic_s,
        exposed_at=clock.now() - age,
    )
