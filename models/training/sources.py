"""Where crops come from: rendered sets with their truth, and clean photographs."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sets import FaultTruth, PoseTruth, RenderedSet, ShotPicture, read_set
from models.training.crops import Crop, Picture, cut, cut_labels, random_view
from models.training.errors import TrainingError
from models.training.faults import FAULTS, blend_fault
from models.training.marks import blend_marks
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import Photograph, read_picture
from models.training.photometry import varied

_RENDERED_SCALES = (0.75, 1.35)
_FAULT_CENTRED = 0.72
_OFF_ITEM = 0.08
_BLENDED_ON_CLEAN = 0.4
_BLENDED_ON_PHOTOGRAPH = 0.6
_MARKED = 0.35
_CROP_PIXELS_ACROSS_PHOTOGRAPH = (300.0, 1100.0)


class CropSource(Protocol):
    """Gives crops without end; the same generator state over the same files gives the same crop."""

    def sample(self, rng: np.random.Generator, size: int) -> Crop:
        """One crop of ``size`` pixels a side."""
        ...


class PictureCache:
    """Decoded pictures, the least recently used dropped beyond ``limit`` bytes; thread-safe."""

    def __init__(self, limit: int = 3 * 2**30) -> None:
        self._limit = limit
        self._held: OrderedDict[Path, NDArray[np.uint8]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def rgb(self, path: Path) -> Picture:
        """RGB pixels of the file, uint8 [H, W, 3]."""
        return self._get(path, grey=False)

    def labels(self, path: Path) -> NDArray[np.uint8]:
        """A label picture, uint8 [H, W]."""
        return self._get(path, grey=True)

    def _get(self, path: Path, *, grey: bool) -> NDArray[np.uint8]:
        with self._lock:
            if path in self._held:
                self._held.move_to_end(path)
                return self._held[path]
        pixels = _read_labels(path) if grey else read_picture(path)
        with self._lock:
            if path not in self._held:
                self._held[path] = pixels
                self._bytes += pixels.nbytes
            while self._bytes > self._limit:
                _, dropped = self._held.popitem(last=False)
                self._bytes -= dropped.nbytes
        return pixels


@dataclass(frozen=True, slots=True)
class _Pose:
    directory: Path
    truth: PoseTruth
    width: int
    height: int


class RenderedCrops:
    """Crops of rendered returns; ``rescan`` takes up returns that were finished since."""

    def __init__(
        self,
        sets: Sequence[Path],
        classes: Sequence[str],
        parts: frozenset[Part],
        cache: PictureCache,
    ) -> None:
        self._paths = tuple(sets)
        self._classes = tuple(classes)
        self._parts = parts
        self._cache = cache
        self._poses: dict[tuple[Path, str], tuple[_Pose, ...]] = {}
        self.rescan()

    @property
    def returns(self) -> int:
        """How many returns are sampled from."""
        return len(self._poses)

    def rescan(self) -> None:
        """Read the indexes again and take up what is new."""
        for path in self._paths:
            rendered = read_set(path)
            for return_id in rendered.returns:
                source = f"{rendered.seed}/{return_id}"
                key = (path, return_id)
                if key not in self._poses and part_of(source, RETURN_SHARES) in self._parts:
                    self._poses[key] = _poses(rendered, return_id)
        self._all = [pose for poses in self._poses.values() for pose in poses]
        self._faults = {
            name: [
                (pose, fault)
                for pose in self._all
                for fault in pose.truth.faults
                if fault.defect == name
            ]
            for name in self._classes
        }

    def sample(self, rng: np.random.Generator, size: int) -> Crop:
        """One crop, more often than not around a fault, each class as often as another.

        Raises TrainingError where the sets are empty.
        """
        if not self._all:
            raise TrainingError("The sets hold no returns to learn from: render some first.")
        present = [faults for faults in self._faults.values() if faults]
        if present and rng.random() < _FAULT_CENTRED:
            faults = present[int(rng.integers(len(present)))]
            pose, fault = faults[int(rng.integers(len(faults)))]
            centre = _near_fault(rng, fault, size)
        else:
            pose = self._all[int(rng.integers(len(self._all)))]
            centre = _near_item(rng, pose)
        shot = pose.truth.shots[int(rng.integers(len(pose.truth.shots)))]
        return self._cut(rng, pose, shot, centre, size)

    def _cut(
        self,
        rng: np.random.Generator,
        pose: _Pose,
        shot: ShotPicture,
        centre: tuple[float, float],
        size: int,
    ) -> Crop:
        labels = self._cache.labels(pose.directory / pose.truth.mask)
        view = random_view(rng, centre, _RENDERED_SCALES)
        picture = cut(self._cache.rgb(pose.directory / shot.file), view, size)
        instances = cut_labels(labels, view, size)
        target = np.zeros((size, size, len(self._classes)), np.uint8)
        for fault in pose.truth.faults:
            if fault.defect in self._classes:
                target[..., self._classes.index(fault.defect)] |= np.where(
                    instances == fault.instance, np.uint8(255), np.uint8(0)
                )
        changed = np.asarray(picture / 255, dtype=np.float32)
        if not target.any() and rng.random() < _BLENDED_ON_CLEAN:
            changed = _with_faults(changed, target, self._classes, rng)
        return Crop(varied(changed, rng, strength=0.5), target)


class PhotographCrops:
    """Crops of clean photographs, about half of them with blended faults."""

    def __init__(
        self, photographs: Sequence[Photograph], classes: Sequence[str], cache: PictureCache
    ) -> None:
        if not photographs:
            raise TrainingError("No photographs to learn from: name a folder with more of them.")
        self._photographs = tuple(photographs)
        self._classes = tuple(classes)
        self._cache = cache

    def sample(self, rng: np.random.Generator, size: int) -> Crop:
        """One crop; the photograph is scaled to between 300 and 1100 pixels across."""
        photograph = self._photographs[int(rng.integers(len(self._photographs)))]
        picture = self._cache.rgb(photograph.path)
        height, width = picture.shape[:2]
        low, high = (across / min(height, width) for across in _CROP_PIXELS_ACROSS_PHOTOGRAPH)
        centre = (float(rng.uniform(0.15, 0.85) * width), float(rng.uniform(0.15, 0.85) * height))
        view = random_view(rng, centre, (low, high))
        changed = np.asarray(cut(picture, view, size) / 255, dtype=np.float32)
        target = np.zeros((size, size, len(self._classes)), np.uint8)
        if rng.random() < _MARKED:
            changed = blend_marks(changed, rng)
        if rng.random() < _BLENDED_ON_PHOTOGRAPH:
            changed = _with_faults(changed, target, self._classes, rng)
        return Crop(varied(changed, rng), target)


def photographs_of(photographs: Sequence[Photograph], part: Part) -> tuple[Photograph, ...]:
    """Those of one part."""
    return tuple(photograph for photograph in photographs if photograph.part is part)


def _with_faults(
    picture: NDArray[np.float32],
    target: NDArray[np.uint8],
    classes: Sequence[str],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """``picture`` with one to three blended faults, entered into ``target`` in place."""
    known = [name for name in classes if name in FAULTS]
    for _ in range(int(rng.integers(1, 4)) if known else 0):
        name = known[int(rng.integers(len(known)))]
        blended = blend_fault(picture, rng, name)
        if blended is not None:
            picture, mask = blended
            target[mask, classes.index(name)] = 255
    return picture


def _poses(rendered: RenderedSet, return_id: str) -> tuple[_Pose, ...]:
    directory = rendered.directory(return_id)
    return tuple(
        _Pose(directory, pose, rendered.width, rendered.height)
        for pose in rendered.read_return(return_id).poses
    )


def _near_fault(rng: np.random.Generator, fault: FaultTruth, size: int) -> tuple[float, float]:
    x, y = fault.polygon[int(rng.integers(len(fault.polygon)))]
    jitter = rng.uniform(-0.35 * size, 0.35 * size, 2)
    return float(x + jitter[0]), float(y + jitter[1])


def _near_item(rng: np.random.Generator, pose: _Pose) -> tuple[float, float]:
    if rng.random() < _OFF_ITEM:
        return float(rng.uniform(0, pose.width)), float(rng.uniform(0, pose.height))
    corners = np.asarray(pose.truth.outline)
    x, y = rng.uniform(corners.min(axis=0), corners.max(axis=0))
    return float(x), float(y)


def _read_labels(path: Path) -> NDArray[np.uint8]:
    labels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if labels is None:
        raise TrainingError(f"{path} is missing or no picture: render this set again.")
    return np.asarray(labels, dtype=np.uint8)
