"""The virtual camera: rendered pictures of the scene with the noise of a sensor.

It stands where a real camera stands, behind the same child process, and knows no more than the
scene: the item that lies there, the pose that is up and the light as applied.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from models.sets import RenderedSet, ReturnTruth, SetError, read_set
from station.virtual.lighting import as_print, mixed
from station.virtual.world import Glance, Scene

JPEG_QUALITY = 92
LOOK_SIZE = (320, 180)
VIRTUAL = "virtual"

VIEWS: tuple[int | None, ...] = (None, 1, 0, -1)
"""How `cv2.flip` mirrors what each view sees."""

_SOFT = "bright"
_DARK_LEVEL = 0.01
_READ_NOISE = 0.8
_SHOT_NOISE = 0.05
_PICTURES_KEPT = 6

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

    def __init__(
        self,
        pictures: Path,
        seed: int,
        glance: Callable[[Glance], Scene],
        view: int = 0,
        size: tuple[int, int] | None = None,
    ) -> None:
        """`pictures` is the directory of a rendered set; `glance` gives the scene.

        `view` 0 sees the bench as the set shows it; 1 to 3 see it mirrored, in the place of
        cameras that hang elsewhere. `size` is the width and height of its pictures, the set's own
        without.
        """
        self._path = pictures
        self._seed = seed
        self._glance = glance
        self._flip = VIEWS[view]
        self._size = size
        bank = np.random.default_rng((seed, 1, view))
        self._noise = bank.standard_normal((2 * LOOK_SIZE[1], 2 * LOOK_SIZE[0]), np.float32)
        self._returns: dict[str, ReturnTruth] = {}
        self._set: RenderedSet | None = None
        self._drawing = ThreadPoolExecutor(1, "noise")
        self._drawn: tuple[int, tuple[int, ...], Future[NDArray[np.float32]]] | None = None
        self._pictures: OrderedDict[Path, Picture] = OrderedDict()
        self._looks: OrderedDict[Path, Picture] = OrderedDict()
        self._sequence = 0

    def open(self) -> dict[str, float]:
        """Read the set's index; OSError if it is absent or damaged."""
        try:
            self._set = read_set(self._path)
        except SetError as error:
            raise OSError(str(error)) from error
        width, height = self._size or (self._set.width, self._set.height)
        return {"width": float(width), "height": float(height)}

    def identity(self) -> str:
        """It is the virtual one."""
        return VIRTUAL

    def grab(self, light: str) -> VirtualExposure:  # noqa: ARG002  it sees the light in the scene
        """A new exposure of the scene; LookupError if the set has no picture of it."""
        evidence, exposed_s = self._exposed(self._glance("expose"))
        good, encoded = cv2.imencode(".jpg", evidence, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        if not good:
            raise OSError("The virtual camera cannot encode its picture.")
        return VirtualExposure(encoded.tobytes(), "image/jpeg", self._sequence, exposed_s)

    def picture(self) -> tuple[Picture, float]:
        """A new exposure of the scene as BGR pixels, and its monotonic time."""
        return self._exposed(self._glance("expose"))

    def _exposed(self, scene: Scene) -> tuple[Picture, float]:
        exposed_s = time.monotonic()
        self._sequence += 1
        picture = self._lit(scene, self._size)
        if scene.hand:
            picture = _with_hand(picture, scene.exposures)
        noise = self._noise_of(scene.exposures, picture.shape)
        # A camera's own noise takes no time of its computer: the next is drawn meanwhile.
        coming = scene.exposures + 1
        self._drawn = coming, picture.shape, self._drawing.submit(self._draw, coming, picture.shape)
        return noisy(picture, noise, 1.0 if scene.lamps else _DARK_LEVEL), exposed_s

    def _noise_of(self, exposure: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The noise of an exposure, ready where it was drawn ahead."""
        if self._drawn is not None and self._drawn[:2] == (exposure, shape):
            return self._drawn[2].result()
        return self._draw(exposure, shape)

    def _draw(self, exposure: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        chance = np.random.default_rng((self._seed, 0, exposure))
        return chance.standard_normal(shape, np.float32)

    def look(self) -> Picture:
        """A live picture of the scene, RGB uint8 [180, 320, 3]."""
        scene = self._glance("look")
        self._sequence += 1
        look = self._lit(scene, LOOK_SIZE)
        if scene.hand:
            look = _with_hand(look, scene.looks)
        # A window onto one sheet of noise, at another place for each look, costs next to nothing.
        height, width = look.shape[:2]
        x, y = scene.looks * 73 % width, scene.looks * 131 % height
        noise = self._noise[y : y + height, x : x + width, None]
        seen = noisy(look, noise, 1.0 if scene.lamps else _DARK_LEVEL)
        return np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), np.uint8)

    def close(self) -> None:
        """Nothing is held open."""
        self._drawing.shutdown(cancel_futures=True)

    def _lit(self, scene: Scene, size: tuple[int, int] | None) -> Picture:
        """The scene in its light; in the dark any picture of the right outline will do."""
        lamps = scene.lamps or ((_SOFT, 1.0),)
        parts = [(self._under(scene, lamp, size), level) for lamp, level in lamps]
        picture = parts[0][0] if len(parts) == 1 and parts[0][1] == 1 else mixed(parts)
        if scene.broken == "other-view":
            picture = np.ascontiguousarray(picture[:, ::-1])
        return picture

    def _under(self, scene: Scene, lamp: str, size: tuple[int, int] | None) -> Picture:
        """The scene under one lamp alone, at full light."""
        if scene.broken == "print" and scene.item is not None:
            bare = replace(scene, item=None)
            taken = self._picture(self._file(scene, _SOFT), size)
            empty, lit = (self._picture(self._file(bare, each), size) for each in (_SOFT, lamp))
            return as_print(taken, empty, lit)
        try:
            file = self._file(scene, lamp)
        except LookupError:
            if size != LOOK_SIZE:
                raise
            file = self._file(scene, _SOFT)
        return self._picture(file, size)

    def _picture(self, file: Path, size: tuple[int, int] | None) -> Picture:
        """A picture of the set from where this camera hangs; the latest few are kept."""
        kept = self._looks if size == LOOK_SIZE else self._pictures
        if file not in kept:
            picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
            if picture is None:
                raise OSError(f"The picture {file} is missing: render the set again.")
            kept[file] = self._seen(picture, size)
        return _recent(kept, file)

    def _seen(self, picture: cv2.typing.MatLike, size: tuple[int, int] | None) -> Picture:
        """A picture of the set from where this camera hangs."""
        if size is not None:
            larger = size[0] > picture.shape[1]
            way = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
            picture = cv2.resize(picture, size, interpolation=way)
        if self._flip is not None:
            picture = cv2.flip(picture, self._flip)
        return np.asarray(picture, np.uint8)

    def _file(self, scene: Scene, lamp: str) -> Path:
        """The picture of the scene under a lamp."""
        if self._set is None:
            raise OSError("The virtual camera is not open.")
        if scene.item is None:
            return self._set.path / f"empty-{lamp}.jpg"
        if scene.item not in self._returns:
            try:
                self._returns[scene.item] = self._set.read_return(scene.item)
            except SetError as error:
                raise LookupError(str(error)) from error
        for pose in self._returns[scene.item].poses:
            for shot in pose.shots:
                if pose.pose == scene.pose and shot.light == lamp:
                    return self._set.directory(scene.item) / shot.file
        raise LookupError(
            f"The demo pictures show {scene.item} with {scene.pose} up, but not under the light"
            f" {lamp}: correct the capture recipe."
        )


def noisy(picture: Picture, noise: NDArray[np.float32], exposure: float) -> Picture:
    """The picture as a sensor gives it: shot and read noise, in grey levels, from unit noise."""
    levels = np.arange(256, dtype=np.float32) * np.float32(exposure)
    deviations = np.sqrt(np.float32(_READ_NOISE**2) + np.float32(_SHOT_NOISE) * levels)
    spread = noise * cv2.LUT(picture, deviations)
    return np.asarray(cv2.add(cv2.LUT(picture, levels), spread, dtype=cv2.CV_8U), np.uint8)


def _with_hand(picture: Picture, moment: int) -> Picture:
    """A forearm reaching in from below, at another place each moment."""
    seen = picture.copy()
    height, width = seen.shape[:2]
    colour = (110, 140, 190) if seen.ndim == 3 else (145, 145, 145)
    x = int(width * (0.35 + 0.3 * ((moment * 0.37) % 1.0)))
    cv2.ellipse(seen, (x, height), (width // 12, int(height * 0.55)), 0, 0, 360, colour, cv2.FILLED)
    return seen


def _recent(kept: OrderedDict[Path, Picture], file: Path) -> Picture:
    kept.move_to_end(file)
    while len(kept) > _PICTURES_KEPT:
        kept.popitem(last=False)
    return kept[file]
