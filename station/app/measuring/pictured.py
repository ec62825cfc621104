"""Rendered faults of known size, as the bench would picture them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.calibrated_colour import true_srgb
from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.views import Picture, Views
from models.runtime.errors import PictureError
from models.runtime.pictures import read_named_picture
from models.runtime.region import Box, Region
from models.sets import FaultTruth, PoseTruth, RenderedSet, SetError, read_set
from station.domain.faults import refuse

EVEN = "bright"
FLAT = frozenset({"carton", "device", "garment"})
"""The families of goods whose upper side is level; on all others a fault may lie lower."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class PicturedPose:
    """One rendered pose: its pictures, the item's own height over the bench, the exact optics.

    `part` is the place of its set among those asked for, `bench` that set's seed. `face_mm` is the
    height of the nominal face, `mask` uint8 [H, W] holds each fault's number.
    """

    part: int
    bench: int
    number: int
    category: str
    face_mm: float
    top_mm: float
    views: Views
    mask: NDArray[np.uint8]
    faults: tuple[FaultTruth, ...]
    calibration: Calibration

    @property
    def rounded(self) -> bool:
        """Whether a fault may lie lower than the item's top."""
        return self.category not in FLAT

    def random(self, *stream: int) -> np.random.Generator:
        """Random numbers that follow from the set, the return and the stream."""
        return np.random.default_rng([self.bench, self.number, *stream])

    def seen_by(self, rng: np.random.Generator) -> Views:
        """The pictures under the even lamp and a random number of the low ones, as recipes vary."""
        count = int(rng.integers(len(self.views.oblique) + 1))
        return replace(self.views, oblique=self.views.oblique[:count])


def pictured_poses(
    sets: Sequence[Path], progress: Progress, *, clean: bool = False
) -> Iterator[PicturedPose]:
    """The poses of the sets whose truth gives the item's place, in order; with `clean` also those
    without a fault. `progress` gets (returns done, of how many).

    StationError for a set that is absent or damaged.
    """
    try:
        indexes = [read_set(path) for path in sets]
        total, done = sum(len(index.returns) for index in indexes), 0
        for part, index in enumerate(indexes):
            calibration = Calibration.read(index.path / "calibration.json")
            for name in index.returns:
                truth = index.read_return(name)
                for number, pose in enumerate(truth.poses):
                    if pose.placement is None or not (pose.faults or clean):
                        continue
                    yield PicturedPose(
                        part,
                        index.seed,
                        int(name[1:]) * 10 + number,
                        truth.category,
                        pose.placement.z_mm,
                        truth.size_mm[2],
                        _views(index, name, pose),
                        index.read_mask(name, pose),
                        pose.faults,
                        calibration,
                    )
                done += 1
                progress(done, total)
    except (SetError, CalibrationError, PictureError) as error:
        raise refuse(str(error)) from error


def _views(index: RenderedSet, name: str, pose: PoseTruth) -> Views:
    pictures: dict[str, Picture] = {
        shot.light: read_named_picture(index.directory(name) / shot.file) for shot in pose.shots
    }
    within = Region(pose.outline).mask(Box(0, 0, index.width, index.height))
    even = pictures.pop(EVEN, None)
    height, width = within.shape
    colour = true_srgb((width, height))
    return Views(even, tuple(pictures.values()), within.astype(np.bool_), colour)
