"""The states of the station: one type for each stage of an item's way, and the bench around it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from station.domain.capture import CaptureRecipe, Frame, Pose, Shot
from station.domain.correction import Correction
from station.domain.events import BenchView, LastEnded, Scanned
from station.domain.faults import TO_ARRANGE, Fault
from station.domain.grading import GradingPolicy
from station.domain.identity import ItemCode
from station.domain.inspection import Identified, Inspection, Judged, Opened, PoseExamined
from station.domain.label import LabelFact, LabelKind
from station.domain.light_proof import LightProof
from station.domain.parcel import OpenParcel, ParcelAsked, ParcelClosure


@dataclass(frozen=True, slots=True)
class Setup:
    """What the station is set to: recipes and policies by category, and the undo window.

    With `proving` no pose counts whose frames are not proved by a light pattern; a bench that does
    not switch its lights cannot. `labels` are printed when an item is closed; none by default,
    because plates come pre-printed. `parcel_patterns` are the codes of this site's further carriers
    (see `station.domain.carrier`).
    """

    recipes: tuple[CaptureRecipe, ...]
    policies: tuple[GradingPolicy, ...]
    undo_window: timedelta
    shown_at_least: timedelta = timedelta(seconds=0.7)
    labels: tuple[LabelKind, ...] = ()
    parcel_patterns: tuple[str, ...] = ()
    proving: bool = False

    def recipe(self, category: str) -> CaptureRecipe | None:
        """The capture recipe of a category."""
        return next((r for r in self.recipes if r.category == category), None)

    def policy(self, category: str) -> GradingPolicy | None:
        """The grading policy of a category."""
        return next((p for p in self.policies if p.category == category), None)


@dataclass(frozen=True, slots=True)
class Ready:
    """The bench waits for an item."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """A code was scanned and is being looked up."""

    opened: Opened


@dataclass(frozen=True, slots=True)
class Capturing:
    """The item is being pictured, pose by pose; earlier poses are examined meanwhile.

    `refining` is the same code with a serial, learnt from its tag or pictures and being looked up.

    `waiting` until the operator has laid the item as the pose at `pose_index` asks. `take` counts
    retakes, so that answers to an earlier take are recognised as late. `proofs` name the frames
    that they bear out; `unproven` counts the poses that were not believed in a row, `refused` how
    often the item has to be laid anew for its next picture.
    """

    identified: Identified
    recipe: CaptureRecipe
    take: int = 0
    pose_index: int = 0
    waiting: bool = False
    disturbed: bool = False
    frames: tuple[Frame, ...] = ()
    answers: tuple[PoseExamined, ...] = ()
    failures: int = 0
    stuck: Fault | None = None
    refining: ItemCode | None = None
    proofs: tuple[LightProof, ...] = ()
    unproven: int = 0
    refused: int = 0

    @property
    def cannot_be_pictured(self) -> bool:
        """Whether the item lies wrong for a picture, and may go to a person as it is."""
        return self.stuck is not None and self.stuck.code in TO_ARRANGE

    @property
    def pose(self) -> Pose | None:
        """The pose being pictured; none when every pose is."""
        poses = self.recipe.poses
        return poses[self.pose_index] if self.pose_index < len(poses) else None

    @property
    def next_shot(self) -> Shot | None:
        """The first shot of the current pose that has no frame yet."""
        return next(iter(self.shots_left), None)

    @property
    def shots_left(self) -> tuple[Shot, ...]:
        """The shots of the current pose that have no frame yet, in their order."""
        taken = {frame.shot for frame in self.frames}
        shots = self.pose.shots if self.pose else ()
        return tuple(shot for shot in shots if shot.name not in taken)

    def frames_of(self, pose: Pose) -> tuple[Frame, ...]:
        """The frames taken of a pose, in the order of its shots."""
        by_shot = {frame.shot: frame for frame in self.frames}
        return tuple(by_shot[shot.name] for shot in pose.shots if shot.name in by_shot)

    @property
    def unanswered(self) -> tuple[Pose, ...]:
        """Poses fully pictured whose examination is still out."""
        answered = {answer.pose for answer in self.answers}
        done = self.recipe.poses[: self.pose_index]
        return tuple(pose for pose in done if pose.name not in answered)

    @property
    def unproved(self) -> tuple[Pose, ...]:
        """Poses fully pictured whose frames no proof names."""
        proved = {digest for proof in self.proofs for digest in proof.digests}
        done = self.recipe.poses[: self.pose_index]
        return tuple(p for p in done if not {f.digest for f in self.frames_of(p)} <= proved)


@dataclass(frozen=True, slots=True)
class Answering:
    """The verdict is shown and a person answers: by the next scan, a key, a bin, a plate or a tote.

    `gone` once the bench was seen empty after the result appeared. `person_only` after an undo:
    then only a key, bin, plate or tote will do. `corrections` are what the operator said of the
    findings, of which the one at `pointed` in the screen's order is meant next.
    """

    judged: Judged
    take: int = 0
    gone: bool = False
    person_only: bool = False
    pointed: int = 0
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Saving:
    """The record is being written; `then` is the scan that confirmed it and opens the next item."""

    inspection: Inspection
    then: Scanned | None = None
    failed: Fault | None = None


OpenStage = Identifying | Capturing | Answering
Stage = Ready | OpenStage | Saving


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message about the last event: an id of the message catalogue and its arguments."""

    id: str
    arguments: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NearTags:
    """The tags on the bench, as last settled under `fresh_id`.

    `seen` were there while the open item was identified and pictured; `spent` belong to earlier
    items and mean nothing until they have left the field.
    """

    epcs: tuple[str, ...] = ()
    fresh_id: str = ""
    seen: frozenset[str] = frozenset()
    spent: frozenset[str] = frozenset()

    @property
    def fresh(self) -> tuple[str, ...]:
        """Those that belong to no earlier item."""
        return tuple(epc for epc in self.epcs if epc not in self.spent)


