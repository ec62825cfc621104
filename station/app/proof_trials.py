"""Attacks on the light pattern, and true benches: how many are caught, how many wrongly."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from models.sets import RenderedSet, SetError, read_set
from station.adapters.cameras.bench_reference import BenchReference
from station.adapters.cameras.challenge import proof_of
from station.adapters.cameras.reduced import HEIGHT, WIDTH, Level, level_of, reduced
from station.domain.faults import FaultCode
from station.domain.light_proof import Mix, ProofPlan, plan_of
from station.virtual.lighting import as_print, mixed
from station.workflow.agreement import Rate, rate

TRUE = "true"
ATTACKS = ("stuck", "replayed", "swapped", "printed")
_SOFT = "bright"
_NOISE = 1.2
_QUALITY = 90

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
    """The upper pose of a return under each lamp, RGB uint8 [180, 320, 3]."""

    lit: Mapping[str, Picture]


class ProofTrials:
    """A rendered bench whose camera shows the truth, or not.

    Pictures are taken at the size that the judgement works at, with noise and JPEG of their own:
    more of both than what is left of a full picture's after averaging.
    """

    def __init__(self, place: Path, seed: int = 1, most_items: int = 40) -> None:
        """SetError for a damaged set or one whose poses have a single light."""
        index = read_set(place)
        self._chance = np.random.default_rng(seed)
        self._items = _items(index, most_items)
        lights = set.intersection(*(set(item.lit) for item in self._items))
        self._empty = {light: _small(place / f"empty-{light}.jpg") for light in sorted(lights)}
        self._plan = plan_of(tuple(self._empty), {})
        self._references = {
            light: BenchReference(reduced(picture)) for light, picture in self._empty.items()
        }

    def run(self, trials: int, progress: Progress) -> list[ProofRow]:
        """So many trials of each kind."""
        kinds = (TRUE, *ATTACKS)
        rows = []
        for number, kind in enumerate(kinds):
            codes, spent_s = [], 0.0
            for trial in range(trials):
                code, took_s = self._trial(kind)
                codes.append(code)
                spent_s += took_s
                progress(number * trials + trial + 1, len(kinds) * trials)
            refused = [code.value for code in codes if code is not None]
            counts = {code: refused.count(code) for code in sorted(set(refused))}
            milliseconds = round(1000 * spent_s / trials, 1)
            rows.append(ProofRow(kind, rate(len(refused), trials), counts, milliseconds))
        return rows

    def _trial(self, kind: str) -> tuple[FaultCode | None, float]:
        chance = self._chance
        first, second = chance.choice(len(self._items), 2, replace=False)
        item, other = self._items[int(first)].lit, self._items[int(second)].lit
        if kind == "printed":
            item = self._printed(item)
        mixes = self._plan.draw(lambda: float(chance.random()))
        shown: Sequence[Mix] = mixes
        if kind == "stuck":
            last = list(self._empty)[int(chance.integers(len(self._empty)))]
            shown = [_only(last, self._plan)] * len(mixes)
        elif kind == "replayed":
            shown = self._plan.draw(lambda: float(chance.random()))
        shots = {light: self._taken([(item[light], 1.0)]) for light in self._empty}
        live = other if kind == "swapped" else item
        seen = [
            (asked, self._taken([(live[light], share) for light, share in mix.levels]))
            for asked, mix in zip(mixes, shown, strict=True)
        ]
        began_s = time.process_time()
        proof = proof_of(
            shots, self._references, seen, pose="top", camera="bench", digests=("0" * 64,)
        )
        return self._plan.problem(proof), time.process_time() - began_s

    def _printed(self, item: Mapping[str, Picture]) -> dict[str, Picture]:
        """A print of the picture under soft light, lit by each lamp."""
        soft = _SOFT if _SOFT in item else next(iter(self._empty))
        return {
            light: as_print(item[soft], self._empty[soft], empty)
            for light, empty in self._empty.items()
        }

    def _taken(self, parts: Sequence[tuple[Picture, float]]) -> Level:
        picture = mixed(parts).astype(np.float32)
        picture += self._chance.normal(0, _NOISE, picture.shape).astype(np.float32)
        coded = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        _, encoded = cv2.imencode(".jpg", coded, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
        return level_of(reduced(np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)))


def _only(light: str, plan: ProofPlan) -> Mix:
    return Mix(tuple((each, 1.0 if each == light else 0.0) for each in plan.lights))


def _items(index: RenderedSet, most: int) -> list[_Item]:
    items = []
    for name in index.returns[:most]:
        pose = index.read_return(name).poses[0]
        directory = index.directory(name)
        items.append(_Item({shot.light: _small(directory / shot.file) for shot in pose.shots}))
    if len(items) < 2 or any(len(item.lit) < 2 for item in items):
        raise SetError(f"{index.path} has not two returns under two lights: name another set.")
    return items


def _small(path: Path) -> Picture:
    picture = read_picture(path)
    return np.asarray(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
