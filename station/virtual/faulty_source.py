"""A virtual camera that fails on demand, as cameras do and as somebody might make them."""

import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from models.runtime.opencv import cv2
from station.virtual.camera import Picture, VirtualCamera, VirtualExposure, noisy
from station.virtual.world import Address, Break, visit

_RECORDED = 16
_HANG_S = 3600.0


class Camera(Protocol):
    """What a camera's process needs of its source."""

    def open(self) -> dict[str, float]: ...
    def identity(self) -> str: ...
    def grab(self, light: str) -> VirtualExposure: ...
    def look(self) -> Picture: ...
    def close(self) -> None: ...


class FaultySource:
    """A camera that misbehaves on demand, in the ways real ones do.

    stale: repeats the bytes of its last good frame with new numbers. black: delivers a black
    frame. green: an empty YUYV buffer. half: the rest of the picture never came. torn: bytes in the
    middle of the JPEG are lost. wrong-size: half the pixels each way. frozen: everything, live
    pictures too, is what it saw last. hang: never answers. crash: its process dies. unplugged:
    reports success after the cable was pulled, with the last frame as it was. gone: says that it is
    lost, and cannot be opened. swapped: lost as well, and another camera is found in its place.
    no-bandwidth: opens, and then does not start. cut-off: unplugged in the middle of a frame, of
    which the first part came.

    And in the ways of somebody who means it, with fresh noise, new numbers and new times. stuck:
    what it saw last. replay: what it saw from its first picture on. The camera itself does the
    others: print shows a print of what lies there, other-view what another camera sees.
    """

    def __init__(self, camera: Camera, broken: Callable[[], Break]) -> None:
        """`broken` is asked before every frame."""
        self._camera = camera
        self._broken = broken
        self._last: VirtualExposure | None = None
        self._last_look: Picture | None = None
        self._repeats = 0
        self._stranger = self._cut_off = False
        self._recorded: deque[VirtualExposure] = deque(maxlen=_RECORDED)
        self._chance = np.random.default_rng(0)

    def open(self) -> dict[str, float]:
        """Open the camera, if it is there."""
        broken = self._broken()
        if broken == "gone":
            raise OSError("The virtual camera is not there: plug it in.")
        self._stranger = broken == "swapped"
        return self._camera.open()

    def identity(self) -> str:
        """Who it is; somebody else once the cables were swapped."""
        return "a stranger" if self._stranger else self._camera.identity()

    def grab(self, light: str) -> VirtualExposure:
        """The next frame, or what the fault makes of it."""
        broken = self._broken()
        last = self._last
        if broken == "stale" and last:
            self._repeats += 1
            self._last = VirtualExposure(
                last.evidence, last.media_type, last.sequence + 1, time.monotonic()
            )
            return self._last
        if broken in ("unplugged", "frozen") and last:
            return last
        if broken in ("stuck", "replay") and last:
            self._repeats += 1
            source = last
            if broken == "replay":
                source = self._recorded[0]
                self._recorded.rotate(-1)
            self._last = VirtualExposure(
                _redrawn(source.evidence, self._noised),
                source.media_type,
                last.sequence + 1,
                time.monotonic(),
            )
            return self._last
        self._stop(broken)
        frame = self._camera.grab(light)
        if broken == "cut-off":
            self._cut_off = True
            return replace(frame, evidence=frame.evidence[: len(frame.evidence) // 2])
        frame = replace(frame, sequence=frame.sequence + self._repeats)
        if broken in REDRAWN:
            frame = replace(frame, evidence=_redrawn(frame.evidence, REDRAWN[broken]))
        elif broken == "torn":
            frame = replace(frame, evidence=_torn(frame.evidence))
        self._last = frame
        self._recorded.append(frame)
        return frame

    def look(self) -> Picture:
        """A live picture; a camera that hangs or has crashed gives none."""
        broken = self._broken()
        if broken == "frozen" and self._last_look is not None:
            return self._last_look
        self._stop(broken)
        self._last_look = self._camera.look()
        return self._last_look

    def close(self) -> None:
        """Close the camera."""
        self._camera.close()

    def _noised(self, picture: Picture) -> Picture:
        return noisy(picture, self._chance.standard_normal(picture.shape, np.float32), 1.0)

    def _stop(self, broken: Break) -> None:
        if broken == "hang":
            time.sleep(_HANG_S)
        if broken == "crash":
            os._exit(70)
        lost = broken == "gone" or self._cut_off or (broken == "swapped" and not self._stranger)
        if lost:
            raise OSError("The virtual camera is lost: check its cable.")
        if broken == "no-bandwidth":
            raise OSError("The virtual camera does not start to send: its USB bus may be full.")


def virtual_camera(
    pictures: Path,
    seed: int,
    address: Address,
    view: int = 0,
    size: tuple[int, int] | None = None,
) -> FaultySource:
    """The virtual camera of a world; view 0 has whatever fault the world gives it.

    For the camera's child process: its argument `make` is a `functools.partial` of this.
    """
    glance = visit(address)

    def broken() -> Break:
        return glance("peek").broken if view == 0 else "none"

    return FaultySource(VirtualCamera(pictures, seed, glance, view, size), broken)


def _redrawn(evidence: bytes, change: Callable[[Picture], Picture]) -> bytes:
    picture = cv2.imdecode(np.frombuffer(evidence, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError("The virtual camera cannot read its own picture.")
    _, encoded = cv2.imencode(".jpg", change(np.asarray(picture, np.uint8)))
    return encoded.tobytes()


def _torn(evidence: bytes) -> bytes:
    """The JPEG without a few packets of its scan."""
    middle = len(evidence) // 2
    return evidence[:middle] + evidence[middle + 2048 :]


def _halfway(picture: Picture) -> Picture:
    picture = picture.copy()
    picture[picture.shape[0] // 2 :] = 128
    return picture


def _greened(picture: Picture) -> Picture:
    return np.full_like(picture, (0, 135, 0))


def _blacked(picture: Picture) -> Picture:
    return np.asarray(picture // 64, np.uint8)


def _halved(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[::2, ::2])


REDRAWN: dict[Break, Callable[[Picture], Picture]] = {
    "black": _blacked,
    "green": _greened,
    "half": _halfway,
    "wrong-size": _halved,
}
