"""Where crops come from: rendered sets with their truth, and clean photographs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.rendering.fast.inject import INJECTABLE, inject
from models.sets import FaultTruth, RenderedSet, read_set
from models.training.crops import Crop, cut, cut_labels, random_view
from models.training.errors import TrainingError
from models.training.marks import blend_marks
from models.training.partition import RETURN_SHARES, Part, part_of
from models.training.photographs import Photograph, read_picture
from models.training.photometry import relit, varied, varied_planes
from models.training.planes import ABSENT, COLOUR, LIGHTS, PLANES, PLANES_OF
from models.training.stacks import Recent, RenderedPose, Stack, read_stack

_FRAME_WIDTHS = (720.0, 2160.0)
"""How wide a frame its crops are cut from may have been, in pixels: what is large is learnt from
frames made small, what is fine from large ones."""

_LARGEST_SCALE = 1.35
"""Blown up further, a picture shows nothing finer."""

_LEAST_SCALE = 0.75
"""A frame that is small already is made as small as this all the same."""

_FAULT_CENTRED = 0.72
_OFF_ITEM = 0.08
_INJECTED_ON_CLEAN = 0.3
_INJECTED_ON_PHOTOGRAPH = 0.6
_MARKED = 0.35
_CROP_PIXELS_ACROSS_PHOTOGRAPH = (300.0, 1100.0)
_MM_ACROSS_CROP = (38.0, 90.0)
_STACK_BYTES = 5 * 2**30
_PICTURE_BYTES = 2**30

_SHOWN: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.46, ("bright", "raking", "raking-back")),
    (0.28, ("bright",)),
    (0.13, ("bright", "raking")),
    (0.06, ("bright", "raking-back")),
)
"""How often only some of the lamps are shown; the rest of the time a low-angle picture stands
where the bright one belongs, as in a photograph under a window."""


class CropSource(Protocol):
    """Gives crops without end; the same generator state over the same files gives the same crop."""

    def sample(self, rng: np.random.Generator, size: int, zoom: float = 1.0) -> Crop:
        """One crop of ``size`` pixels a side, ``zoom`` times as large as the bench shows it."""
        ...


class RenderedCrops:
    """Crops of rendered returns; ``rescan`` takes up returns that were finished since."""

    def __init__(
        self,
        sets: Sequence[Path],
        classes: Sequence[str],
        parts: frozenset[Part],
        held_bytes: int = _STACK_BYTES,
    ) -> None:
        self._paths = tuple(sets)
        self._classes = tuple(classes)
        self._parts = parts
        self._stacks: Recent[Stack] = Recent(held_bytes, lambda stack: stack.nbytes)
        self._poses: dict[tuple[Path, str], tuple[RenderedPose, ...]] = {}
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

    def sample(self, rng: np.random.Generator, size: int, zoom: float = 1.0) -> Crop:
        """One crop, more often than not around a fault, each class as often as another.

        Raises TrainingError where the sets are empty.
        """
        if not self._all:
            raise TrainingError("The sets hold no returns to learn from: render some first.")
        present = [faults for faults in self._faults.values() if faults]
        if present and rng.random() < _FAULT_CENTRED:
            faults = present[int(rng.integers(len(present)))]
            pose, fault = faults[int(rng.integers(len(faults)))]
            centre = _near_fault(rng, fault, size / zoom)
        else:
            pose = self._all[int(rng.integers(len(self._all)))]
            centre = _near_item(rng, pose)
        return self._cut(rng, pose, centre, size, zoom)

    def _cut(
        self,
        rng: np.random.Generator,
        pose: RenderedPose,
        centre: tuple[float, float],
        size: int,
        zoom: float,
    ) -> Crop:
        stack = self._stacks.get(pose.directory / pose.truth.mask, lambda: read_stack(pose))
        placed = centre[0] - stack.origin[0], centre[1] - stack.origin[1]
        low, high = _scales(pose.width)
        view = random_view(rng, placed, (zoom * low, zoom * high))
        planes = np.concatenate(
            [cut(stack.planes[..., place], view, size) for place in PLANES_OF.values()], axis=2
        )
        instances = cut_labels(stack.instances, view, size)
        target = np.zeros((size, size, len(self._classes)), np.uint8)
        for fault in pose.truth.faults:
            if fault.defect in self._classes:
                target[..., self._classes.index(fault.defect)] |= np.where(
                    instances == fault.instance, np.uint8(255), np.uint8(0)
                )
        shown = _shown(relit(planes, rng), rng)
        if not target.any() and not shown[..., COLOUR.stop :].any():
            coloured = shown[..., COLOUR]
            if rng.random() < _INJECTED_ON_CLEAN:
                shown[..., COLOUR] = _with_faults(coloured, target, self._classes, rng)
        return Crop(varied_planes(shown, rng), target)


class PhotographCrops:
    """Crops of clean photographs, more than half of them with injected faults."""

    def __init__(
        self,
        photographs: Sequence[Photograph],
        classes: Sequence[str],
        held_bytes: int = _PICTURE_BYTES,
    ) -> None:
        if not photographs:
            raise TrainingError("No photographs to learn from: name a folder with more of them.")
        self._photographs = tuple(photographs)
        self._classes = tuple(classes)
        self._pictures: Recent[NDArray[np.uint8]] = Recent(held_bytes, lambda each: each.nbytes)

    def sample(self, rng: np.random.Generator, size: int, zoom: float = 1.0) -> Crop:
        """One crop; at a zoom of 1 the photograph is between 300 and 1100 pixels across."""
        photograph = self._photographs[int(rng.integers(len(self._photographs)))]
        picture = self._pictures.get(photograph.path, lambda: read_picture(photograph.path))
        height, width = picture.shape[:2]
        low, high = (zoom * each / min(height, width) for each in _CROP_PIXELS_ACROSS_PHOTOGRAPH)
        centre = (float(rng.uniform(0.15, 0.85) * width), float(rng.uniform(0.15, 0.85) * height))
        seen = cut(picture, random_view(rng, centre, (low, high)), size)
        target = np.zeros((size, size, len(self._classes)), np.uint8)
        if rng.random() < _MARKED:
            marked = blend_marks(np.asarray(seen / 255, np.float32), rng)
            seen = np.asarray(marked * 255 + 0.5, np.uint8)
        if rng.random() < _INJECTED_ON_PHOTOGRAPH:
            seen = _with_faults(seen, target, self._classes, rng)
        planes = np.full((size, size, PLANES), ABSENT, np.uint8)
        planes[..., COLOUR] = varied(np.asarray(seen / 255, np.float32), rng)
        return Crop(planes, target)


def _shown(planes: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The planes of some lamps that took a picture, the others absent."""
    there = [light.name for light in LIGHTS if planes[..., PLANES_OF[light.name]].any()]
    low_angle = [name for name in there if name != LIGHTS[0].name]
    kept = np.full_like(planes, ABSENT)
    draw = rng.random()
    for share, lamps in _SHOWN:
        if draw < share or not low_angle:
            for name in set(lamps) & set(there):
                kept[..., PLANES_OF[name]] = planes[..., PLANES_OF[name]]
            return kept
        draw -= share
    chosen = low_angle[int(rng.integers(len(low_angle)))]
    kept[..., COLOUR] = planes[..., PLANES_OF[chosen]]
    return kept


