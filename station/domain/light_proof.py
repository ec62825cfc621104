"""The proof in the pixels: after its shots a pose is seen under a short random light pattern.

Each step of the pattern mixes the lights of the bench at random levels. A camera that shows the
bench as it is now follows them; one that is stuck, replays or shows something else does not.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from station.domain.faults import FaultCode

_FEWEST_STEPS = 2
_MOST_STEPS = 6
_MOST_BY_CHANCE = 5e-4
_GRID = 256
_MOST_TRIES = 100
_TOGETHER = 1.4


@dataclass(frozen=True, slots=True)
class Mix:
    """Several lights at once, each at a share of its levels: 1 is the light as recipes use it."""

    levels: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if not self.levels or not all(0 <= level <= 1 for _, level in self.levels):
            raise ValueError("a mix has lights, each at a level from 0 to 1")
        if len({light for light, _ in self.levels}) < len(self.levels):
            raise ValueError("a mix names a light twice")

    def __str__(self) -> str:
        return " + ".join(f"{light} {level:.3f}" for light, level in self.levels)


@dataclass(frozen=True, slots=True)
class LightResponse:
    """What a light gives for the level that it is asked for, as calibrated.

    `curve` are pairs of the level asked for and the linear light seen, as a share of that at level
    1; both grow. `tolerance` is by how much a seen share may be off: the lamp's drift while warm
    and the error of the curve.
    """

    light: str
    curve: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))
    tolerance: float = 0.03

    def __post_init__(self) -> None:
        rising = all(a < c and b < d for (a, b), (c, d) in pairwise(self.curve))
        if len(self.curve) < 2 or self.curve[0][0] != 0 or self.curve[-1][0] != 1 or not rising:
            raise ValueError(f"the response of {self.light} does not grow from level 0 to 1")
        if not 0 < self.tolerance < 1:
            raise ValueError(f"the tolerance of {self.light} lies between 0 and 1")

    def at(self, level: float) -> float:
        """The share of linear light to expect at a level from 0 to 1."""
        for (low, dark), (high, lit) in pairwise(self.curve):
            if level <= high:
                return dark + (lit - dark) * (level - low) / (high - low)
        return self.curve[-1][1]


@dataclass(frozen=True, slots=True)
class ProofLimits:
    """The levels that steps are drawn from, and what still passes.

    `least_seen` is the least part of the picture that must show the bare bench, for the levels are
    read there. `unlike_above` is the part of the picture that may differ from what the pose's shots
    foretell under the first step: hands and moved items do. `flat_below` is the least part that
    must answer low light otherwise than a sheet does, flat or a little bent: a print does not.
    """

    lowest: float = 0.12
    highest: float = 0.78
    least_seen: float = 0.04
    unlike_above: float = 0.01
    flat_below: float = 0.0003

    def __post_init__(self) -> None:
        if not 0 < self.lowest < self.highest <= 1:
            raise ValueError("levels are drawn from a range within 0 to 1")


@dataclass(frozen=True, slots=True)
class LightStep:
    """One step: the levels asked for, and the linear light seen of each, as a share of level 1."""

    asked: Mix
    seen: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.seen) != len(self.asked.levels):
            raise ValueError("a step sees each light that it asks for")


@dataclass(frozen=True, slots=True)
class LightProof:
    """What the pattern showed of one pose to one camera, whose frames `digests` name.

    `bench` is the part of the picture by which levels were read, `unlike` the part that did not
    follow the first step, `relief` the part that answered low light unlike a sheet; none where the
    bench has one light. A step may ask for a light of which the pose has no frame: it was pictured
    for the proof alone.
    """

    pose: str
    camera: str
    digests: tuple[str, ...]
    steps: tuple[LightStep, ...]
    bench: float
    unlike: float
    relief: float | None = None


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """The lights that patterns mix, with what each gives, and the limits."""

    responses: tuple[LightResponse, ...]
    limits: ProofLimits = field(default_factory=ProofLimits)

    @property
    def lights(self) -> tuple[str, ...]:
        """The lights, in order."""
        return tuple(response.light for response in self.responses)

    @property
    def steps(self) -> int:
        """How many steps a pattern has: enough that hardly any recording follows it by chance."""
        chance = self.by_chance
        if chance >= 1:
            return _MOST_STEPS
        enough = math.ceil(math.log(_MOST_BY_CHANCE) / math.log(chance))
        return min(max(_FEWEST_STEPS, enough), _MOST_STEPS)

    @property
    def by_chance(self) -> float:
        """How probably one step taken under other levels, drawn alike, passes for another."""
        low, high = self._range
        levels = [low + (high - low) * (n + 0.5) / _GRID for n in range(_GRID)]
        return math.prod(_alike(response, levels) for response in self.responses)

    @property
    def _range(self) -> tuple[float, float]:
        """What levels are drawn from: together no lights may drive a picture to its scale's end."""
        low = self.limits.lowest
        return low, max(2 * low, min(self.limits.highest, _TOGETHER / len(self.lights)))

    def draw(self, chance: Callable[[], float]) -> tuple[Mix, ...]:
        """A pattern; `chance` gives numbers in [0, 1) that nobody can foretell.

        Each step differs from the one before by more than what passes, so that one frame cannot
        stand for both.
        """
        low, high = self._range
        steps = self.steps
        mixes: list[Mix] = []
        for _ in range(_MOST_TRIES):
            levels = ((light, round(low + (high - low) * chance(), 3)) for light in self.lights)
            mix = Mix(tuple(levels))
            if not mixes or self._apart(mix, mixes[-1]):
                mixes.append(mix)
            if len(mixes) == steps:
                return tuple(mixes)
        raise ValueError("chance gives the same numbers again and again")

    def problem(self, proof: LightProof) -> FaultCode | None:
        """Why the pose is not believed; none if it is."""
        limits = self.limits
        if proof.bench < limits.least_seen:
            return FaultCode.BENCH_HIDDEN
        if not all(self._follows(step) for step in proof.steps):
            return FaultCode.FRAME_NOT_LIVE
        if proof.unlike > limits.unlike_above:
            return FaultCode.ITEM_MOVED
        if proof.relief is not None and proof.relief < limits.flat_below:
            return FaultCode.PICTURE_FLAT
        return None

    def _follows(self, step: LightStep) -> bool:
        asked = dict(step.asked.levels)
        return all(
            abs(seen - response.at(asked[response.light])) <= response.tolerance
            for response, seen in zip(self.responses, step.seen, strict=True)
        )

    def _apart(self, mix: Mix, other: Mix) -> bool:
        first, second = dict(mix.levels), dict(other.levels)
        return any(
            abs(response.at(first[response.light]) - response.at(second[response.light]))
            > 2 * response.tolerance
            for response in self.responses
        )


def _alike(response: LightResponse, levels: Sequence[float]) -> float:
    """The share of pairs of levels that give nearly the same light, as far as a step can tell."""
    given = [response.at(level) for level in levels]
    near = (
        bisect_right(given, light + response.tolerance)
        - bisect_left(given, light - response.tolerance)
        for light in given
    )
    return sum(near) / len(levels) ** 2


def plan_of(
    lights: Sequence[str], responses: Mapping[str, LightResponse], limits: ProofLimits | None = None
) -> ProofPlan:
    """The plan for these lights; one without a calibrated response counts as linear."""
    known = tuple(responses.get(light) or LightResponse(light) for light in sorted(lights))
    return ProofPlan(known, limits or ProofLimits())
