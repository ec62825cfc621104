"""The examiner's child process: one detector, one calibration, pose after pose."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np

from calibration.edges import EdgeTable, shipped_edges
from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.region import MeasurementError
from calibration.verification.log import Standing, Standings, log_of
from models.runtime.detector import Detector
from models.runtime.errors import InferenceError, PackError, PictureError
from models.runtime.features import FeatureMap
from models.runtime.item import item_region
from models.runtime.keys import read_trusted_keys
from models.runtime.manifest import Manifest
from models.runtime.opencv import cv2
from models.runtime.pack import read_pack
from models.runtime.pictures import decode_picture, read_picture
from models.runtime.region import Region
from models.runtime.support import Support
from station.adapters.examiner.codes import ReadCodes, codes_on, no_codes
from station.adapters.examiner.examining import (
    COLOUR_LIGHT,
    Finds,
    LitPicture,
    NoItemError,
    Optics,
    Picture,
    catalogue_height,
    examine_pose,
)
from station.adapters.examiner.link import (
    ExaminePose,
    PackRefused,
    PoseDone,
    Ready,
    SharedPicture,
    ShotToExamine,
)
from station.adapters.examiner.references import References
from station.adapters.examiner.strangeness import strangeness
from station.domain.defect import Defect, Finding, Quantity
from station.domain.inspection import PoseExamined

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CameraFiles:
    """What is known of one camera: its calibration, and the empty bench under each light."""

    calibration: Path | None
    empty: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class ExaminerSetup:
    """What the examiner works with: paths of pack, lists of trusted keys and calibration, and the
    empty bench's picture under each light; the same of `others`, cameras that have files of their
    own. Without `threads` their number is measured."""

    pack: Path
    trusted_keys: tuple[Path, ...]
    calibration: Path | None
    empty: Mapping[str, Path]
    threads: int | None = None
    others: Mapping[str, CameraFiles] = field(default_factory=dict)
    references: Path | None = None
    """Where this bench remembers confirmed-good examples."""
    outlines: tuple[Path, ...] = ()
    """Folders that keep how far outlines are off; the first that knows a pack counts."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The same, loaded. `model_pack` names the pack and, by digest, every byte of it.

    `read_codes` reads the codes in the pictures under `COLOUR_LIGHT`. `verifications` is the log
    of the daily checks. `others` are for the pictures of further cameras, by name.
    """

    detector: Finds
    model_pack: str
    calibration: Calibration | None
    empty: Mapping[str, Picture]
    read_codes: ReadCodes = no_codes
    verifications: Path | None = None
    others: Mapping[str, "Equipment"] = field(default_factory=dict)
    references: References | None = None
    support: Support | None = None
    edges: EdgeTable = field(default_factory=shipped_edges)


def load_equipment(setup: ExaminerSetup, read_codes: ReadCodes = no_codes) -> Equipment:
    """Load and verify everything; PackError, CalibrationError or PictureError in one sentence."""
    keys = tuple(key for path in setup.trusted_keys for key in read_trusted_keys(path))
    pack = read_pack(setup.pack, keys)
    manifest = pack.manifest
    check_classes(manifest)
    detector = Detector(pack, setup.threads)
    memory = References(setup.references, pack.digest) if setup.references else None
    edges = _edges_of(setup.outlines, pack.digest)

    def known(calibration: Path | None, empty: Mapping[str, Path]) -> Equipment:
        return Equipment(
            detector,
            f"{manifest.name} {manifest.version} sha256:{pack.digest}",
            Calibration.read(calibration) if calibration else None,
            {light: read_picture(path) for light, path in empty.items()},
            read_codes,
            log_of(calibration) if calibration else None,
            references=memory,
            support=pack.support,
            edges=edges,
        )

    others = {name: known(files.calibration, files.empty) for name, files in setup.others.items()}
    return replace(known(setup.calibration, setup.empty), others=others)


def _edges_of(outlines: Sequence[Path], digest: str) -> EdgeTable:
    """How far outlines are off: of this very pack where it was measured, over those of any."""
    places = (folder / f"{digest}.toml" for folder in outlines)
    place = next((each for each in places if each.exists()), None)
    if place is None:
        return shipped_edges()
    try:
        return EdgeTable.parse(place.read_text("utf-8")).over(shipped_edges())
    except (OSError, UnicodeDecodeError, MeasurementError) as error:
        _log.warning("%s is passed over: %s", place, error)
        return shipped_edges()


def check_classes(manifest: Manifest) -> None:
    """PackError where a pack finds what no policy speaks of."""
    strange = sorted(set(manifest.classes) - {defect.value for defect in Defect})
    if strange:
        raise PackError(f"manifest.toml names defects no policy knows: {', '.join(strange)}.")


def run_examiner(connection: "Connection[Any, Any]", load: Callable[[], Equipment]) -> None:
    """Load, say so, and answer requests until the pipe closes."""
    cv2.setNumThreads(1)
    try:
        equipment = load()
    except (PackError, CalibrationError, PictureError) as error:
        connection.send(PackRefused(str(error)))
        return
    connection.send(Ready(equipment.model_pack))
    bench = PoseExaminer(equipment)
    try:
        while True:
            connection.send(bench.answer(connection.recv()))
    finally:
        bench.close()


def run_shadow(connection: "Connection[Any, Any]", load: Callable[[], Equipment]) -> None:
    """As `run_examiner`, giving way to every other process."""
    os.nice(10)
    run_examiner(connection, load)


class PoseExaminer:
    """Examines poses whose pixels lie in shared memory or come as evidence bytes."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._standings = Standings(equipment.calibration, equipment.verifications)
        self._others = {name: PoseExaminer(other) for name, other in equipment.others.items()}
        self._memory: dict[str, SharedMemory] = {}
        self._seen: list[FeatureMap] = []

    def answer(self, request: ExaminePose) -> PoseDone:
        """The findings of a pose and the codes on its item, or in one sentence why not."""
        if request.camera in self._others:
            return self._others[request.camera].answer(request)
        equipment = self._equipment
        nothing = PoseExamined(request.pose, (), equipment.model_pack, None)
        calibration = equipment.calibration
        standing = self._standings.at(request.at).standing
        if calibration and standing is not Standing.VALID:
            nothing = replace(nothing, withdrawn=standing.value)
            calibration = None
        try:
            if request.learn:
                self._learn(request)
                return PoseDone(request.request, nothing)
            result = self._examined(request, nothing, calibration)
        except (InferenceError, PictureError, NoItemError) as error:
            result = replace(nothing, failure=str(error))
        except MemoryError:
            if equipment.references is not None:
                equipment.references.forget()
            result = replace(nothing, failure="The examiner ran out of memory.")
        return PoseDone(request.request, result)

    def close(self) -> None:
        """Let go of the memory, which is the station's."""
        for other in self._others.values():
            other.close()
        for memory in self._memory.values():
            memory.close()
        self._memory.clear()

    def _examined(
        self, request: ExaminePose, nothing: PoseExamined, calibration: Calibration | None
    ) -> PoseExamined:
        pictures = [self._pixels(shot.picture) for shot in request.shots]
        region = self._region(request.shots, pictures)
        codes = self._codes(request.shots, pictures, region)
        try:
            optics = Optics(edges=self._equipment.edges)
            mm_per_px = None
            if calibration:
                height = catalogue_height(request.size_mm, rounded=request.rounded)
                optics = Optics(calibration, height, self._equipment.edges)
                mm_per_px = calibration.mm_per_px(request.size_mm[2])
            findings = self._findings(request, pictures, region, optics)
        except CalibrationError:
            # The calibration is of another picture size or the item higher than the camera:
            # pixels, and no claim.
            optics = Optics(edges=self._equipment.edges)
            findings = self._findings(request, pictures, region, optics)
            calibration = mm_per_px = None
        if nothing.withdrawn:
            findings = tuple(_without_colour(finding) for finding in findings)
        unlikeness, reference = self._unlikeness(request, region)
        return replace(
            nothing,
            findings=findings,
            calibration=calibration.id if calibration else None,
            mm_per_px=mm_per_px,
            codes=codes,
            unlikeness=unlikeness,
            strangeness=strangeness(self._equipment.support, self._seen, region),
            reference=reference,
        )

    def _unlikeness(self, request: ExaminePose, region: Region) -> tuple[float | None, str | None]:
        """How unlike confirmed-good examples the pose looks, by what the detector saw of it."""
        references = self._equipment.references
        if references is None:
            return None, None
        return references.unlikeness(request.gtin, _view(request), self._seen, region)

    def _learn(self, request: ExaminePose) -> None:
        """Remember a confirmed-good example; where that fails there is one example less."""
        references = self._equipment.references
        if references is None:
            return
        pictures = [self._pixels(shot.picture) for shot in request.shots]
        region = self._region(request.shots, pictures)
        self._findings(request, pictures, region, Optics())
        try:
            references.learn(request.gtin, _view(request), self._seen, region)
        except OSError as error:
            _log.info("A good example is not remembered: %s", error)

    def _codes(
        self, shots: Sequence[ShotToExamine], pictures: Sequence[Picture], region: Region
    ) -> tuple[str, ...]:
        found = (
            code
            for shot, picture in zip(shots, pictures, strict=True)
            if shot.light == COLOUR_LIGHT
            for code in self._equipment.read_codes(picture)
        )
        return codes_on(region, tuple(found))

    def _findings(
        self,
        request: ExaminePose,
        pictures: Sequence[Picture],
        region: Region,
        optics: Optics,
    ) -> tuple[Finding, ...]:
        lit = [
            LitPicture(shot.shot, shot.light, picture)
            for shot, picture in zip(request.shots, pictures, strict=True)
        ]
        self._seen.clear()
        return examine_pose(
            self._equipment.detector,
            lit,
            region=region,
            optics=optics,
            least=request.least,
            seen=self._seen,
        )

    def _region(self, shots: Sequence[ShotToExamine], pictures: Sequence[Picture]) -> Region:
        """Where the item lies in all shots of the pose, by the one with the softest shadows."""
        best = next((n for n, shot in enumerate(shots) if shot.light == COLOUR_LIGHT), 0)
        light, picture = shots[best].light, pictures[best]
        empty = self._equipment.empty.get(light)
        if empty is None or empty.shape != picture.shape:
            raise NoItemError(
                f"There is no picture of the empty bench under the light {light}: take one."
            )
        region = item_region(picture, empty)
        if region is None:
            raise NoItemError("There is no item in the picture: lay it under the camera.")
        return region

    def _pixels(self, picture: SharedPicture | bytes) -> Picture:
        if isinstance(picture, bytes):
            return decode_picture(picture)
        memory = self._memory.get(picture.name)
        if memory is None:
            memory = self._memory[picture.name] = SharedMemory(picture.name)
        shape = (picture.height, picture.width, 3)
        pixels: Picture = np.ndarray(shape, np.uint8, buffer=memory.buf)
        pixels.flags.writeable = False
        return pixels


def _without_colour(finding: Finding) -> Finding:
    """The finding without colour differences: a camera that is not verified claims none."""
    kept = tuple(m for m in finding.measurements if m.quantity is not Quantity.DELTA_E00)
    return replace(finding, measurements=kept)


def _view(request: ExaminePose) -> str:
    """What is remembered together: a pose as one camera sees it."""
    return f"{request.camera}-{request.pose}" if request.camera else request.pose
