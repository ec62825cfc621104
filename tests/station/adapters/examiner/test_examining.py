"""Where an item lies, and findings of a picture by itself."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.plane import Scale
from models.runtime.detection import Detection
from models.runtime.item import item_region
from models.runtime.region import Box, Region
from models.sets import read_set
from station.adapters.examiner.examining import LitPicture, Optics, Picture, examine_pose
from station.domain.defect import Quantity, SizeSource, Unit
from tests.support.examiners import box_detection
from tests.support.tiny_set import HEIGHT, WIDTH

FRAME = Box(0, 0, WIDTH, HEIGHT)
DEMO = Path(__file__).parents[4] / "station" / "virtual" / "pictures"


class OneDent:
    """Finds a dent of 20 by 10 pixels wherever it looks."""

    def detect_pose(
        self,
        pictures: Mapping[str, Picture],
        region: Region | None = None,
        least: float | None = None,
    ) -> tuple[Detection, ...]:
        return (box_detection("dent", 0.8, (30, 40, 20, 10)),)


def photo(picture: Picture, light: str = "bright") -> LitPicture:
    return LitPicture("photo", light, picture)


def overlap(region: Region, outline: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """The share of the outline that the region covers, and of the region that lies within it."""
    seen, true = region.mask(FRAME), Region(outline).mask(FRAME)
    both = float((seen & true).sum())
    return both / true.sum(), both / seen.sum()


def rgb(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, :, ::-1])


def test_no_part_of_a_rendered_carton_is_left_out() -> None:
    demo = read_set(DEMO)
    empty = cv2.imread(str(DEMO / "empty-bright.jpg"))
    assert empty is not None
    for name in demo.returns[:6]:
        for pose in demo.read_return(name).poses:
            file = next(shot.file for shot in pose.shots if shot.light == "bright")
            picture = cv2.imread(str(demo.directory(name) / file))
            assert picture is not None

            region = item_region(rgb(picture), rgb(empty))

            assert region is not None
            recall, precision = overlap(region, pose.outline)
            assert recall > 0.98, (name, pose.pose)
            assert precision > 0.7, (name, pose.pose)


def test_a_photograph_of_known_scale_gives_millimetres() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)

    (found,) = examine_pose(OneDent(), [photo(picture)], optics=Optics(profile=Scale(0.5, 0.01)))
    (blind,) = examine_pose(OneDent(), [photo(picture)])

    length, pixels = (
        one.measured(Quantity.LENGTH, unit) for one, unit in ((found, Unit.MM), (blind, Unit.PX))
    )
    assert (found.shot, found.box) == ("photo", (30, 40, 20, 10))
    assert length is not None
    assert pixels is not None
    assert length.value == pytest.approx(pixels.value / 2)
    assert (length.height, pixels.height) == (SizeSource.STATED_SCALE, None)


def test_the_edge_is_found_again_on_the_picture_and_u_covers_what_the_detector_missed() -> None:
    """The detector says 20 by 10 pixels; what shows is a stain of 28 by 18."""
    picture = np.full((100, 100, 3), 180, np.uint8)
    picture[36:54, 26:54] = (120, 90, 60)
    found = box_detection("stain", 0.8, (30, 40, 20, 10))

    class OneStain:
        def detect_pose(
            self,
            pictures: Mapping[str, Picture],
            region: Region | None = None,
            least: float | None = None,
        ) -> tuple[Detection, ...]:
            return (found,)

    (stain,) = examine_pose(OneStain(), [photo(picture)])
    area = stain.measured(Quantity.AREA, Unit.PX2)

    assert area is not None
    assert abs(area.value - 28 * 18) <= area.U
    assert area.value == pytest.approx(28 * 18, rel=0.15)


def test_a_photograph_of_unknown_scale_gives_pixels() -> None:
    (found,) = examine_pose(OneDent(), [photo(np.zeros((100, 100, 3), np.uint8))])

    assert {measurement.unit for measurement in found.measurements} == {Unit.PX, Unit.PX2}


class Named:
    """Finds a dent best seen under the last lamp of each look, and remembers the lamps."""

    def __init__(self) -> None:
        self.looks: list[list[str]] = []

    def detect_pose(
        self,
        pictures: Mapping[str, Picture],
        region: Region | None = None,
        least: float | None = None,
    ) -> tuple[Detection, ...]:
        self.looks.append(list(pictures))
        found = box_detection("dent", 0.8, (30, 40, 20, 10))
        return (dataclasses.replace(found, light=list(pictures)[-1]),)


def test_lamps_of_one_camera_are_looked_at_together_and_the_next_camera_apart() -> None:
    dark = np.zeros((100, 100, 3), np.uint8)
    detector = Named()
    shots = [
        LitPicture("top-bright", "bright", dark),
        LitPicture("top-raking", "raking", dark),
        LitPicture("side-bright", "bright", dark),
    ]

    findings = examine_pose(detector, shots)

    assert detector.looks == [["bright", "raking"], ["bright"]]
    assert [finding.shot for finding in findings] == ["top-raking", "side-bright"]
