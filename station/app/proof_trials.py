"""Attacks on the light pattern, and true benches: how many are caught, how many wrongly."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.runtime.pictures import read_named_picture
from models.sets import RenderedSet, SetError, read_set
from station.adapters.cameras.bench_reference import BenchReference
from station.adapters.cameras.challenge import proof_of
from station.adapters.cameras.reduced import HEIGHT, WIDTH, Level, level_of, reduced
from station.domain.faults import FaultCode
from station.domain.light_proof import Mix, plan_of
from station.virtual.attacks import Lit, Sheet, moved, printed
from station.virtual.lighting import as_seen
from station.workflow.agreement import Rate, rate

TRUE = "true"
ATTACKS = ("stuck", "replayed", "swapped", "moved", "printed", "bent print")
KINDS = (TRUE, *ATTACKS)
_SOFT = "bright"
_NOISE = 1.2
_QUALITY = 90
_DRIFT = 0.045
"""By how much a lamp may have aged since the bench was pictured: what the light gate passes."""
_FLICKER = 0.003
_BENT = float(np.tan(np.radians(3.0)))
_SHIFT_PX = (3.0, 8.0)
_TURN_DEG = 5.0

Picture = NDArray[np.uint8]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ProofRow:
    """Of `n` trials of one kind, so many were refused, and for which reasons, by code.

    `judged_ms` is the mean time that one judgement took, in CPU milliseconds.
    """

    kind: str
    refused: Rate
    codes: dict[str, int]
    judged_ms: float


@dataclass(frozen=True, slots=True)
class _Item:
    """The upper pose of a return under each lamp, and where in the picture it lies."""

    lit: Lit
    outline: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Bench:
    """A rendered bench: empty under each lamp, and what may lie on it."""

    empty: Lit
    references: dict[str, BenchReference]
    items: tuple[_Item, ...]

    @classmethod
    def read(cls, place: Path, most_items: int) -> "_Bench":
        index = read_set(place)
        items = _items(index, most_items)
        lights = set.intersection(*(set(item.lit) for item in items))
        if _SOFT not in lights or len(lights) < 2:
            raise SetError(f"{place} has not two returns under two lights: name another set.")
        pictures = {light: place / f"empty-{light}.jpg" for light in sorted(lights)}
        if missing := [path.name for path in pictures.values() if not path.is_file()]:
            raise SetError(f"{place} has no {missing[0]}: render this set again.")
        empty = {light: _level(path) for light, path in pictures.items()}
        references = {
            light: BenchReference(np.repeat(level[..., None], 3, axis=2))
            for light, level in empty.items()
        }
        return cls(empty, references, items)


class ProofTrials:
    """Rendered benches whose cameras show the truth, or not.

    Pictures are taken at the size that the judgement works at, with noise and JPEG of their own:
    more of both than what is left of a full picture's after averaging. Lamps have drifted since the
    empty bench was pictured, and flicker. As recipes do, a pose has a picture under the soft lamp
    alone, or under one or all of the others too.
    """

    def __init__(self, places: Sequence[Path], seed: int = 1, most_items: int = 40) -> None:
        """SetError for a damaged set or one whose poses have a single light."""
        self._seed = seed
        self._benches = [_Bench.read(place, most_items) for place in places]
        noise = np.random.default_rng((seed, 0)).normal(0, _NOISE, (4 * HEIGHT, 4 * WIDTH))
        self._noise = noise.astype(np.float32)

    def run(self, trials: int, progress: Progress, kinds: Sequence[str] = KINDS) -> list[ProofRow]:
        """So many trials of each kind; a kind's are the same whatever other kinds are tried."""
        rows = []
        for number, kind in enumerate(kinds):
            codes, spent_s = [], 0.0
            for trial in range(trials):
                chance = np.random.default_rng((self._seed, 1 + KINDS.index(kind), trial))
                code, took_s = self._trial(kind, chance)
                codes.append(code)
                spent_s += took_s
                progress(number * trials + trial + 1, len(kinds) * trials)
            refused = [code.value for code in codes if code is not None]
            counts = {code: refused.count(code) for code in sorted(set(refused))}
            milliseconds = round(1000 * spent_s / trials, 1)
            rows.append(ProofRow(kind, rate(len(refused), trials), counts, milliseconds))
        return rows

    def _trial(self, kind: str, chance: np.random.Generator) -> tuple[FaultCode | None, float]:
        bench = self._benches[int(chance.integers(len(self._benches)))]
        first, second = chance.choice(len(bench.items), 2, replace=False)
        item, other = bench.items[int(first)], bench.items[int(second)]
        shown, live = _shown(kind, bench, item, other, chance)
        shot, unshot = _pictured(bench, chance)
        plan = plan_of((*shot, *unshot), {})
        drift = {light: chance.uniform(1 - _DRIFT, 1 + _DRIFT) for light in plan.lights}

        def taken(lit: Lit, mix: Mix) -> Level:
            level = np.zeros((HEIGHT, WIDTH), np.float32)
            for light, share in mix.levels:
                flicker = chance.normal(1, _FLICKER)
                level += lit[light] * np.float32(share * drift[light] * flicker)
            return self._seen(level, chance)

        shots = {light: taken(shown, _only(light)) for light in shot}
        last = _only(shot[-1])
        asked = plan.draw(lambda: float(chance.random()))
        given = plan.draw(lambda: float(chance.random())) if kind == "replayed" else asked
        stuck = kind == "stuck"
        shots |= {light: taken(live, last if stuck else _only(light)) for light in unshot}
        steps = [
            (wish, taken(live, last if stuck else mix))
            for wish, mix in zip(asked, given, strict=True)
        ]
        began_s = time.thread_time()
        proof = proof_of(
            shots, bench.references, steps, pose="top", camera="bench", digests=("0" * 64,)
        )
        return plan.problem(proof), time.thread_time() - began_s

    def _seen(self, level: Level, chance: np.random.Generator) -> Level:
        y, x = int(chance.integers(3 * HEIGHT)), int(chance.integers(3 * WIDTH))
        seen = as_seen(level, self._noise[y : y + HEIGHT, x : x + WIDTH], _QUALITY)
        return level_of(reduced(np.asarray(cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB), np.uint8)))