def _with_faults(
    picture: NDArray[np.uint8],
    target: NDArray[np.uint8],
    classes: Sequence[str],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """``picture`` with one to three injected faults, entered into ``target`` in place."""
    known = [name for name in classes if name in INJECTABLE]
    scale = float(rng.uniform(*_MM_ACROSS_CROP)) / len(picture)
    for _ in range(int(rng.integers(1, 4)) if known else 0):
        name = known[int(rng.integers(len(known)))]
        injected = inject(picture, rng, name, mm_per_px=scale)
        if injected is not None:
            picture, mask, _ = injected
            target[mask, classes.index(name)] = 255
    return picture


def _scales(width: int) -> tuple[float, float]:
    """From what to what a frame of this width is scaled; a small one as much as is still sharp."""
    low, high = (frame / width for frame in _FRAME_WIDTHS)
    high = min(high, _LARGEST_SCALE)
    return min(low, _LEAST_SCALE), high


def _poses(rendered: RenderedSet, return_id: str) -> tuple[RenderedPose, ...]:
    directory = rendered.directory(return_id)
    return tuple(
        RenderedPose(directory, pose, rendered.width, rendered.height)
        for pose in rendered.read_return(return_id).poses
    )


def _near_fault(rng: np.random.Generator, fault: FaultTruth, size: float) -> tuple[float, float]:
    x, y = fault.polygon[int(rng.integers(len(fault.polygon)))]
    jitter = rng.uniform(-0.35 * size, 0.35 * size, 2)
    return float(x + jitter[0]), float(y + jitter[1])


def _near_item(rng: np.random.Generator, pose: RenderedPose) -> tuple[float, float]:
    if rng.random() < _OFF_ITEM:
        return float(rng.uniform(0, pose.width)), float(rng.uniform(0, pose.height))
    corners = np.asarray(pose.truth.outline)
    x, y = rng.uniform(corners.min(axis=0), corners.max(axis=0))
    return float(x), float(y)
