"""Which pictures of the rig are believed: their gates, and the light pattern after a pose."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.runtime.region import Region
from station.adapters.cameras.challenge import proof_of
from station.adapters.cameras.freshness import Refusal
from station.adapters.cameras.gates import References, edge_sharpness, look_over
from station.adapters.cameras.jpeg import Box
from station.adapters.cameras.reduced import Cells, Level, Picture, cells_of, level_of, reduced
from station.domain.capture import Frame, Pose, Shot
from station.domain.faults import FaultCode
from station.domain.light_proof import LightProof, LightResponse, Mix, ProofPlan, plan_of

_MOST_REMEMBERED = 48
_BESIDE_MASKED = 6
"""Cells around what was flattened that say nothing either: it ends at a block of the JPEG, and
places are held against those around them."""
_DETAILS = {
    FaultCode.FRAME_NOT_LIVE: "The camera's picture does not follow the lamps.",
    FaultCode.BENCH_HIDDEN: "No bench shows around the item: fold it smaller or move it.",
    FaultCode.CAMERA_WRONG: "The picture does not show this bench as it is known when empty.",
    FaultCode.LIGHT_WRONG: "The light is not as bright as when the empty bench was pictured.",
    FaultCode.ITEM_ABSENT: "There is no item in the picture: lay it under the camera.",
    FaultCode.ITEM_OUTSIDE: "A hand or the item reaches over the picture's edge.",
    FaultCode.ITEM_MOVED: "The item was moved while it was pictured.",
    FaultCode.PICTURE_BLURRED: "The picture is not sharp: lay the item flat, wipe the lens.",
    FaultCode.PICTURE_SMEARED: "Something moved during the exposure.",
    FaultCode.PICTURE_CLIPPED: "The picture is too bright.",
    FaultCode.PICTURE_GLARE: "A reflection hides part of the item.",
    FaultCode.PICTURE_FLAT: "The camera sees a flat print in the place of the item.",
}
_FORGOTTEN = "The station was started again before these pictures were proved."


@dataclass(frozen=True, slots=True)
class CameraOptics:
    """What was calibrated of one camera: each light's response to it, and its focus.

    A light without a response counts as straight. `mtf50` is that of the softest part of its field,
    in cycles per pixel; without it recipes' limits of sharpness hold as they are.
    """

    responses: Mapping[str, LightResponse] = field(default_factory=dict)
    mtf50: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One picture that a trial asks for: which camera, under which mix of lights."""

    camera: str
    mix: Mix


@dataclass(slots=True, eq=False)
class _Pattern:
    """What one camera's frames of a pose are held against.

    `unshot` are lights of the plan without a frame of the pose: each is pictured first, alone.
    `masked` was flattened in a frame, as the pattern's own pictures never are.
    """

    camera: str
    digests: tuple[str, ...]
    shots: dict[str, Level]
    plan: ProofPlan
    mixes: tuple[Mix, ...]
    unshot: tuple[str, ...] = ()
    masked: Cells | None = None
    seen: list[tuple[Mix, Level]] = field(default_factory=list)

    @property
    def wanted(self) -> tuple[Mix, ...]:
        """The pictures to take, in order."""
        return _wanted(self.unshot, self.mixes)

    @property
    def whole(self) -> bool:
        """Whether every step was seen."""
        return len(self.seen) == len(self.mixes)

    def see(self, mix: Mix, level: Level) -> None:
        """The next of the pictures was taken."""
        light, share = mix.levels[0]
        if len(mix.levels) == 1 and share == 1 and light not in self.shots:
            self.shots[light] = level
        else:
            self.seen.append((mix, level))


