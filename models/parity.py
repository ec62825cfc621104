"""Whether another build of a pack, such as one in integers, decides as the first, and faster."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from models.runtime.detection import Detection
from models.runtime.detector import Detector
from models.runtime.fusing import same_fault
from models.runtime.pack import Pack
from models.runtime.pictures import read_named_picture
from models.runtime.region import Region
from models.runtime.session import Session
from models.sets import SetError, read_set


@dataclass(frozen=True, slots=True)
class Parity:
    """Of `poses`: the share with the same findings reported, the seconds of both models' runs
    (medians, taken in turn), and their ratio."""

    poses: int
    same: float
    first_s: float
    other_s: float

    @property
    def ratio(self) -> float:
        """Time of the other over that of the first."""
        return self.other_s / self.first_s


class _Timed:
    """A session that adds up the time of its runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.seconds = 0.0

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        begun = time.perf_counter()
        outputs = self._session.run(batch)
        self.seconds += time.perf_counter() - begun
        return outputs


def compare(
    first: Pack,
    other: Pack,
    rendered: Path,
    *,
    most: int = 200,
    threads: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Parity:
    """The parity of two packs over at most `most` returns of a rendered set.

    PackError, SetError, PictureError or InferenceError, each one sentence.
    """
    index = read_set(rendered)
    names = index.returns[:most]
    if not names:
        raise SetError(f"{rendered} holds no return: render some first.")
    sessions = [_Timed(Session(pack, threads)) for pack in (first, other)]
    detectors = [
        Detector(pack, session=session)
        for pack, session in zip((first, other), sessions, strict=True)
    ]
    taken: list[tuple[float, float]] = []
    same = 0
    for number, name in enumerate(names, 1):
        for pose in index.read_return(name).poses:
            directory = index.directory(name)
            pictures = {
                shot.light: read_named_picture(directory / shot.file) for shot in pose.shots
            }
            before = [session.seconds for session in sessions]
            found = [each.detect_pose(pictures, Region(pose.outline)) for each in detectors]
            spent = [s.seconds - b for s, b in zip(sessions, before, strict=True)]
            taken.append((spent[0], spent[1]))
            same += agree(found[0], found[1])
        if progress is not None:
            progress(number, len(names))
    return Parity(
        len(taken),
        same / len(taken),
        median(one for one, _ in taken),
        median(other for _, other in taken),
    )


def agree(first: Sequence[Detection], other: Sequence[Detection]) -> bool:
    """Whether two answers report the same faults, whichever comes first."""
    return all(
        any(same_fault(one, each) for each in answer)
        for answer, ones in ((other, first), (first, other))
        for one in ones
    )
