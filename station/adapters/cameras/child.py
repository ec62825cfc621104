"""The camera's child process: grabs, decodes once, checks what can be seen, publishes pixels."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import decode_picture
from station.adapters.cameras.link import (
    LOOK_HEIGHT,
    LOOK_WIDTH,
    Alive,
    Delivered,
    Failed,
    Gone,
    Grab,
    Looked,
    Opened,
)
from station.adapters.cameras.pixels import PixelPlace, pixels_of
from station.adapters.cameras.sources.source import FrameSource, SettingsError, Taken
from station.domain.faults import FaultCode

_MOST_OLD_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Watching:
    """How often the child looks at the bench between exposures."""

    looks_per_s: float = 8.0


def run_camera(
    connection: "Connection[Any, Any]", make: Callable[[], FrameSource], watching: Watching
) -> None:
    """Serve grabs until the pipe closes or the camera is lost, looking at the bench meanwhile."""
    cv2.setNumThreads(1)
    source = make()
    darkroom = _Darkroom()
    try:
        connection.send(Opened(source.open()))
        _serve(connection, source, darkroom, 1 / watching.looks_per_s)
    except EOFError:
        return
    except OSError as error:
        unset = isinstance(error, SettingsError)
        code = FaultCode.CAMERA_SETTINGS if unset else FaultCode.CAMERA_LOST
        with suppress(OSError):
            connection.send(Gone(str(error), code))
    finally:
        darkroom.close()
        source.close()


def _serve(
    connection: "Connection[Any, Any]", source: FrameSource, darkroom: "_Darkroom", pause_s: float
) -> None:
    due = time.monotonic()
    while True:
        if connection.poll(max(0.0, due - time.monotonic())):
            connection.send(_answer(connection.recv(), source, darkroom))
            continue
        connection.send(_look(source))
        due = time.monotonic() + pause_s


def _look(source: FrameSource) -> Looked | Alive:
    seen = source.look()
    if seen is None:
        return Alive()
    if seen.shape != (LOOK_HEIGHT, LOOK_WIDTH) or seen.dtype != np.uint8:
        raise ValueError("a preview is grey, uint8 [180, 320]")
    return Looked(time.monotonic(), seen.tobytes())


def _answer(grab: Grab, source: FrameSource, darkroom: "_Darkroom") -> Delivered | Failed:
    try:
        taken = _recent(grab, source)
    except (LookupError, EOFError) as error:
        detail = str(error.args[0]) if error.args else "The camera has no such frame."
        return Failed(grab.request, FaultCode.CAMERA_LOST, detail)
    seen = darkroom.develop(taken, grab.place)
    if seen is None:
        return Failed(grab.request, FaultCode.FRAME_WRONG_SIZE, "The camera's picture is torn.")
    width, height, mean = seen
    return Delivered(
        grab.request,
        taken.evidence,
        taken.media_type,
        taken.sequence,
        taken.monotonic_s,
        width,
        height,
        mean,
    )


def _recent(grab: Grab, source: FrameSource) -> Taken:
    """The first frame exposed late enough; drivers hold a few older ones in their buffers.

    After that many old ones the last is delivered as it is, and refused by who asked.
    """
    taken = source.grab(grab.light)
    for _ in range(_MOST_OLD_FRAMES):
        if taken.monotonic_s >= grab.not_before_s:
            break
        taken = source.grab(grab.light)
    return taken


class _Darkroom:
    """Decodes evidence into the station's shared memory."""

    def __init__(self) -> None:
        self._memory: dict[str, SharedMemory] = {}

    def develop(self, taken: Taken, place: PixelPlace) -> tuple[int, int, float] | None:
        """Width, height and mean grey of the picture; written as RGB if its size is the place's.

        None if the bytes are no whole picture.
        """
        try:
            # Some cameras fill their last packet up with zeros.
            picture = decode_picture(taken.evidence.rstrip(b"\0"))
        except PictureError:
            return None
        height, width = picture.shape[:2]
        if (width, height) == (place.width, place.height):
            np.copyto(self._pixels(place), picture)
        return width, height, _mean_grey(picture)

    def close(self) -> None:
        """Let go of the memory, which is the station's."""
        for memory in self._memory.values():
            memory.close()
        self._memory.clear()

    def _pixels(self, place: PixelPlace) -> NDArray[np.uint8]:
        memory = self._memory.get(place.name)
        if memory is None:
            memory = self._memory[place.name] = SharedMemory(place.name)
        return pixels_of(memory, place.width, place.height)


def _mean_grey(picture: NDArray[np.uint8]) -> float:
    """The mean grey value of every fourth pixel each way, which is enough to tell black."""
    red, green, blue = (float(value) for value in picture[::4, ::4].reshape(-1, 3).mean(axis=0))
    return 0.299 * red + 0.587 * green + 0.114 * blue
