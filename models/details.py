"""What is seen beside the matches of one pose: edges, what findings lie on, mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.mistakes import Mistake, edge_distance, lies_on
from models.runtime.detection import Detection
from models.sets import FaultTruth, PoseTruth

_MATCH = 0.5
_TOUCHED = 0.1
"""Share of a true fault that any report must cover so that it does not count as missed."""


@dataclass(frozen=True, slots=True)
class Details:
    """Of one pose: distances of edges by class, whether each true fault is noticed, by class, what
    each reported finding lies on by class, each candidate's confidence with 1 where it lies on a
    fault of any class, and the mistakes. A fault is noticed where a reported finding of whatever
    class covers a tenth of it."""

    edges: tuple[tuple[str, float], ...]
    noticed: tuple[tuple[str, bool], ...]
    lying: tuple[tuple[str, str], ...]
    claims: tuple[tuple[float, float], ...]
    mistakes: tuple[Mistake, ...]


def look_closely(
    found: Sequence[Detection],
    directory: Path,
    pose: PoseTruth,
    mask: NDArray[np.uint8],
    highs: Mapping[str, float],
) -> Details:
    """The details of a pose; `found` are all candidates, those of at least `highs` are reported."""
    places = [lies_on(each, pose, mask) for each in found]
    reported = [
        (each, place)
        for each, place in zip(found, places, strict=True)
        if each.confidence >= highs[each.defect]
    ]
    pictures = {shot.light: directory / shot.file for shot in pose.shots}
    first = next(iter(pictures.values()), directory)
    mistakes = [
        Mistake(
            each.confidence,
            f"{each.defect}-on-{place}-{directory.name}",
            pictures.get(each.light, first),
            each.polygon,
            None,
        )
        for each, place in reported
        if place not in highs
    ]
    noticed = []
    for fault in pose.faults:
        area = float((mask == fault.instance).sum())
        seen = any(_covers(each, mask, fault) for each, _ in reported)
        if area:
            noticed.append((fault.defect, seen))
        if not seen:
            name = f"{fault.defect}-{directory.name}"
            mistakes.append(Mistake(area, name, first, None, fault.polygon))
    return Details(
        edges=tuple(_edges(found, pose, mask)),
        noticed=tuple(noticed),
        lying=tuple((each.defect, place) for each, place in reported),
        claims=tuple(
            (each.confidence, float(place in highs))
            for each, place in zip(found, places, strict=True)
        ),
        mistakes=tuple(mistakes),
    )


def _edges(
    found: Sequence[Detection], pose: PoseTruth, mask: NDArray[np.uint8]
) -> list[tuple[str, float]]:
    edges = []
    for fault in pose.faults:
        own = mask == fault.instance
        for each in found:
            if each.defect == fault.defect and _overlap(each, own) >= _MATCH:
                edges.append((fault.defect, edge_distance(each, mask, fault.instance)))
                break
    return edges


def _overlap(detection: Detection, own: NDArray[np.bool_]) -> float:
    x, y, width, height = detection.box
    shared = int((own[y : y + height, x : x + width] & (detection.mask > 0)).sum())
    return shared / max(1, int(own.sum()) + int((detection.mask > 0).sum()) - shared)


def _covers(detection: Detection, mask: NDArray[np.uint8], fault: FaultTruth) -> bool:
    x, y, width, height = detection.box
    own = mask == fault.instance
    shared = int((own[y : y + height, x : x + width] & (detection.mask > 0)).sum())
    return shared >= _TOUCHED * max(1, int(own.sum()))
