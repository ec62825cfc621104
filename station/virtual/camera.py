"""The virtual camera: rendered pictures of the scene with the noise of a sensor.

It stands where a real camera stands, behind the same child process, and knows no more than the
scene: the item that lies there, the pose that is up and the light as applied.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.sets import RenderedSet, ReturnTruth, SetError, read_set
from station.virtual.world import Address, Break, Glance, Scene, visit

JPEG_QUALITY = 92
LOOK_SIZE = (320, 180)

_DARK = "off"
_DARK_LEVEL = 0.01
_READ_NOISE = 0.8
_SHOT_NOISE = 0.05
_PICTURES_KEPT = 6
_HANG_S = 3600.0

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class VirtualExposure:
    """One exposure: JPEG bytes as a USB camera delivers them, its count and its time."""

    evidence: bytes
    media_type: str
    sequence: int
    monotonic_s: float


class VirtualCamera:
    """Serves the pictures of a rendered set as the scene asks for them.

    Noise is drawn from (seed, exposure), and the world counts exposures, so no two frames are alike
    and the same shift gives the same frames again.
    """

    def __init__(self, pictures: Path, seed: int, glance: Callable[[Glance], Scene]) -> None:
        """`pictures` is the directory of a rendered set; `glance` gives the scene."""
        self._path = pictures
        self._seed = seed
        self._glance = glance
        self._returns: dict[str, ReturnTruth] = {}
        self._set: RenderedSet | None = None
        self._pictures: OrderedDict[Path, Picture] = OrderedDict()
        self._looks: OrderedDict[Path, Picture] = OrderedDict()
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """Read the set's index; OSError if it is absent or damaged."""
        try:
            self._set = read_set(self._path)
        except SetError as error:
            raise OSError(str(error)) from error
        return {"width": float(self._set.width), "height": float(self._set.height)}

    def grab(self, light: str) -> VirtualExposure:  # noqa: ARG002  it sees the light in the scene
        """A new exposure of the scene; LookupError if the set has no picture of it."""
        scene = self._glance("expose")
        exposed_s = time.monotonic()
        self._sequence += 1
        chance = np.random.default_rng((self._seed, 0, scene.exposures))
        picture = self._scene_picture(scene)
        if scene.hand:
            picture = _with_hand(picture, scene.exposures)
        noisy = _noisy(picture, chance, 1.0 if scene.light != _DARK else _DARK_LEVEL)
        good, encoded = cv2.imencode(".jpg", noisy, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        if not good:
            raise OSError("The virtual camera cannot encode its picture.")
        return VirtualExposure(encoded.tobytes(), "image/jpeg", self._sequence, exposed_s)

    def look(self) -> Picture:
        """A preview of the scene, grey uint8 [180, 320]."""
        scene = self._glance("look")
        self._sequence += 1
        look = self._scene_look(scene)
        if scene.hand:
            look = _with_hand(look, scene.looks)
        chance = np.random.default_rng((self._seed, 1, scene.looks))
        return _noisy(look, chance, 1.0 if scene.light != _DARK else _DARK_LEVEL)

    def close(self) -> None:
        """Nothing is held open."""

    def _scene_picture(self, scene: Scene) -> Picture:
        file = self._file(scene)
        if file not in self._pictures:
            picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
            if picture is None:
                raise OSError(f"The picture {file} is missing: render the set again.")
            self._pictures[file] = np.asarray(picture, np.uint8)
        return _recent(self._pictures, file)

    def _scene_look(self, scene: Scene) -> Picture:
        try:
            file = self._file(scene)
        except LookupError:
            file = self._file(replace(scene, light="bright"))
        if file not in self._looks:
            grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if grey is None:
                raise OSError(f"The picture {file} is missing: render the set again.")
            small = cv2.resize(grey, LOOK_SIZE, interpolation=cv2.INTER_AREA)
            self._looks[file] = np.asarray(small, np.uint8)
        return _recent(self._looks, file)

    def _file(self, scene: Scene) -> Path:
        """The picture of the scene; in the dark any picture of the right outline will do."""
        if self._set is None:
            raise OSError("The virtual camera is not open.")
        light = "bright" if scene.light == _DARK else scene.light
        if scene.item is None:
            return self._set.path / f"empty-{light}.jpg"
        if scene.item not in self._returns:
            try:
                self._returns[scene.item] = self._set.read_return(scene.item)
            except SetError as error:
                raise LookupError(str(error)) from error
        for pose in self._returns[scene.item].poses:
            for shot in pose.shots:
                if pose.pose == scene.pose and shot.light == light:
                    return self._set.directory(scene.item) / shot.file
        raise LookupError(
            f"The demo pictures show {scene.item} with {scene.pose} up, but not under the light"
            f" {light}: correct the capture recipe."
        )


class Camera(Protocol):
    """What a camera's process needs of its source."""

    def open(self) -> dict[str, float]: ...
    def grab(self, light: str) -> VirtualExposure: ...
    def look(self) -> Picture: ...
    def close(self) -> None: ...


class FaultySource:
    """A camera that misbehaves on demand, in the ways real ones do.

    stale: repeats the bytes of its last good frame with new numbers. black: delivers a black
    frame. wrong-size: half the pixels each way. hang: never answers. crash: its process dies.
    unplugged: reports success after the cable was pulled, with the last frame as it was.
    """

    def __init__(self, camera: Camera, broken: Callable[[], Break]) -> None:
        """`broken` is asked before every frame."""
        self._camera = camera
        self._broken = broken
        self._last: VirtualExposure | None = None
        self._repeats = 0

    def open(self) -> dict[str, float]:
        """Open the camera."""
        return self._camera.open()

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
        if broken == "unplugged" and last:
            return last
        _stop(broken)
        frame = self._camera.grab(light)
        frame = replace(frame, sequence=frame.sequence + self._repeats)
        if broken == "black":
            frame = replace(frame, evidence=_redrawn(frame.evidence, _blacked))
        elif broken == "wrong-size":
            frame = replace(frame, evidence=_redrawn(frame.evidence, _halved))
        self._last = frame
        return frame

    def look(self) -> Picture:
        """A preview; a camera that hangs or has crashed gives none."""
        _stop(self._broken())
        return self._camera.look()

    def close(self) -> None:
        """Close the camera."""
        self._camera.close()


def virtual_camera(pictures: Path, seed: int, address: Address) -> FaultySource:
    """The virtual camera of a world, with whatever fault the world gives it.

    For the camera's child process: its argument `make` is a `functools.partial` of this.
    """
    glance = visit(address)

    def broken() -> Break:
        return glance("peek").broken

    return FaultySource(VirtualCamera(pictures, seed, glance), broken)


def _stop(broken: Break) -> None:
    if broken == "hang":
        time.sleep(_HANG_S)
    if broken == "crash":
        os._exit(70)


def _noisy(picture: Picture, chance: np.random.Generator, exposure: float) -> Picture:
    """The picture as a sensor gives it: shot and read noise, in grey levels."""
    level = picture.astype(np.float32) * np.float32(exposure)
    noise = chance.standard_normal(picture.shape, np.float32)
    noise *= np.sqrt(np.float32(_READ_NOISE**2) + np.float32(_SHOT_NOISE) * level)
    level += noise
    return np.asarray(cv2.convertScaleAbs(np.clip(level, 0, 255)), np.uint8)


def _with_hand(picture: Picture, moment: int) -> Picture:
    """A forearm reaching in from below, at another place each moment."""
    seen = picture.copy()
    height, width = seen.shape[:2]
    colour = (110, 140, 190) if seen.ndim == 3 else (145, 145, 145)
    x = int(width * (0.35 + 0.3 * ((moment * 0.37) % 1.0)))
    cv2.ellipse(seen, (x, height), (width // 12, int(height * 0.55)), 0, 0, 360, colour, cv2.FILLED)
    return seen


def _redrawn(evidence: bytes, change: Callable[[Picture], Picture]) -> bytes:
    picture = cv2.imdecode(np.frombuffer(evidence, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError("The virtual camera cannot read its own picture.")
    _, encoded = cv2.imencode(".jpg", change(np.asarray(picture, np.uint8)))
    return encoded.tobytes()


def _blacked(picture: Picture) -> Picture:
    return np.asarray(picture // 64, np.uint8)


def _halved(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[::2, ::2])


def _recent(kept: OrderedDict[Path, Picture], file: Path) -> Picture:
    kept.move_to_end(file)
    while len(kept) > _PICTURES_KEPT:
        kept.popitem(last=False)
    return kept[file]
