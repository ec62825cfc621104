"""How each adapter of a bench is made: the one place that chooses implementations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from calibration.errors import CalibrationError
from calibration.record import Calibration
from models.runtime.errors import PictureError
from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from station.adapters.cameras.camera_rig import CameraRig
from station.adapters.cameras.child import Watching, run_camera
from station.adapters.cameras.link import LOOK_HEIGHT, LOOK_WIDTH
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.ports import Light
from station.adapters.cameras.presence import Look, Presence
from station.adapters.cameras.rig import RigSettings
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.delivery import DeliveryThread
from station.adapters.examiner.child import ExaminerSetup, load_equipment, run_examiner
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.frames import FrameFiles
from station.adapters.processes import Children
from station.adapters.store.opening import OpenStore
from station.adapters.symbols import read_symbols
from station.adapters.upstream.posting import HttpUpstream
from station.app.defaults import LIVE_PACK, TRUSTED_KEYS
from station.config import Device, Lights
from station.domain.capture import CaptureRecipe
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import Fault, refuse
from station.ports import Catalogue
from station.workflow.deliver import Delivery
from station.workflow.stages import Setup

RESTING_LIGHT = "bright"

_CODE_PATIENCE_S = 0.25
"""Codes in pictures help; a person waits for the verdict."""

Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class BenchParts:
    """What one bench is made of.

    Without `lights` nothing switches the light. `empty` are pictures of the empty bench, by
    light.
    """

    name: str
    setup: Setup
    orders: Catalogue
    make_camera: Callable[[], FrameSource]
    camera: str
    width: int
    height: int
    lights: Lights
    settle_s: float
    empty: Mapping[str, Path]
    calibration: Path | None
    devices: tuple[Device, ...]
    upstream_url: str
    pack: Path = LIVE_PACK


def lights_of(recipes: Iterable[CaptureRecipe]) -> set[str]:
    """The lights that recipes name."""
    return {shot.light for recipe in recipes for pose in recipe.poses for shot in pose.shots}


def cameras_of(
    parts: BenchParts,
    light: Light,
    pixels: Pixels,
    frames: FrameFiles,
    emit: Emit,
    clock: SystemClock,
) -> CameraRig:
    """The camera in its child process, with the presence watch."""
    return CameraRig(
        RigSettings(
            parts.camera,
            parts.width,
            parts.height,
            resting_light=RESTING_LIGHT,
            settle_s=parts.settle_s,
        ),
        children=Children(
            run_camera,
            (parts.make_camera, Watching()),
            name="camera",
            monotonic=clock.monotonic,
        ),
        light=light,
        pixels=pixels,
        keep=frames.keep,
        emit=emit,
        clock=clock,
        presence=Presence(_empty_look(parts.empty[RESTING_LIGHT])),
    )


def examiner_of(
    parts: BenchParts, pixels: Pixels, frames: FrameFiles, emit: Emit, clock: SystemClock
) -> ExaminerProcess:
    """The detector, the measuring and the reading of codes in their child process."""
    setup = ExaminerSetup(parts.pack, TRUSTED_KEYS, parts.calibration, parts.empty)
    return ExaminerProcess(
        children=Children(
            run_examiner,
            (partial(load_equipment, setup, partial(read_symbols, patience_s=_CODE_PATIENCE_S)),),
            name="examiner",
            monotonic=clock.monotonic,
        ),
        lend=pixels.lend,
        evidence=frames.evidence,
        emit=emit,
        clock=clock,
    )


def deliveries_of(
    store: OpenStore,
    emit: Emit,
    clock: SystemClock,
    identifiers: SystemIdentifiers,
    upstream: HttpUpstream,
) -> DeliveryThread:
    """Posting to the receiver."""
    delivery = Delivery(store.outbox, upstream, clock, identifiers)

    def raised(fault: Fault) -> None:
        emit(FaultRaised(clock.now(), fault))

    def cleared(subject: str) -> None:
        emit(FaultCleared(clock.now(), subject))

    return DeliveryThread(delivery.deliver_due, raised, cleared)


def read_calibration(path: Path | None) -> Calibration | None:
    """The calibration record, none where there is none; StationError if it cannot be used."""
    if path is None:
        return None
    try:
        return Calibration.read(path)
    except CalibrationError as error:
        raise refuse(str(error)) from error


def _empty_look(path: Path) -> Look:
    """The empty bench as the presence watch sees it."""
    try:
        picture = read_picture(path)
    except PictureError as error:
        raise refuse(f"{path}: {error} Picture the empty bench again.") from error
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (LOOK_WIDTH, LOOK_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
