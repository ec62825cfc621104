"""How a pack answers photographs of which is only known whether they show a fault.

Views of one object are not independent: intervals are by bootstrap over objects.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.labels.naming import SUFFIXES, item_named
from models.precision import figure, ranking, resamples
from models.runtime.detector import Detector
from models.runtime.metrics import Figure
from models.runtime.pack import Pack
from models.runtime.pictures import read_named_picture
from models.sets import SetError

Progress = Callable[[int, int], None]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Photographs:
    """Photographs of one kind, all faulty or all clean; those of one `item` show one object."""

    name: str
    faulty: bool
    pictures: tuple[tuple[Path, str], ...]
    """Path and item of each."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """What was said of one group: the share with a finding, and pictures by class reported."""

    name: str
    faulty: bool
    alarmed: Figure
    by_class: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PhotographFigures:
    """All groups, and over them: recall of faulty pictures, false alarms of clean ones, and the
    area under the ROC curve of the surest candidates."""

    groups: tuple[GroupFigures, ...]
    recall: Figure
    false_alarms: Figure
    auroc: Figure


def photographs_in(directory: Path, *, faulty: bool) -> Photographs:
    """All photographs below a directory; SetError where it holds none."""
    files = sorted(file for file in directory.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise SetError(f"{directory} holds no photographs: name a folder of JPEG or PNG files.")
    pictures = tuple(
        (file, f"{file.parent.relative_to(directory)}/{item_named(file)}") for file in files
    )
    return Photographs(directory.name, faulty, pictures)


def measure_photographs(
    pack: Pack,
    groups: Sequence[Photographs],
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> PhotographFigures:
    """The figures of `pack` over `groups`, each picture shown as a whole at native resolution.

    PackError, PictureError or InferenceError, each one sentence.
    """
    detector = Detector(pack, threads)
    highs = {name: limit.high for name, limit in pack.manifest.decode.thresholds.items()}
    total = sum(len(group.pictures) for group in groups)
    scores: list[float] = []
    alarmed: list[bool] = []
    faulty: list[bool] = []
    items: list[str] = []
    answers = []
    for group in groups:
        by_class: Counter[str] = Counter()
        for path, item in group.pictures:
            found = detector.candidates(read_named_picture(path))
            reported = {one.defect for one in found if one.confidence >= highs[one.defect]}
            by_class.update(reported)
            alarmed.append(bool(reported))
            scores.append(max((one.confidence for one in found), default=0.0))
            faulty.append(group.faulty)
            items.append(f"{group.name}/{item}")
            if progress is not None:
                progress(len(scores), total)
        own = slice(len(scores) - len(group.pictures), len(scores))
        share = _share(alarmed[own], items[own])
        answers.append(GroupFigures(group.name, group.faulty, share, dict(by_class.most_common())))
    bad = [n for n, each in enumerate(faulty) if each]
    good = [n for n, each in enumerate(faulty) if not each]
    owners, weights = _weights(items)
    return PhotographFigures(
        tuple(answers),
        _share([alarmed[n] for n in bad], [items[n] for n in bad]),
        _share([alarmed[n] for n in good], [items[n] for n in good]),
        figure([ranking(scores, faulty, row[owners]) for row in weights], len(scores)),
    )


def _share(hits: Sequence[bool], items: Sequence[str]) -> Figure:
    if not hits:
        return Figure()
    owners, weights = _weights(items)
    values = np.asarray(hits, np.float64)
    drawn = weights[:, owners]
    sums = drawn.sum(axis=1)
    shares = np.divide(drawn @ values, sums, out=np.full(len(sums), np.nan), where=sums > 0)
    return figure(shares, len(hits))


def _weights(items: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The number of each picture's item, and bootstrap weights [1 + resamples, items]."""
    names, owners = np.unique(np.asarray(items), return_inverse=True)
    return owners, resamples(len(names), _RESAMPLES)