@dataclass(frozen=True, slots=True)
class ParcelDesk:
    """The parcel at the bench, and what is under way with parcels.

    `asked` is being looked up; `closing` is being written, and `then` opens after it. `closed` is
    the closure that was written last, until the next scan.
    """

    opened: OpenParcel | None = None
    asked: ParcelAsked | None = None
    closing: ParcelClosure | None = None
    then: OpenParcel | None = None
    failed: Fault | None = None
    closed: ParcelClosure | None = None

    @property
    def busy(self) -> bool:
        """Whether a look-up or a closure is under way, so that no item can be opened."""
        return self.asked is not None or self.closing is not None


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights in grams: of the open item, and of what lies on the scale and belongs to no item yet.

    `left` once the scale was seen empty after the verdict: what comes then is another item.
    """

    item: Decimal | None = None
    unclaimed: Decimal | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """The whole state of the station.

    `noting` is what a scan said of a label and the store has not answered to yet. `view` is what
    the presence watch saw last; none before it has seen anything.
    """

    setup: Setup
    stage: Stage
    operator: str | None = None
    parked: tuple[OpenStage, ...] = ()
    last: LastEnded | None = None
    faults: tuple[Fault, ...] = ()
    notice: Notice | None = None
    ended: int = 0
    view: BenchView | None = None
    tags: NearTags = NearTags()
    noting: LabelFact | None = None
    weighing: Weighing = Weighing()
    desk: ParcelDesk = ParcelDesk()

    @property
    def blocked(self) -> Fault | None:
        """The first fault that stops work, if any."""
        return next((fault for fault in self.faults if fault.blocks), None)

    @property
    def idle(self) -> bool:
        """Whether nothing is open or parked, so that a new segment of the journal may begin."""
        waits = self.noting is not None or self.desk.busy
        return isinstance(self.stage, Ready) and not self.parked and not waits


def opened_of(stage: OpenStage) -> Opened:
    """Who opened the item of a stage, when, and under which id."""
    match stage:
        case Identifying(opened):
            return opened
        case Capturing(identified=identified):
            return identified.opened
        case Answering(judged=judged):
            return judged.examined.identified.opened
