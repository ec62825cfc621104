"""The bench's cameras: their sources, their child processes, their live pictures."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.child import CameraSetup, Watching, run_camera
from station.adapters.cameras.darkroom import FindLabels
from station.adapters.cameras.gates import References
from station.adapters.cameras.lifeline import Patience
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.ports import Emit, Keep, Light
from station.adapters.cameras.presence import Look, Presence
from station.adapters.cameras.preview import PreviewCounts, PreviewRing
from station.adapters.cameras.prover import CameraOptics, Prover
from station.adapters.cameras.shipping_labels import shipping_labels
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.clock import SystemClock
from station.adapters.processes import Children
from station.adapters.symbols import read_symbols
from station.app.camera_sources import camera_of, delay_s_of
from station.config import Camera
from station.domain.capture import Frame, Pose, Shot
from station.domain.faults import refuse
from station.screen.equipment import Device, DeviceKind
from station.screen.live import LiveFrame, LiveView

_log = logging.getLogger(__name__)

RESTING_LIGHT = "bright"

_PATIENCE_S = 2.5
"""How long a camera may give nothing new; what else it takes to find it lost fits into 3 s."""

_FIRST_S = 6.0
"""How long an open camera may take for its first picture."""

_UNWATCHED = Watching(lives_per_s=8.0)


@dataclass(frozen=True, slots=True)
class CameraParts:
    """One camera of a bench.

    `width` and `height` are those of the pictures that are kept, `empty` pictures of the empty
    bench, by light; `references` are those of them that were taken under the light they stand for.
    `delay_s` is how much longer than others it takes for a frame.
    """

    name: str
    make: Callable[[], FrameSource]
    width: int
    height: int
    empty: Mapping[str, Path]
    identity: str = ""
    find_labels: FindLabels | None = None
    delay_s: float = 0.0
    calibration: Path | None = None
    """Its own record; the first camera's is the bench's."""
    references: Mapping[str, Path] = field(default_factory=dict)


class Cameras:
    """The cameras in their child processes; the first one watches who lies on the bench."""

    def __init__(
        self,
        cameras: Sequence[CameraParts],
        light: Light,
        settle_s: float,
        keep: Keep,
        emit: Emit,
        clock: SystemClock,
        *,
        watched: bool,
        known: Mapping[str, CameraOptics] | None = None,
    ) -> None:
        """Without somebody who is `watched` for, live pictures come only as often as presence
        needs them. `known` is what was calibrated of each camera, by its name."""
        self._parts = tuple(cameras)
        self._clock = clock
        self._watching = Watching() if watched else _UNWATCHED
        most = max(camera.width * camera.height for camera in cameras)
        self.pixels = Pixels(most)
        self._rings = [PreviewRing() for _ in cameras]
        self._rig = CameraRig(
            [
                self._rig_camera(camera, ring, presence=n == 0)
                for n, (camera, ring) in enumerate(zip(cameras, self._rings, strict=True))
            ],
            light=light,
            pixels=self.pixels,
            keep=keep,
            emit=emit,
            clock=clock,
            settings=LightSettings(RESTING_LIGHT, settle_s),
            prover=_prover(cameras, known or {}),
        )

    def start(self) -> None:
        """Start every camera; events may come from now on."""
        self._rig.start()

    def stop(self) -> None:
        """End every camera; no event comes after it. Pictures stay until `close`."""
        self._rig.stop()
        for camera, counts in zip(self._parts, self.counts(), strict=True):
            _log.info(
                "camera %s: %d live pictures, %d of them dropped, no time for %d more",
                camera.name,
                counts.taken,
                counts.dropped,
                counts.passed,
            )

    def close(self) -> None:
        """Free the memory of the pictures."""
        self.pixels.close()
        for ring in self._rings:
            ring.close()

    def expose(
        self, inspection: str, take: int, shot: Shot, then: str = "", proves: Pose | None = None
    ) -> None:
        """Ask for a fresh frame of a shot; `then` is the light of the one to follow, if any, and
        `proves` the pose whose proof will be asked for after this."""
        self._rig.expose(inspection, take, shot, then, proves)

    def prove(self, inspection: str, pose: Pose, frames: Sequence[Frame]) -> None:
        """Ask whether the frames of a pose follow a light pattern shown now."""
        self._rig.prove(inspection, pose, frames)

    def live(self) -> tuple[LiveView, ...]:
        """The live views, for one reader."""
        return tuple(
            LiveView(camera.name, camera.width / camera.height, partial(_latest, ring))
            for camera, ring in zip(self._parts, self._rings, strict=True)
        )

    @property
    def shown(self) -> tuple[Device, ...]:
        """The cameras as the device strip lists them: by name where there are several."""
        several = len(self._parts) > 1
        return tuple(
            Device(DeviceKind.CAMERA, name=camera.name if several else "") for camera in self._parts
        )

    def counts(self) -> tuple[PreviewCounts, ...]:
        """What became of each camera's live pictures."""
        return tuple(ring.counts() for ring in self._rings)

    def _rig_camera(self, camera: CameraParts, ring: PreviewRing, *, presence: bool) -> RigCamera:
        watching = replace(self._watching, delay_s=camera.delay_s)
        setup = CameraSetup(camera.make, ring.name, camera.identity, camera.find_labels, watching)
        children = Children(
            run_camera, (setup,), name=f"camera {camera.name}", monotonic=self._clock.monotonic
        )
        empty = camera.empty.get(RESTING_LIGHT)
        size = camera.width, camera.height
        watch = Presence(_empty_look(empty, size)) if presence and empty else None
        patience_s = _PATIENCE_S + camera.delay_s
        settings = CameraSettings(
            camera.name,
            camera.width,
            camera.height,
            answer_s=patience_s,
            frozen_s=patience_s,
            patience=Patience(first_s=_FIRST_S + camera.delay_s, silent_s=patience_s),
        )
        return RigCamera(settings, children, watch)


