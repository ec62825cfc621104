"""How each adapter of a bench is made: the one place that chooses implementations."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from calibration.errors import CalibrationError
from calibration.record import Calibration
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.prover import CameraOptics
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.delivery import DeliveryThread
from station.adapters.examiner.child import (
    CameraFiles,
    ExaminerSetup,
    load_equipment,
    run_examiner,
    run_shadow,
)
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.frames import FrameFiles
from station.adapters.processes import Children
from station.adapters.store.opening import OpenStore
from station.adapters.symbols import read_symbols
from station.adapters.upstream.posting import HttpUpstream
from station.app.cameras import CameraParts
from station.app.defaults import OUTLINES
from station.config import Device, Lights, Settings
from station.domain.capture import CaptureRecipe
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import Fault, refuse
from station.domain.light_proof import LightResponse
from station.ports import Catalogue
from station.workflow.deliver import Delivery
from station.workflow.stages import Setup

_log = logging.getLogger(__name__)

_LEAST_TOLERANCE = 0.04
"""The drift that the acceptance of a lamp lets pass: its curve is of one day."""

_MOST_TOLERANCE = 0.08
"""With a wider one a recording under other levels would pass too often (decision 24)."""

_CODE_PATIENCE_S = 0.25
"""Codes in pictures help; a person waits for the verdict."""

_EXAMINER_BYTES = 2 * 2**30
"""Several times what tiles of 1280 pixels and a queue of 1080p pictures need."""

_SHADOW_ANSWER_S = 120.0
"""Nobody waits for the shadow, and it gives way to all who are waited for."""

Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class BenchParts:
    """What one bench is made of.

    Without `lights` nothing switches the light. The first camera watches what lies on the bench.
    With a `pack` the bench works with that one, whatever its shelf says.
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
    pack: Path | None = None
    outlines: Path | None = None
    """Where the bench keeps how far the outlines of packs are off, beside what ships."""
    references: Path | None = None
    """Where the bench remembers confirmed-good examples; it remembers none if not given."""


def lights_of(recipes: Iterable[CaptureRecipe]) -> set[str]:
    """The lights that recipes name."""
    return {shot.light for recipe in recipes for pose in recipe.poses for shot in pose.shots}


def examiner_of(
    parts: BenchParts,
    pack: Path,
    keys: tuple[Path, ...],
    pixels: Pixels,
    frames: FrameFiles,
    emit: Emit,
    clock: SystemClock,
) -> ExaminerProcess:
    """The detector, the measuring and the reading of codes in their child process."""
    return ExaminerProcess(
        children=examiner_children(parts, pack, keys, clock),
        lend=pixels.lend,
        evidence=frames.evidence,
        emit=emit,
        clock=clock,
    )


def _setup_of(parts: BenchParts, pack: Path, keys: tuple[Path, ...]) -> ExaminerSetup:
    first, *further = parts.cameras
    outlines = (parts.outlines, OUTLINES) if parts.outlines else (OUTLINES,)
    others = {each.name: CameraFiles(each.calibration, each.empty) for each in further}
    return ExaminerSetup(
        pack, keys, parts.calibration, first.empty, others=others, outlines=outlines
    )


def examiner_children(
    parts: BenchParts, pack: Path, keys: tuple[Path, ...], clock: SystemClock
) -> Children:
    """The process that examines with a pack."""
    setup = _setup_of(parts, pack, keys)
    setup = replace(setup, references=parts.references)
    read_codes = partial(read_symbols, patience_s=_CODE_PATIENCE_S)
    return Children(
        run_examiner,
        (partial(load_equipment, setup, read_codes),),
        name="examiner",
        monotonic=clock.monotonic,
        memory_bytes=_EXAMINER_BYTES,
    )


def shadow_of(
    parts: BenchParts,
    pack: Path,
    keys: tuple[Path, ...],
    frames: FrameFiles,
    emit: Emit,
    clock: SystemClock,
) -> ExaminerProcess:
    """A second examiner, which gives way to everything else; it reads the kept evidence."""
    setup = replace(_setup_of(parts, pack, keys), threads=1)
    return ExaminerProcess(
        children=Children(
            run_shadow,
            (partial(load_equipment, setup),),
            name="examiner in shadow",
            monotonic=clock.monotonic,
            memory_bytes=_EXAMINER_BYTES,
        ),
        lend=lambda _: nullcontext(),
        evidence=frames.evidence,
        emit=emit,
        clock=clock,
        answer_s=_SHADOW_ANSWER_S,
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


def record_paths(cameras: Iterable[CameraParts], bench: Path | None) -> dict[str, Path | None]:
    """Each calibrated camera's own record by its name; the first camera's is the bench's."""
    first, *further = cameras
    own = {each.name: each.calibration for each in further if each.calibration is not None}
    return {first.name: bench, **own}


def camera_optics(record: Calibration | None) -> CameraOptics:
    """What a camera's record says of its lamps and of its focus, its softest place counting."""
    edges = record.sharpness.edges if record and record.sharpness else ()
    softest = min((edge.mtf50 for edge in edges), default=None)
    return CameraOptics(light_responses(record), softest)


def light_responses(record: Calibration | None) -> dict[str, LightResponse]:
    """What each calibrated lamp gives for its levels, by name.

    A lamp without a curve, or with one that is known too badly to prove anything by, is left out.
    """
    responses: dict[str, LightResponse] = {}
    for lamp in record.lamps if record else ():
        if not lamp.curve:
            continue
        tolerance = max(lamp.tolerance or 0.0, _LEAST_TOLERANCE)
        try:
            response = LightResponse(lamp.name, lamp.curve, tolerance)
        except ValueError as error:
            _log.warning("%s: calibrate the light again", error)
            continue
        if tolerance > _MOST_TOLERANCE:
            _log.warning(
                "the response of %s is known to %.0f %% only, so it counts as straight:"
                " picture it at more levels and calibrate the light again",
                lamp.name,
                100 * tolerance,
            )
            continue
        responses[lamp.name] = response
    return responses


def check_recipes(settings: Settings, recipes: Sequence[CaptureRecipe]) -> None:
    """StationError if a recipe asks for a camera that this bench does not have, or a pose for two.

    What is found in a pose is measured with one calibration against one empty bench.
    """
    names = [camera.name for camera in settings.camera]
    for recipe in recipes:
        for pose in recipe.poses:
            asked = sorted({shot.camera for shot in pose.shots})
            if unknown := [name for name in asked if name not in names]:
                raise refuse(
                    f"recipe {recipe.name} asks for the camera {unknown[0]},"
                    f" this bench has {', '.join(names)}: name one of its cameras so"
                )
            if len(asked) > 1:
                raise refuse(
                    f"recipe {recipe.name} pictures the pose {pose.name} with"
                    f" {' and '.join(asked)}: make it a pose for each camera"
                )
