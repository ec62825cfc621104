"""How each adapter of a bench is made: the one place that chooses implementations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.record import Calibration
from station.adapters.cameras.pixels import Pixels
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.delivery import DeliveryThread
from station.adapters.examiner.child import CameraFiles, ExaminerSetup, load_equipment, run_examiner
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.frames import FrameFiles
from station.adapters.processes import Children
from station.adapters.store.opening import OpenStore
from station.adapters.symbols import read_symbols
from station.adapters.upstream.posting import HttpUpstream
from station.app.cameras import CameraParts
from station.app.defaults import LIVE_PACK, TRUSTED_KEYS
from station.config import Device, Lights
from station.domain.capture import CaptureRecipe
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import Fault, refuse
from station.ports import Catalogue
from station.workflow.deliver import Delivery
from station.workflow.stages import Setup

_CODE_PATIENCE_S = 0.25
"""Codes in pictures help; a person waits for the verdict."""

Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class BenchParts:
    """What one bench is made of.

    Without `lights` nothing switches the light. The first camera watches what lies on the bench.
    """

    name: str
    setup: Setup
    orders: Catalogue
    cameras: tuple[CameraParts, ...]
    lights: Lights
    settle_s: float
    calibration: Path | None
    devices: tuple[Device, ...]
    upstream_url: str
    pack: Path = LIVE_PACK


def lights_of(recipes: Iterable[CaptureRecipe]) -> set[str]:
    """The lights that recipes name."""
    return {shot.light for recipe in recipes for pose in recipe.poses for shot in pose.shots}


def examiner_of(
    parts: BenchParts, pixels: Pixels, frames: FrameFiles, emit: Emit, clock: SystemClock
) -> ExaminerProcess:
    """The detector, the measuring and the reading of codes in their child process."""
    first, *further = parts.cameras
    others = {each.name: CameraFiles(each.calibration, each.empty) for each in further}
    setup = ExaminerSetup(parts.pack, TRUSTED_KEYS, parts.calibration, first.empty, others=others)
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
