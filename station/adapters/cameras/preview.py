"""Live pictures in a ring of shared memory: the camera's child writes, the window may look.

The writer never waits and knows no reader. A reader takes the newest picture; those it did not see
are dropped and counted. Evidence takes another way.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH

SLOTS = 4
SHAPE = (LOOK_HEIGHT, LOOK_WIDTH, 3)

_HEAD = struct.Struct("<QQ")
"""The newest number, and how many were passed over."""
_SLOT = struct.Struct("<Qd")
"""A picture's number and time; the number is 0 while the pixels behind it are being written."""
_BYTES = LOOK_HEIGHT * LOOK_WIDTH * 3
_STRIDE = _SLOT.size + _BYTES
_TRIES = 3


@dataclass(frozen=True, slots=True)
class LivePicture:
    """One live picture: `rgb` holds `LOOK_HEIGHT` rows of `LOOK_WIDTH` pixels."""

    number: int
    monotonic_s: float
    rgb: bytes


@dataclass(frozen=True, slots=True)
class PreviewCounts:
    """`taken` by the camera and `shown` to the reader.

    `passed` are those for which there was no time: evidence was being taken, or the camera is
    slower than it was asked to be.
    """

    taken: int
    shown: int
    passed: int

    @property
    def dropped(self) -> int:
        """Pictures that were taken and never looked at."""
        return self.taken - self.shown


class PreviewRing:
    """The station's end, for one reader; it owns the memory, so no killed child leaves any."""

    def __init__(self) -> None:
        self._memory = SharedMemory(create=True, size=_HEAD.size + SLOTS * _STRIDE)
        self._buffer = _buffer_of(self._memory)
        _HEAD.pack_into(self._buffer, 0, 0, 0)
        self._seen = self._shown = 0

    @property
    def name(self) -> str:
        """What the child knows it by."""
        return self._memory.name

    def latest(self) -> LivePicture | None:
        """The newest picture that was not given yet; none if there is none."""
        for _ in range(_TRIES):
            newest, _passed = _HEAD.unpack_from(self._buffer, 0)
            if newest in (0, self._seen):
                return None
            start = _HEAD.size + newest % SLOTS * _STRIDE
            number, taken_s = _SLOT.unpack_from(self._buffer, start)
            rgb = bytes(self._buffer[start + _SLOT.size : start + _STRIDE])
            # A writer that came round meanwhile has marked the slot.
            if number == newest == _SLOT.unpack_from(self._buffer, start)[0]:
                self._seen = newest
                self._shown += 1
                return LivePicture(newest, taken_s, rgb)
        return None

    def counts(self) -> PreviewCounts:
        """What became of the pictures so far."""
        newest, passed = _HEAD.unpack_from(self._buffer, 0)
        return PreviewCounts(newest, self._shown, passed)

    def close(self) -> None:
        """Free the memory."""
        self._memory.close()
        self._memory.unlink()


class PreviewWriter:
    """The child's end. A child that is started again goes on with the count of the one before."""

    def __init__(self, buffer: "memoryview[int]") -> None:
        self._buffer = buffer

    def publish(self, picture: NDArray[np.uint8], taken_s: float) -> None:
        """Make an RGB picture, uint8 [180, 320, 3], the newest."""
        buffer = self._buffer
        newest, passed = _HEAD.unpack_from(buffer, 0)
        number = newest + 1
        start = _HEAD.size + number % SLOTS * _STRIDE
        _SLOT.pack_into(buffer, start, 0, taken_s)
        pixels = np.ndarray(SHAPE, np.uint8, buffer=buffer, offset=start + _SLOT.size)
        np.copyto(pixels, picture)
        _SLOT.pack_into(buffer, start, number, taken_s)
        _HEAD.pack_into(buffer, 0, number, passed)

    def pass_over(self, count: int) -> None:
        """There was no time for so many pictures."""
        newest, passed = _HEAD.unpack_from(self._buffer, 0)
        _HEAD.pack_into(self._buffer, 0, newest, passed + count)


@contextmanager
def preview_writer(name: str) -> Iterator[PreviewWriter]:
    """The ring of that name, to write into."""
    memory = SharedMemory(name)
    try:
        yield PreviewWriter(_buffer_of(memory))
    finally:
        memory.close()


def _buffer_of(memory: SharedMemory) -> "memoryview[int]":
    if memory.buf is None:
        raise OSError("the live pictures' memory is closed")
    return memory.buf
