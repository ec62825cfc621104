"""Crops of pictures in which people outlined faults."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.labels.labelled import LabelledPicture, LabelledSet, Outline
from models.sets import Polygon
from models.training.crops import Crop, cut, cut_labels, random_view
from models.training.errors import TrainingError
from models.training.partition import Part, Shares, part_of
from models.training.photographs import read_picture
from models.training.photometry import varied_planes
from models.training.planes import ABSENT, COLOUR, PLANES
from models.training.stacks import Recent

LABELLED_SHARES = Shares(validation=0.2, held_out=0.0)
"""By item, where the set has no splits of its own."""

ENOUGH_ITEMS = 5
"""So many items give one to look at on average, and none to learn from once in 3000 sets."""

NOTHING_TO_LEARN = (
    "No labelled picture is left to learn from once a part is kept back to look at: "
    f"label pictures of at least {ENOUGH_ITEMS} items, or give the set a 'train' split."
)

_SCALES = (0.7, 1.4)
_FAULT_CENTRED = 0.65
_PICTURE_BYTES = 2**30
_KNOWN = 255


def part_of_labelled(picture: LabelledPicture) -> Part:
    """What a labelled picture is used for: as its set says, else by its item."""
    return Part(picture.split) if picture.split else part_of(picture.item, LABELLED_SHARES)


def label_map(
    outlines: Sequence[Outline], shape: tuple[int, int]
) -> list[tuple[str, NDArray[np.uint8]]]:
    """Each fault's kind and mask, uint8 [H, W], 1 inside; of a box the ellipse that fills it."""
    return [(outline.defect, _filled(outline, shape)) for outline in outlines]


class LabelledCrops:
    """Crops of the pictures of one part of labelled sets, more often than not around a fault."""

    def __init__(self, sets: Sequence[LabelledSet], classes: Sequence[str], part: Part) -> None:
        self._classes = tuple(classes)
        self._pictures = [
            (picture, labelled.classes)
            for labelled in sets
            for picture in labelled.pictures
            if part_of_labelled(picture) is part
        ]
        self._faulty = [each for each in self._pictures if each[0].faults]
        self._held: Recent[NDArray[np.uint8]] = Recent(_PICTURE_BYTES, lambda held: held.nbytes)

    @property
    def pictures(self) -> int:
        """How many pictures are sampled from."""
        return len(self._pictures)

    def sample(self, rng: np.random.Generator, size: int, zoom: float = 1.0) -> Crop:
        """One crop; what nobody looked for in its picture is unknown. TrainingError if empty."""
        if not self._pictures:
            raise TrainingError(NOTHING_TO_LEARN)
        around = bool(self._faulty) and rng.random() < _FAULT_CENTRED
        among = self._faulty if around else self._pictures
        picture, looked_for = among[int(rng.integers(len(among)))]
        pixels = self._held.get(picture.path, lambda: read_picture(picture.path))
        height, width = pixels.shape[:2]
        centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        if around:
            outline = picture.faults[int(rng.integers(len(picture.faults)))].polygon
            x, y = outline[int(rng.integers(len(outline)))]
            shift = rng.uniform(-0.35, 0.35, 2) * size / zoom
            centre = (x + float(shift[0]), y + float(shift[1]))
        view = random_view(rng, centre, (zoom * _SCALES[0], zoom * _SCALES[1]))
        target = np.zeros((height, width, len(self._classes)), np.uint8)
        for defect, mask in label_map(picture.faults, (height, width)):
            target[..., self._classes.index(defect)] |= mask * np.uint8(255)
        known = self._known(picture, looked_for, target)
        planes = np.full((size, size, PLANES), ABSENT, np.uint8)
        planes[..., COLOUR] = cut(pixels, view, size)
        return Crop(
            varied_planes(planes, rng),
            np.stack([cut_labels(layer, view, size) for layer in _layers(target)], axis=2),
            np.stack([cut_labels(layer, view, size) for layer in _layers(known)], axis=2),
        )

    def _known(
        self, picture: LabelledPicture, looked_for: frozenset[str], target: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """255 where the target of a class can be relied on, uint8 [H, W, K]."""
        known = np.zeros_like(target)
        for place, name in enumerate(self._classes):
            if picture.complete and name in looked_for:
                known[..., place] = _KNOWN
        known[target > 0] = _KNOWN
        for polygon, value in (
            *((each, _KNOWN) for each in picture.not_faults),
            *((each, 0) for each in picture.unsure),
        ):
            inside = _polygon(polygon, target.shape[:2]) > 0
            known[inside] = value
        return known


def _layers(stack: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [np.ascontiguousarray(stack[..., place]) for place in range(stack.shape[2])]


def _filled(outline: Outline, shape: tuple[int, int]) -> NDArray[np.uint8]:
    if not outline.box_only:
        return _polygon(outline.polygon, shape)
    corners = np.asarray(outline.polygon)
    middle, half = (corners.min(0) + corners.max(0)) / 2, (corners.max(0) - corners.min(0)) / 2
    mask = np.zeros(shape, np.uint8)
    centre = (int(middle[0]), int(middle[1]))
    cv2.ellipse(mask, centre, (max(1, int(half[0])), max(1, int(half[1]))), 0, 0, 360, 1, -1)
    return mask


def _polygon(polygon: Polygon, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(np.asarray(polygon)).astype(np.int32)], 1)
    return mask
