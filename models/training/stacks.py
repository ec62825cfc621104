"""Rendered poses as the network sees them: all lamps of the item's part of the frame, in memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from models.sets import PoseTruth
from models.training.errors import TrainingError
from models.training.photographs import read_picture
from models.training.planes import stacked

_MARGIN_PX = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RenderedPose:
    """One rendered pose on disk."""

    directory: Path
    truth: PoseTruth
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A part of a pose's pictures from ``origin`` (x, y) on.

    ``planes`` is uint8 [h, w, PLANES], ``instances`` uint8 [h, w], the fault that each pixel shows.
    """

    origin: tuple[int, int]
    planes: NDArray[np.uint8]
    instances: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return self.planes.nbytes + self.instances.nbytes


class Recent(Generic[T]):
    """What was read last, the least recently used dropped beyond ``limit`` bytes; thread-safe."""

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit = limit
        self._size = size
        self._held: OrderedDict[Path, T] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, path: Path, read: Callable[[], T]) -> T:
        """What was read for ``path``, by ``read`` where it is not held."""
        with self._lock:
            if path in self._held:
                self._held.move_to_end(path)
                return self._held[path]
        item = read()
        with self._lock:
            if path not in self._held:
                self._held[path] = item
                self._bytes += self._size(item)
            while self._bytes > self._limit:
                _, dropped = self._held.popitem(last=False)
                self._bytes -= self._size(dropped)
        return item


def read_stack(pose: RenderedPose) -> Stack:
    """The item's part of a pose with a margin of bench; TrainingError for a missing picture."""
    corners = np.asarray(pose.truth.outline)
    left, top = np.maximum(corners.min(axis=0) - _MARGIN_PX, 0).astype(int)
    right, bottom = (corners.max(axis=0) + _MARGIN_PX).astype(int)
    part = slice(top, min(bottom, pose.height)), slice(left, min(right, pose.width))
    pictures = {
        shot.light: read_picture(pose.directory / shot.file)[part] for shot in pose.truth.shots
    }
    labels = _read_labels(pose.directory / pose.truth.mask)[part]
    return Stack((int(left), int(top)), stacked(pictures), labels.copy())


def _read_labels(path: Path) -> NDArray[np.uint8]:
    labels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if labels is None:
        raise TrainingError(f"{path} is missing or no picture: render this set again.")
    return np.asarray(labels, dtype=np.uint8)
