"""How many bad and how many good pictures the image gates stop, on a set or on photographs."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import read_named_picture
from models.sets import RenderedSet, ReturnTruth, SetError, ShotPicture, read_set
from station.adapters.cameras.gates import References, edge_sharpness, look_over
from station.app.cameras import RESTING_LIGHT
from station.app.defaults import load_recipes
from station.app.measuring.condition import condition_of
from station.domain.faults import FaultCode, StationError
from station.domain.picture import PictureLimits
from station.virtual.spoiling import ON_BENCH, SPOILED
from station.workflow.agreement import Rate, rate

GOOD = "good"
ANY_LIGHT = 1.0
"""The fast generator draws each return's exposure anew, as no bench does: light is not judged."""
PHOTOGRAPH = PictureLimits(glare_most=0.06)
"""Photographs are not exposed for the item: shop lamps and windows are in them."""

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
    limits: PictureLimits
    references: References | None = None

    def seen(self, way: str, chance: np.random.Generator) -> NDArray[np.uint8]:
        """The picture, good or spoiled in a way."""
        if way == GOOD:
            return self.picture
        bgr = _turned(self.picture)
        if self.references is not None and way in ON_BENCH:
            empty = _turned(self.references.pictures[RESTING_LIGHT])
            return _turned(ON_BENCH[way](bgr, empty, self.inside, chance))
        return _turned(SPOILED[way](bgr, chance, self.inside))


def gate_trials(places: Sequence[Path], most: int, progress: Progress, seed: int) -> list[GateRow]:
    """Good pictures as they are and spoiled in each way, through the gates.

    `places` are rendered sets, each a bench, whose pictures under the resting light are taken; or
    folders of photographs, which have no empty bench to be held against. Of more than `most` in a
    place an even choice is made, and what glares by a set's own truth is left out. SetError for a
    damaged set, ValueError for a folder without pictures and where sets are mixed with folders.
    """
    rendered = [(place / "set.json").is_file() for place in places]
    if any(rendered) != all(rendered):
        raise ValueError("sets and folders of photographs are not judged alike: name one kind")
    ways = (GOOD, *SPOILED, *(ON_BENCH if all(rendered) else ()))
    codes: dict[str, list[FaultCode | None]] = {name: [] for name in ways}
    chosen = [choice for place in places for choice in _chosen(place, most)]
    for number, (name, load) in enumerate(chosen, 1):
        for sample in load():
            chance = np.random.default_rng((seed, zlib.crc32(name.encode())))
            for way, seen in codes.items():
                looked = look_over(sample.seen(way, chance), RESTING_LIGHT, sample.references)
                seen.append(sample.limits.problem(looked.facts))
        progress(number, len(chosen))
    return [_row(way, seen) for way, seen in codes.items()]


def _chosen(place: Path, most: int) -> list[tuple[str, Callable[[], Iterator[_Sample]]]]:
    """An even choice of a place's pictures by name, and how each is read."""
    names, load = _set(place) if (place / "set.json").is_file() else _photographs(place)
    even = np.linspace(0, len(names) - 1, min(most, len(names))).astype(int)
    return [(names[i], partial(load, names[i])) for i in even]


def _turned(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB for BGR, or the other way."""
    return np.ascontiguousarray(picture[:, :, ::-1])


def _row(way: str, seen: Sequence[FaultCode | None]) -> GateRow:
    stopped = [code.value for code in seen if code is not None]
    counts = {code: stopped.count(code) for code in sorted(set(stopped))}
    return GateRow(way, rate(len(stopped), len(seen)), counts)


def _set(place: Path) -> tuple[list[str], Callable[[str], Iterator[_Sample]]]:
    index = read_set(place)
    empty = {file.stem.removeprefix("empty-"): file for file in place.glob("empty-*.jpg")}
    if RESTING_LIGHT not in empty:
        raise SetError(f"{place} has no empty-{RESTING_LIGHT}.jpg: render this set again.")
    references = References.of({light: read_named_picture(file) for light, file in empty.items()})
    limits = {recipe.category: recipe.poses[0].shots[0].limits for recipe in load_recipes()}
    edge = _edge(index)

    def load(name: str) -> Iterator[_Sample]:
        truth = index.read_return(name)
        own = limits.get(truth.category, PictureLimits())
        own = own if edge is None else own.to_camera(edge)
        yield from _of_return(index, truth, references, replace(own, light_off=ANY_LIGHT))

    return list(index.returns), load


def _edge(index: RenderedSet) -> float | None:
    """How sharp a clean edge is to the camera of a rendered bench, if that says so."""
    try:
        return edge_sharpness(condition_of(index).mtf50)
    except StationError:
        return None


def _of_return(
    index: RenderedSet, truth: ReturnTruth, references: References, limits: PictureLimits
) -> Iterator[_Sample]:
    for pose in truth.poses:
        for shot in pose.shots:
            if shot.light == RESTING_LIGHT:
                picture = read_named_picture(index.directory(truth.return_id) / shot.file)
                inside = np.zeros(picture.shape[:2], np.uint8)
                corners = np.round(np.array(pose.outline)).astype(np.int32)
                cv2.fillPoly(inside, [corners], 1)
                if _glare(shot, inside) <= limits.glare_most:
                    yield _Sample(picture, inside.view(np.bool_), limits, references)


def _glare(shot: ShotPicture, inside: NDArray[np.uint8]) -> float:
    """The part of the item that mirrors a lamp, by the set's truth."""
    mirrored = np.zeros_like(inside)
    for mark in shot.not_faults:
        if mark.kind == "glare":
            cv2.fillPoly(mirrored, [np.round(np.array(mark.polygon)).astype(np.int32)], 1)
    return float(np.count_nonzero(mirrored & inside)) / max(1, int(np.count_nonzero(inside)))


def _photographs(place: Path) -> tuple[list[str], Callable[[str], Iterator[_Sample]]]:
    suffixes = {".jpg", ".jpeg", ".png"}
    names = sorted(str(p) for p in place.rglob("*") if p.suffix.lower() in suffixes)
    if not names:
        raise ValueError(f"{place} holds no pictures: name a rendered set or a folder of them")

    def load(name: str) -> Iterator[_Sample]:
        try:
            picture = read_named_picture(Path(name))
        except PictureError as error:
            raise ValueError(f"{error} Take it out of the folder.") from error
        yield _Sample(picture, np.ones(picture.shape[:2], np.bool_), PHOTOGRAPH)

    return names, load
