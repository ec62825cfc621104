"""What a pack gets wrong is told by what it lies on, by its edges, and in pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.mistakes import PLAIN, Mistake, edge_distance, lies_on, tally, write_mistakes
from models.sets import FaultTruth, Mark, PoseTruth, ShotPicture
from tests.support.detections import reported

WHOLE = ((0.0, 0.0), (99.0, 0.0), (99.0, 99.0), (0.0, 99.0))


def square(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


@pytest.fixture
def pose() -> PoseTruth:
    return PoseTruth(
        pose="top",
        outline=WHOLE,
        mask="top-mask.png",
        shots=(ShotPicture("top-bright", "bright", "b.jpg", (Mark("glare", square(60, 60, 20)),)),),
        faults=(FaultTruth(1, "stain", square(10, 10, 19), ()),),
        not_faults=(Mark("print", square(60, 10, 20)),),
    )


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((100, 100), np.uint8)
    mask[10:30, 10:30] = 1
    return mask


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (reported(12, 12, 15, 15, 0.9, "stain"), "stain"),
        (reported(12, 12, 15, 15, 0.9, "dent"), "stain"),
        (reported(62, 12, 15, 15, 0.9, "stain"), "print"),
        (reported(62, 62, 15, 15, 0.9, "stain"), "glare"),
        (reported(35, 70, 15, 15, 0.9, "stain"), PLAIN),
        (reported(27, 10, 20, 20, 0.9, "stain"), PLAIN),
    ],
)
def test_a_finding_lies_on_a_fault_a_mark_or_nothing(
    found, what: str, pose: PoseTruth, mask: np.ndarray
) -> None:
    assert lies_on(found, pose, mask) == what


def test_an_edge_is_as_far_off_as_it_was_moved(mask: np.ndarray) -> None:
    assert edge_distance(reported(10, 10, 20, 20, 0.9), mask, 1) == pytest.approx(0)
    assert edge_distance(reported(7, 7, 26, 26, 0.9), mask, 1) == pytest.approx(3, abs=0.3)


def test_the_worst_of_both_kinds_are_pictured(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "b.png"), np.full((100, 100, 3), 90, np.uint8))
    false = [
        Mistake(0.1 * n, f"stain-{n}", tmp_path / "b.png", square(20, 20, 9), None)
        for n in range(5)
    ]
    missed = [Mistake(50.0, "dent", tmp_path / "b.png", None, square(50, 50, 30))]

    written = write_mistakes(tmp_path / "worst", [*false, *missed], count=2)

    assert [path.name for path in written] == [
        "false-00-stain-4.png",
        "false-01-stain-3.png",
        "missed-00-dent.png",
    ]
    picture = cv2.imread(str(written[0]))
    assert picture is not None
    assert (picture[..., 2].astype(int) - picture[..., 1] > 60).any()


def test_findings_are_counted_by_class_and_place() -> None:
    pairs = [("stain", "print"), ("stain", "stain"), ("stain", "print"), ("dent", PLAIN)]

    assert tally(pairs) == {"dent": {PLAIN: 1}, "stain": {"print": 2, "stain": 1}}
