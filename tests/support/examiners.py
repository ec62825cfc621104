"""Equipment for the examiner's child process, made by name."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from calibration.record import Calibration
from models.runtime.detection import Detection
from models.runtime.errors import PackError
from models.runtime.features import FeatureMap
from models.runtime.pictures import read_picture
from models.runtime.region import Region
from station.adapters.examiner.child import Equipment
from station.adapters.examiner.examining import Picture
from station.adapters.symbols import read_symbols
from tests.support.tiny_set import STAIN

PACK_NAME = "fake 1 sha256:" + "0" * 64


class FakeDetector:
    """Finds one stain where 0.9 is sure enough, or has a bug once where the trigger file is; the
    file then goes."""

    def __init__(self, trigger: Path) -> None:
        self.trigger = trigger

    def detect_pose(
        self,
        pictures: Mapping[str, Picture],
        region: Region | None = None,
        least: float | None = None,
    ) -> tuple[Detection, ...]:
        if self.trigger.exists():
            self.trigger.unlink()
            raise KeyError("a bug")
        found = box_detection("stain", 0.9, STAIN)
        return (found,) if least is None or found.confidence >= least else ()

    def features(self) -> tuple[FeatureMap, ...]:
        return ()


def box_detection(defect: str, confidence: float, box: tuple[int, int, int, int]) -> Detection:
    """A detection that fills its box."""
    x, y, width, height = box
    right, bottom = x + width - 1.0, y + height - 1.0
    corners = ((float(x), float(y)), (right, float(y)), (right, bottom), (float(x), bottom))
    return Detection(defect, confidence, box, corners, np.full((height, width), 255, np.uint8))


def fake_equipment(trigger: Path, pictures: Path, calibrated: bool) -> Equipment:
    """Equipment around the fake detector, with the tiny set's bench."""
    empty: Mapping[str, Picture] = {
        light: read_picture(pictures / f"empty-{light}.jpg") for light in ("bright", "raking")
    }
    record = Calibration.read(pictures / "calibration.json") if calibrated else None
    return Equipment(FakeDetector(trigger), PACK_NAME, record, empty, read_symbols)


def refused_equipment() -> Equipment:
    """A pack that is refused."""
    raise PackError("manifest.sig is damaged: it does not end in a line feed.")


def dying_equipment() -> Equipment:
    """A process that never comes up."""
    os._exit(70)