class Trial:
    """The light patterns after the shots of a pose, one for each of its cameras."""

    def __init__(
        self,
        pose: str,
        patterns: Sequence[_Pattern],
        references: Mapping[str, References],
    ) -> None:
        self.pose = pose
        self._patterns = {pattern.camera: pattern for pattern in patterns}
        self._references = references

    @property
    def digests(self) -> tuple[str, ...]:
        """The frames that are tried."""
        return tuple(d for pattern in self._patterns.values() for d in pattern.digests)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The pictures to take, in order."""
        return tuple(
            Step(pattern.camera, mix)
            for pattern in self._patterns.values()
            for mix in pattern.wanted
        )

    def see(self, step: Step, picture: Picture) -> tuple[LightProof, ...] | Refusal | None:
        """One of the pictures was taken; the proofs after the last, a refusal if they are none."""
        pattern = self._patterns[step.camera]
        pattern.see(step.mix, level_of(reduced(picture)))
        if not all(each.whole for each in self._patterns.values()):
            return None
        proofs = []
        for each in self._patterns.values():
            proof = self._proof(each)
            code = each.plan.problem(proof)
            if code is not None:
                return _refusal(code)
            proofs.append(proof)
        return tuple(proofs)

    def _proof(self, pattern: _Pattern) -> LightProof:
        references = self._references.get(pattern.camera)
        return proof_of(
            pattern.shots,
            references.by_light if references else {},
            pattern.seen,
            pose=self.pose,
            camera=pattern.camera,
            digests=pattern.digests,
            masked=pattern.masked,
        )


class Prover:
    """Remembers the bench's cameras' believed frames in small. Driven from the rig's thread."""

    def __init__(
        self,
        references: Mapping[str, References],
        known: Mapping[str, CameraOptics] | None = None,
        *,
        soft_light: str = "bright",
        chance: Callable[[], float] | None = None,
    ) -> None:
        """`references` are the empty bench to each camera, `known` what was calibrated of each.

        `chance` gives numbers in [0, 1); by default nobody can foretell them.
        """
        self._references = references
        self._known = known or {}
        self._sharpest = {
            name: edge_sharpness(optics.mtf50)
            for name, optics in self._known.items()
            if optics.mtf50 is not None
        }
        self._soft = soft_light
        self._chance = chance or secrets.SystemRandom().random
        self._seen: OrderedDict[str, tuple[Level, Cells | None]] = OrderedDict()
        self._regions: dict[str, tuple[str, Region | None]] = {}
        self._begun: tuple[str, Pose, tuple[Mix, ...]] | None = None

    def refuse(
        self,
        inspection: str,
        shot: Shot,
        digest: str,
        picture: Picture,
        masked: Sequence[Box] = (),
    ) -> Refusal | None:
        """Why a frame may not be examined; one that may is remembered by its digest.

        `masked` are the boxes of the picture that were flattened.
        """
        soft = shot.light == self._soft
        known = self._regions.get(shot.camera, ("", None))
        region = known[1] if known[0] == inspection else None
        looked = look_over(
            picture, shot.light, self._references.get(shot.camera), region, soft=soft
        )
        sharpest = self._sharpest.get(shot.camera)
        limits = shot.limits if sharpest is None else shot.limits.to_camera(sharpest)
        code = limits.problem(looked.facts)
        if code is not None:
            return _refusal(code)
        if soft:
            self._regions[shot.camera] = inspection, looked.region
        hidden = cells_of(masked, picture, _BESIDE_MASKED) if masked else None
        self._seen[digest] = level_of(looked.small), hidden
        while len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return None

    def begin(self, inspection: str, pose: Pose) -> Mix:
        """The first light of the trial of a pose whose last shot is being taken.

        A trial of another pose, or a second one of this, draws its own.
        """
        camera = pose.shots[0].camera
        shot = tuple(dict.fromkeys(s.light for s in pose.shots if s.camera == camera))
        unshot, plan = self._plan(camera, shot)
        mixes = plan.draw(self._chance)
        self._begun = inspection, pose, mixes
        return _wanted(unshot, mixes)[0]

    def trial(self, inspection: str, pose: Pose, frames: Sequence[Frame]) -> Trial | Refusal:
        """A trial of the frames of a pose; a refusal if they are not remembered."""
        if any(frame.digest not in self._seen for frame in frames):
            return Refusal(FaultCode.FRAME_NOT_LIVE, _FORGOTTEN)
        begun, self._begun = self._begun, None
        drawn = begun[2] if begun and begun[:2] == (inspection, pose) else None
        patterns = []
        for camera in dict.fromkeys(frame.camera for frame in frames):
            mine = [frame for frame in frames if frame.camera == camera]
            known = [self._seen[frame.digest] for frame in mine]
            shots = {frame.light: level for frame, (level, _) in zip(mine, known, strict=True)}
            masked = [cells for _, cells in known if cells is not None]
            unshot, plan = self._plan(camera, tuple(shots))
            digests = tuple(frame.digest for frame in mine)
            mixes = (drawn if camera == frames[0].camera else None) or plan.draw(self._chance)
            hidden = np.logical_or.reduce(masked) if masked else None
            patterns.append(_Pattern(camera, digests, shots, plan, mixes, unshot, hidden))
        return Trial(pose.name, patterns, self._references)

    def _plan(self, camera: str, shot: tuple[str, ...]) -> tuple[tuple[str, ...], ProofPlan]:
        """The lights that are pictured for the proof alone, and the plan of all lights."""
        unshot = self._further(camera, shot)
        optics = self._known.get(camera, CameraOptics())
        return unshot, plan_of((*shot, *unshot), optics.responses)

    def _further(self, camera: str, shot: tuple[str, ...]) -> tuple[str, ...]:
        """For a pose with one light another one, which falls most unlike it; one tells no print."""
        known = self._references[camera].by_light if camera in self._references else {}
        others = sorted(set(known) - set(shot))
        if len(shot) > 1 or shot[0] not in known or not others:
            return ()
        mine = known[shot[0]]
        return (max(others, key=lambda light: known[light].unlike(mine)),)


def _wanted(unshot: tuple[str, ...], mixes: tuple[Mix, ...]) -> tuple[Mix, ...]:
    return (*(Mix(((light, 1.0),)) for light in unshot), *mixes)


def _refusal(code: FaultCode) -> Refusal:
    return Refusal(code, _DETAILS[code])