def _latest(ring: PreviewRing) -> LiveFrame | None:
    picture = ring.latest()
    return None if picture is None else LiveFrame(picture.rgb, LOOK_WIDTH, LOOK_HEIGHT)


def _prover(cameras: Sequence[CameraParts], known: Mapping[str, CameraOptics]) -> Prover | None:
    """None where no camera knows the empty bench."""
    references = {camera.name: _references(camera) for camera in cameras}
    if not any(camera.references for camera in cameras):
        return None
    return Prover(references, known, soft_light=RESTING_LIGHT)


def _references(camera: CameraParts) -> References:
    size = camera.width, camera.height
    return References.of(
        {light: empty_picture(path, size) for light, path in camera.references.items()}
    )


def empty_picture(path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture of the empty bench, RGB; StationError where it is none or not of `size`, the width
    and height of the pictures that are kept."""
    try:
        picture = read_picture(path)
    except (PictureError, OSError) as error:
        raise refuse(f"{path} is no picture of the empty bench: picture it again") from error
    height, width = picture.shape[:2]
    if (width, height) != size:
        raise refuse(
            f"{path} is {width}x{height}, the camera's pictures are {size[0]}x{size[1]}:"
            " picture the empty bench again"
        )
    return picture


def _empty_look(path: Path, size: tuple[int, int]) -> Look:
    """The empty bench as the presence watch sees it."""
    picture = empty_picture(path, size)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def parts_of(
    camera: Camera, empty: Path | None, lights: Iterable[str], patterns: tuple[str, ...] = ()
) -> CameraParts:
    """A configured camera; `empty` is the picture of the empty bench where it has none of its own.

    `patterns` are the site's codes of parcels. StationError without a picture of the empty bench.
    """
    shown = camera.empty_bench or empty
    if shown is None:
        raise refuse(
            "empty_bench is missing: let `regrade capture empty` picture the empty bench, and name"
            " the picture"
        )
    switched = tuple(lights)
    known = {RESTING_LIGHT: shown, **camera.empty_under}
    width, height = camera.kept
    return CameraParts(
        name=camera.name,
        make=partial(camera_of, camera),
        width=width,
        height=height,
        empty={**dict.fromkeys(switched, shown), **camera.empty_under},
        references={light: path for light, path in known.items() if light in switched},
        identity=camera.identity,
        find_labels=partial(shipping_labels, read_symbols, parcel_patterns=patterns),
        delay_s=delay_s_of(camera),
        calibration=camera.calibration,
    )
