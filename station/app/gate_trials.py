"""How many bad and how many good pictures the image gates stop, on a set or on photographs."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from models.sets import RenderedSet, ReturnTruth, read_set
from station.adapters.cameras.gates import References, look_over
from station.app.cameras import RESTING_LIGHT
from station.app.defaults import load_recipes
from station.domain.faults import FaultCode
from station.domain.picture import PictureLimits
from station.virtual.spoiling import SPOILED
from station.workflow.agreement import Rate, rate

GOOD = "good"
ANY_LIGHT = 1.0
"""The fast generator draws each return's exposure anew, as no bench does: light is not judged."""
PHOTOGRAPH = PictureLimits(clipped_most=0.30, glare_most=0.06)
"""Photographs are not exposed for the item: white walls and shop lamps are in them."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class GateRow:
    """Of `n` pictures, so many were stopped, and for which reasons, by code."""

    pictures: str
    stopped: Rate
    codes: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sample:
    picture: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    references: References | None
    limits: PictureLimits


def gate_trials(place: Path, most: int, progress: Progress) -> list[GateRow]:
    """Good pictures as they are and spoiled in each way, through the gates.

    `place` is a rendered set, whose pictures under the resting light are taken, or a folder of
    photographs, which have no empty bench to be held against. Of more than `most` an even choice is
    made. SetError for a damaged set, ValueError for a folder without pictures.
    """
    names, load = _set(place) if (place / "set.json").is_file() else _photographs(place)
    chosen = [names[i] for i in np.linspace(0, len(names) - 1, min(most, len(names))).astype(int)]
    codes: dict[str, list[FaultCode | None]] = {name: [] for name in (GOOD, *SPOILED)}
    for number, name in enumerate(chosen, 1):
        for sample in load(name):
            chance = np.random.default_rng(zlib.crc32(name.encode()))
            for way, seen in codes.items():
                picture = sample.picture
                if way != GOOD:
                    bgr = np.ascontiguousarray(picture[:, :, ::-1])
                    spoiled = SPOILED[way](bgr, chance, sample.inside)
                    picture = np.ascontiguousarray(spoiled[:, :, ::-1])
                looked = look_over(picture, RESTING_LIGHT, sample.references)
                seen.append(sample.limits.problem(looked.facts))
        progress(number, len(chosen))
    return [_row(way, seen) for way, seen in codes.items()]


def _row(way: str, seen: Sequence[FaultCode | None]) -> GateRow:
    stopped = [code.value for code in seen if code is not None]
    counts = {code: stopped.count(code) for code in sorted(set(stopped))}
    return GateRow(way, rate(len(stopped), len(seen)), counts)


def _set(place: Path) -> tuple[list[str], Callable[[str], Iterator[_Sample]]]:
    index = read_set(place)
    empty = place / f"empty-{RESTING_LIGHT}.jpg"
    references = References.of({RESTING_LIGHT: read_picture(empty)})
    limits = {recipe.category: recipe.poses[0].shots[0].limits for recipe in load_recipes()}

    def load(name: str) -> Iterator[_Sample]:
        truth = index.read_return(name)
        own = limits.get(truth.category, PictureLimits())
        yield from _of_return(index, truth, references, replace(own, light_off=ANY_LIGHT))

    return list(index.returns), load


def _of_return(
    index: RenderedSet, truth: ReturnTruth, references: References, limits: PictureLimits
) -> Iterator[_Sample]:
    for pose in truth.poses:
        for shot in pose.shots:
            if shot.light == RESTING_LIGHT:
                picture = read_picture(index.directory(truth.return_id) / shot.file)
                inside = np.zeros(picture.shape[:2], np.uint8)
                corners = np.round(np.array(pose.outline)).astype(np.int32)
                cv2.fillPoly(inside, [corners], 1)
                yield _Sample(picture, inside.view(np.bool_), references, limits)


def _photographs(place: Path) -> tuple[list[str], Callable[[str], Iterator[_Sample]]]:
    suffixes = {".jpg", ".jpeg", ".png"}
    names = sorted(str(p) for p in place.rglob("*") if p.suffix.lower() in suffixes)
    if not names:
        raise ValueError(f"{place} holds no pictures: name a rendered set or a folder of them")

    def load(name: str) -> Iterator[_Sample]:
        try:
            picture = read_picture(Path(name))
        except PictureError:
            return
        yield _Sample(picture, np.ones(picture.shape[:2], np.bool_), None, PHOTOGRAPH)

    return names, load
