"""What the pipeline costs on top of the model itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from models.runtime.detector import Detector
from models.runtime.pack import Pack
from models.runtime.prepare import Pictures
from models.runtime.region import Region
from models.runtime.session import Session, load_model


@dataclass(frozen=True, slots=True)
class PipelineTimes:
    """Median seconds from decoded picture to detections, and of the bare runs within."""

    pipeline_s: float
    bare_s: float

    @property
    def ratio(self) -> float:
        return self.pipeline_s / self.bare_s


class _Recorder:
    """Remembers the batches that a detector gives to its session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.batches: list[NDArray[np.float32]] = []

    def run(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.batches.append(batch.copy())
        return self._session.run(batch)


def measure_pipeline(
    pack: Pack,
    pictures: Pictures,
    rounds: int = 30,
    *,
    region: Region | None = None,
    threads: int = 2,
) -> PipelineTimes:
    """Detection on a pose's `pictures` beside bare `session.run` on the very inputs it makes.

    The two take turns within one run, so that neither a warming nor a busy machine favours one.
    """
    session = Session(pack, threads)
    recorder = _Recorder(session)
    Detector(pack, session=recorder).detect_pose(pictures, region)
    detector = Detector(pack, session=session)
    bare = load_model(pack.model, threads)
    name = bare.get_inputs()[0].name

    def run_bare() -> None:
        for batch in recorder.batches:
            bare.run(None, {name: batch})

    def run_pipeline() -> None:
        detector.detect_pose(pictures, region)

    run_bare()
    run_pipeline()
    pairs = [(_seconds(run_pipeline), _seconds(run_bare)) for _ in range(rounds)]
    return PipelineTimes(median(p for p, _ in pairs), median(b for _, b in pairs))


def _seconds(action: Callable[[], None]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