def _shown(
    kind: str, bench: _Bench, item: _Item, other: _Item, chance: np.random.Generator
) -> tuple[Lit, Lit]:
    """What the camera shows for the shots, and then for the pattern."""
    match kind:
        case "swapped":
            return item.lit, other.lit
        case "moved":
            far, side = chance.uniform(*_SHIFT_PX), chance.uniform(0, 2 * np.pi)
            shift = (far * np.cos(side), far * np.sin(side))
            turn = chance.uniform(-_TURN_DEG, _TURN_DEG)
            return item.lit, moved(item.lit, bench.empty, item.outline, shift, turn)
        case "printed":
            sheet = printed(item.lit, bench.empty, _SOFT)
            return sheet, sheet
        case "bent print":
            bent = Sheet.bent(item.outline, chance.uniform(0, _BENT), chance)
            sheet = bent.shown(item.lit, bench.empty, _SOFT, chance)
            return sheet, sheet
        case _:
            return item.lit, item.lit


def _pictured(bench: _Bench, chance: np.random.Generator) -> tuple[list[str], list[str]]:
    """The lights of the pose's shots, and the one that the pattern adds where that is one alone."""
    low = [light for light in bench.empty if light != _SOFT]
    chosen = [str(light) for light in chance.permutation(low)]
    shot = [_SOFT, *chosen[: int(chance.integers(len(low) + 1))]]
    return (shot, []) if len(shot) > 1 else (shot, chosen[:1])


def _only(light: str) -> Mix:
    return Mix(((light, 1.0),))


def _items(index: RenderedSet, most: int) -> tuple[_Item, ...]:
    items = []
    for name in index.returns[:most]:
        pose = index.read_return(name).poses[0]
        directory = index.directory(name)
        outline = np.zeros((HEIGHT, WIDTH), np.uint8)
        corners = np.array(pose.outline) * (WIDTH / index.width, HEIGHT / index.height)
        cv2.fillPoly(outline, [np.round(corners).astype(np.int32)], 1)
        lit = {shot.light: _level(directory / shot.file) for shot in pose.shots}
        items.append(_Item(lit, outline.view(np.bool_)))
    if len(items) < 2:
        raise SetError(f"{index.path} has not two returns: name another set.")
    return tuple(items)


def _level(path: Path) -> Level:
    picture = read_named_picture(path)
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return level_of(reduced(np.asarray(small, np.uint8)))
