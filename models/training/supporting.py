"""What a pack can tell of pictures unlike anything it learnt, gathered with a draft of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.runtime.detector import Detector
from models.runtime.prepare import Pictures
from models.runtime.region import Region
from models.runtime.support import Support, learn_support, summary_of
from models.sets import read_set
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import Photograph, photographs_of, read_photograph, read_picture
from models.training.planes import LIGHTS

T = TypeVar("T")

_MOST = 360
"""Poses, and photographs, of each part that are looked at."""
_NAMES = tuple(light.name for light in LIGHTS)
_LAMPS = (_NAMES, _NAMES[:1], _NAMES[:2])
"""The lamps shown, in turn: a bench with one lamp is as known as one with three."""


def gather_support(
    detector: Detector, sets: Sequence[Path], photographs: Sequence[Photograph]
) -> Support | None:
    """The support of what was learnt from; None where a part has nothing to look at."""
    learnt = _summaries(detector, sets, photographs, Part.TRAIN)
    kept = _summaries(detector, sets, photographs, Part.VALIDATION)
    if not len(learnt) or not len(kept):
        return None
    return learn_support(learnt, kept)


def _summaries(
    detector: Detector, sets: Sequence[Path], photographs: Sequence[Photograph], part: Part
) -> NDArray[np.float32]:
    found = []
    for pictures, region in _shown(sets, photographs, part):
        detector.detect_pose(pictures, region)
        for seen in detector.features():
            where = region or Region.of_box(seen.window)
            summary = summary_of(seen.values, where.mask(seen.window, seen.stride))
            if summary is not None:
                found.append(summary)
    return np.array(found, np.float32)


def _shown(
    sets: Sequence[Path], photographs: Sequence[Photograph], part: Part
) -> Iterator[tuple[Pictures, Region | None]]:
    poses = [
        (rendered.directory(name), pose)
        for rendered in map(read_set, sets)
        for name in rendered.returns
        if part_of(f"{rendered.seed}/{name}", RETURN_SHARES) is part
        for pose in rendered.read_return(name).poses
    ]
    for number, (directory, pose) in enumerate(_spread(poses)):
        wanted = _LAMPS[number % len(_LAMPS)]
        shots = [shot for shot in pose.shots if shot.light in wanted] or list(pose.shots)
        pictures = {shot.light: read_picture(directory / shot.file) for shot in shots}
        yield pictures, Region(pose.outline)
    for photograph in _spread(photographs_of(photographs, part)):
        yield {LIGHTS[0].name: read_photograph(photograph)}, None


def _spread(items: Sequence[T]) -> Sequence[T]:
    """At most so many of the items, evenly from all of them."""
    if len(items) <= _MOST:
        return items
    places = np.linspace(0, len(items) - 1, _MOST).astype(int)
    return [items[int(place)] for place in places]
