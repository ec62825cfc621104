"""The camera's child process: grabs, develops, and shows the bench live in between."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.darkroom import Darkroom, FindLabels
from station.adapters.cameras.link import (
    Alive,
    Begun,
    Captured,
    Delivered,
    Failed,
    Gone,
    Grab,
    Looked,
    Opened,
)
from station.adapters.cameras.preview import SHAPE, PreviewWriter, preview_writer
from station.adapters.cameras.sources.source import (
    FrameSource,
    SettingsError,
    Taken,
    TakenPixels,
    TornError,
)
from station.domain.faults import FaultCode

_MOST_OLD_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Watching:
    """How often the child shows the bench live, and how often the presence watch sees it.

    A live picture was exposed at most `delay_s` before the camera gives it.
    """

    lives_per_s: float = 30.0
    looks_per_s: float = 8.0
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class CameraSetup:
    """What a camera's child is made of. `preview` names the ring that it shows the bench in.

    `identity` is who the camera must say it is; empty for any. `find_labels` finds the shipping
    labels where a grab asks for them to be masked.
    """

    make: Callable[[], FrameSource]
    preview: str
    identity: str = ""
    find_labels: FindLabels | None = None
    watching: Watching = field(default_factory=Watching)


def run_camera(connection: "Connection[Any, Any]", setup: CameraSetup) -> None:
    """Serve grabs until the pipe closes or the camera is lost, showing the bench meanwhile."""
    cv2.setNumThreads(1)
    connection.send(Begun())
    source = setup.make()
    darkroom = Darkroom(setup.find_labels)
    try:
        properties = source.open()
        identity = source.identity()
        if setup.identity and identity != setup.identity:
            connection.send(Gone(_stranger(identity, setup.identity), FaultCode.CAMERA_SWAPPED))
            return
        connection.send(Opened(properties, identity))
        with preview_writer(setup.preview) as ring:
            _Camera(connection, source, darkroom, ring, setup.watching).serve()
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


class _Camera:
    """The open camera: an evidence frame comes before any live picture."""

    def __init__(
        self,
        connection: "Connection[Any, Any]",
        source: FrameSource,
        darkroom: Darkroom,
        ring: PreviewWriter,
        watching: Watching,
    ) -> None:
        self._connection = connection
        self._source = source
        self._darkroom = darkroom
        self._ring = ring
        self._live_every_s = 1 / watching.lives_per_s
        self._look_every_s = 1 / watching.looks_per_s
        self._delay_s = watching.delay_s
        self._look_due_s = 0.0

    def serve(self) -> None:
        """Answer every grab; in between show the bench, at the pace that is asked for."""
        due_s = time.monotonic()
        while True:
            if self._connection.poll(max(0.0, due_s - time.monotonic())):
                self._connection.send(self._answer(self._connection.recv()))
                continue
            self._show()
            due_s += self._live_every_s
            if (late_s := time.monotonic() - due_s) > 0:
                passed = int(late_s / self._live_every_s)
                self._ring.pass_over(passed)
                due_s += passed * self._live_every_s

    def _show(self) -> None:
        """One live picture into the ring, and now and then one to the presence watch."""
        try:
            seen = self._source.look()
        except LookupError:
            return
        now = time.monotonic()
        if seen is not None:
            if seen.shape != SHAPE or seen.dtype != np.uint8:
                raise ValueError("a live picture is RGB, uint8 [180, 320, 3]")
            self._ring.publish(seen, now)
        if now >= self._look_due_s:
            self._look_due_s = now + self._look_every_s
            self._connection.send(
                Alive() if seen is None else Looked(now - self._delay_s, _grey(seen))
            )

    def _answer(self, grab: Grab) -> Delivered | Failed:
        try:
            taken = self._recent(grab)
            self._connection.send(Captured(grab.request))
            seen = self._darkroom.develop(taken, grab.place, mask_labels=grab.mask_labels)
        except TornError as error:
            return Failed(grab.request, FaultCode.FRAME_TORN, str(error))
        except (LookupError, EOFError) as error:
            detail = str(error.args[0]) if error.args else "The camera has no such frame."
            return Failed(grab.request, FaultCode.NO_PICTURE, detail)
        return Delivered(
            grab.request,
            seen.evidence,
            seen.media_type,
            taken.sequence,
            taken.monotonic_s,
            seen.width,
            seen.height,
            seen.mean,
            seen.masked,
        )

    def _recent(self, grab: Grab) -> Taken | TakenPixels:
        """The first frame exposed late enough; drivers hold a few older ones in their buffers.

        After that many old ones the last is delivered as it is, and refused by who asked.
        """
        taken = self._source.grab(grab.light)
        for _ in range(_MOST_OLD_FRAMES):
            if taken.monotonic_s >= grab.not_before_s:
                break
            taken = self._source.grab(grab.light)
        return taken


def _stranger(identity: str, expected: str) -> str:
    who = identity or "one that does not say who it is"
    return (
        f"Another camera is plugged in here, {who} in the place of {expected}:"
        " plug the cameras back as they were."
    )


def _grey(picture: NDArray[np.uint8]) -> bytes:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).tobytes()
