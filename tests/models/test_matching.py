"""Reported instances are matched with true ones by the overlap of their masks."""

import numpy as np

from models.matching import IOU_LEVELS, match
from tests.support.detections import reported


def truth(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((100, 100), np.uint8)
    for number, (x, y, width, height) in enumerate(boxes, 1):
        mask[y : y + height, x : x + width] = number
    return mask


def test_an_exact_mask_matches_at_every_overlap() -> None:
    matches = match([reported(10, 10, 20, 20, 0.9)], truth((10, 10, 20, 20)), [1])

    assert matches.matched.all()
    assert matches.true == 1


def test_a_shifted_mask_matches_up_to_its_overlap() -> None:
    matches = match([reported(10, 10, 20, 20, 0.9)], truth((14, 10, 20, 20)), [1])
    levels = [level for level, hit in zip(IOU_LEVELS, matches.matched[0], strict=True) if hit]

    assert levels == [0.5, 0.55, 0.6, 0.65]


def test_a_second_report_of_the_same_fault_is_a_false_one() -> None:
    pair = [reported(10, 10, 20, 20, 0.5), reported(10, 10, 20, 19, 0.9)]

    matches = match(pair, truth((10, 10, 20, 20)), [1])

    assert matches.confidence.tolist() == [0.9, 0.5]
    assert matches.matched[:, 0].tolist() == [True, False]


def test_faults_of_other_classes_are_no_match() -> None:
    matches = match([reported(10, 10, 20, 20, 0.9)], truth((10, 10, 20, 20)), [])

    assert matches.true == 0
    assert not matches.matched.any()


def test_a_fault_that_cannot_be_seen_is_not_asked_for() -> None:
    assert match([], truth((10, 10, 20, 20)), [1, 2]).true == 1
