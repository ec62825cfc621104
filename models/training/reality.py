"""How a pack answers real photographs that are known to be faulty or clean as a whole."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.runtime.detector import Detector
from models.training.photographs import read_picture

_Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class RealGroup:
    """Photographs of one kind: all clean, or all with a fault."""

    name: str
    faulty: bool
    pictures: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class RealAnswer:
    """What a detector said of one group at the pack's own thresholds."""

    name: str
    faulty: bool
    pictures: int
    alarmed: int
    by_class: Mapping[str, int]
    """Pictures in which each class was reported."""
    scores: tuple[float, ...]
    """The surest candidate of each picture, 0 where there is none."""


def ask(detector: Detector, thresholds: Mapping[str, float], group: RealGroup) -> RealAnswer:
    """Show every picture of ``group`` as a whole; a class is reported from its threshold on.

    Raises TrainingError where a picture is unreadable.
    """
    alarmed = 0
    by_class: Counter[str] = Counter()
    scores = []
    for path in group.pictures:
        found = detector.candidates(read_picture(path))
        reported = {one.defect for one in found if one.confidence >= thresholds[one.defect]}
        by_class.update(reported)
        alarmed += bool(reported)
        scores.append(max((one.confidence for one in found), default=0.0))
    return RealAnswer(
        name=group.name,
        faulty=group.faulty,
        pictures=len(group.pictures),
        alarmed=alarmed,
        by_class=dict(by_class),
        scores=tuple(scores),
    )


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); 0 to 1 where nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    spread = _Z95 * math.sqrt(share * (1 - share) / total + _Z95**2 / (4 * total**2))
    middle = share + _Z95**2 / (2 * total)
    scale = 1 + _Z95**2 / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def auroc(faulty: Sequence[float], clean: Sequence[float]) -> float:
    """Chance that a faulty picture scores above a clean one, ties counting half."""
    if not faulty or not clean:
        return math.nan
    wins = sum((bad > good) + 0.5 * (bad == good) for bad in faulty for good in clean)
    return wins / (len(faulty) * len(clean))
