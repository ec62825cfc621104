"""Decoded pictures in shared memory, by the digest of their evidence."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

from station.domain.capture import MOST_SHOTS

CHANNELS = 3


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where a picture lies: the name of its shared memory, uint8 [height, width, 3] RGB."""

    name: str
    width: int
    height: int


@dataclass(slots=True)
class _Kept:
    inspection: str
    place: PixelPlace
    lent: int = 0


class Pixels:
    """A fixed number of places for pictures of at most one size; the oldest give way to new ones.

    This process owns the memory, so no killed child can leave any behind. Safe for many threads.
    """

    def __init__(self, most_pixels: int, places: int = MOST_SHOTS + 2) -> None:
        """`most_pixels` are those of the largest picture. There are places for a pose that is being
        examined, for the picture that is taken meanwhile and for one that proves it."""
        self._most_pixels = most_pixels
        size = most_pixels * CHANNELS
        self._memory = {
            memory.name: memory
            for memory in (SharedMemory(create=True, size=size) for _ in range(places))
        }
        self._free = list(self._memory)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, width: int, height: int) -> PixelPlace:
        """A place to write a new picture into, the oldest picture's if none is free.

        BufferError if every place is being read or written.
        """
        if width * height > self._most_pixels:
            raise ValueError(f"no place holds {width}x{height} pixels")
        with self._lock:
            if not self._free:
                oldest = next((d for d, kept in self._kept.items() if not kept.lent), None)
                if oldest is None:
                    raise BufferError("every place for a picture is in use")
                self._free.append(self._kept.pop(oldest).place.name)
            return PixelPlace(self._free.pop(), width, height)

    def put(self, digest: str, inspection: str, place: PixelPlace) -> None:
        """A taken place now holds the picture of `digest`, of this inspection."""
        with self._lock:
            if digest in self._kept:
                self._free.append(place.name)
            else:
                self._kept[digest] = _Kept(inspection, place)

    def written(self, place: PixelPlace) -> NDArray[np.uint8]:
        """What a taken place holds, uint8 [height, width, 3] RGB; valid until it is given back."""
        return pixels_of(self._memory[place.name], place.width, place.height)

    def give_back(self, place: PixelPlace) -> None:
        """A taken place holds nothing worth keeping."""
        with self._lock:
            self._free.append(place.name)

    @contextmanager
    def lend(self, digest: str) -> Iterator[PixelPlace | None]:
        """The place of a picture, which stays as it is meanwhile; none if it is here no longer."""
        with self._lock:
            kept = self._kept.get(digest)
            if kept is not None:
                kept.lent += 1
        try:
            yield kept.place if kept else None
        finally:
            if kept is not None:
                with self._lock:
                    kept.lent -= 1

    def picture(self, digest: str) -> NDArray[np.uint8] | None:
        """A copy of the picture, uint8 [height, width, 3] RGB; none if it is here no longer."""
        with self.lend(digest) as place:
            if place is None:
                return None
            return pixels_of(self._memory[place.name], place.width, place.height).copy()

    def release(self, inspection: str) -> None:
        """The pictures of an inspection are no longer needed."""
        with self._lock:
            done = [
                digest
                for digest, kept in self._kept.items()
                if kept.inspection == inspection and not kept.lent
            ]
            self._free.extend(self._kept.pop(digest).place.name for digest in done)

    def close(self) -> None:
        """Free the memory."""
        with self._lock:
            self._free.clear()
            self._kept.clear()
            for memory in self._memory.values():
                memory.close()
                memory.unlink()
            self._memory.clear()


def pixels_of(memory: SharedMemory, width: int, height: int) -> NDArray[np.uint8]:
    """A picture's memory as uint8 [height, width, 3]; valid while `memory` is open."""
    return np.ndarray((height, width, CHANNELS), np.uint8, buffer=memory.buf)
