"""Instances are delimited, placed and scored as the manifest says."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from models.runtime.dense import Islands, Layer, Meaning, instances, layers
from models.runtime.detection import Detection
from models.runtime.manifest import DenseDecode, Threshold
from models.runtime.region import Box


def rule(stride: int = 1, low: float = 0.3, high: float = 0.6, area: int = 1) -> DenseDecode:
    return DenseDecode(
        kind="dense",
        stride=stride,
        thresholds={"dent": Threshold(low=low, high=high)},
        min_area_px=area,
        top_fraction=0.25,
    )


def as_scored(raw: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(raw, np.float64)


def found(
    probability: NDArray[np.float32],
    how: DenseDecode,
    within: NDArray[np.uint8] | None = None,
    corner: tuple[int, int] = (0, 0),
    least: float = 0.6,
    meaning: Meaning = as_scored,
) -> list[Detection]:
    height, width = probability.shape
    window = Box(*corner, width * how.stride, height * how.stride)
    whole = np.ones(probability.shape, np.uint8)
    mask = whole if within is None else within
    (layer,) = layers(probability[None], how)
    frame = Box(0, 0, 10_000, 10_000)
    return instances("dent", layer, Islands(mask), window, frame, how, least, meaning)


def canvas(height: int = 20, width: int = 30) -> NDArray[np.float32]:
    return np.zeros((height, width), np.float32)


def frame_mask(detection: Detection, height: int, width: int) -> NDArray[np.uint8]:
    x, y, w, h = detection.box
    mask = np.zeros((height, width), np.uint8)
    mask[y : y + h, x : x + w] = detection.mask
    return mask


def test_an_instance_reaches_down_to_the_low_threshold() -> None:
    cells = canvas()
    cells[5:9, 4:12] = 0.4
    cells[6:8, 6:10] = 0.9

    (one,) = found(cells, rule())

    assert one.defect == "dent"
    assert one.box == (4, 5, 8, 4)
    assert one.mask.dtype == np.uint8
    assert (one.mask == 255).all()
    assert one.confidence == pytest.approx(0.9)


def test_a_weak_area_without_a_sure_core_is_no_instance() -> None:
    cells = canvas()
    cells[5:9, 4:12] = 0.59

    assert found(cells, rule()) == []
    assert len(found(cells, rule(), least=0.001)) == 1


def test_one_bright_cell_does_not_make_a_large_weak_area_sure() -> None:
    cells = canvas()
    cells[4:12, 4:12] = 0.31
    cells[6, 6] = 0.99

    assert found(cells, rule()) == []


def test_a_diagonal_line_of_cells_is_one_instance() -> None:
    for stride in (1, 2, 4):
        cells = canvas(12, 12)
        cells[range(1, 11), range(1, 11)] = 0.9

        (one,) = found(cells, rule(stride))

        assert one.box == (stride, stride, 10 * stride, 10 * stride)


def test_apart_areas_are_instances_of_their_own() -> None:
    cells = canvas()
    cells[2:6, 2:6] = 0.8
    cells[2:6, 8:12] = 0.7

    first, second = found(cells, rule())

    assert (first.box, second.box) == ((2, 2, 4, 4), (8, 2, 4, 4))
    assert first.confidence > second.confidence


def test_a_close_neighbour_does_not_leak_into_a_mask() -> None:
    cells = canvas()
    cells[2:12, 2:6] = 0.9
    cells[2:12, 7:11] = 0.8

    left, right = found(cells, rule(4))

    assert not np.any(frame_mask(left, 80, 120) & frame_mask(right, 80, 120))
    assert left.box[0] + left.box[2] <= 28 <= right.box[0] + 4


def test_areas_smaller_than_the_least_area_are_left_out() -> None:
    cells = canvas()
    cells[3:5, 3:5] = 0.9

    assert len(found(cells, rule(2, area=16))) == 1
    assert found(cells, rule(2, area=17)) == []


def test_cells_outside_the_region_do_not_count() -> None:
    cells = canvas()
    cells[5:9, 4:12] = 0.9
    within = np.zeros(cells.shape, np.uint8)
    within[:, 8:] = 1

    (one,) = found(cells, rule(), within)

    assert one.box == (8, 5, 4, 4)


def test_places_are_of_the_picture_not_of_the_window() -> None:
    cells = canvas()
    cells[5:9, 4:12] = 0.9

    (one,) = found(cells, rule(2), corner=(320, 64))

    assert one.box == (328, 74, 16, 8)


def test_what_lies_beyond_the_picture_is_cut_off() -> None:
    cells = canvas()
    cells[5:9, 4:12] = 0.9
    window = Box(0, 0, 60, 40)

    whole = np.ones_like(cells, np.uint8)
    (layer,) = layers(cells[None], rule(2))

    (one,) = instances(
        "dent", layer, Islands(whole), window, Box(0, 0, 21, 13), rule(2), 0.6, as_scored
    )

    assert one.box == (8, 10, 13, 3)
    assert max(x for x, _ in one.polygon) <= 20


def test_an_edge_between_cells_is_interpolated() -> None:
    cells = canvas(20, 20)
    centre = 4 * 10 - 0.5
    y, x = np.mgrid[:20, :20] * 4 + 1.5
    cells[:] = np.clip(1 - np.hypot(x - centre, y - centre) / 40, 0, 1)

    (one,) = found(cells, rule(4, low=0.5))
    circle = np.hypot(*(np.mgrid[:80, :80] - centre)) <= 20
    mask = frame_mask(one, 80, 80) > 0

    assert np.sum(mask & circle) / np.sum(mask | circle) > 0.97


def test_the_polygon_filled_is_the_mask_again() -> None:
    cells = canvas(40, 40)
    cv2.ellipse(cells, (18, 20), (14, 7), 30, 0, 360, 0.9, cv2.FILLED)

    (one,) = found(cells, rule(2))
    filled = np.zeros((80, 80), np.uint8)
    cv2.fillPoly(filled, [np.rint(one.polygon).astype(np.int32)], 255)
    mask = frame_mask(one, 80, 80)

    assert np.sum((filled & mask) > 0) / np.sum((filled | mask) > 0) > 0.95
    assert len(one.polygon) < 40


@pytest.mark.parametrize("area", [(slice(4, 5), slice(3, 9)), (slice(4, 5), slice(3, 4))])
def test_a_line_of_single_pixels_still_has_a_polygon(area: tuple[slice, slice]) -> None:
    cells = canvas()
    cells[area] = 0.9

    (one,) = found(cells, rule())

    assert len(one.polygon) >= 3
    assert cv2.contourArea(np.array(one.polygon, np.float32)) > 0


def test_a_map_full_of_specks_gives_a_bounded_number_of_instances() -> None:
    cells = canvas(200, 200)
    cells[::2, ::2] = 0.9

    assert len(found(cells, rule())) == 200


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2, 4]),
    st.floats(0.05, 0.9),
    st.floats(0.0, 1.0),
)
def test_whatever_the_map_instances_keep_their_promises(
    seed: int, stride: int, low: float, rise: float
) -> None:
    noise = np.random.default_rng(seed).random((24, 31), np.float32)
    cells = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.float32)
    cells = (cells - cells.min()) / (cells.max() - cells.min())
    high = low + rise * (1 - low)
    how = rule(stride, low, high, area=stride * stride)

    shipped = found(cells, how, least=high)
    every = found(cells, how, least=0.001)

    assert {one.box for one in shipped} <= {one.box for one in every}
    assert [one.confidence for one in every if one.confidence >= high] == [
        one.confidence for one in shipped
    ]
    for one in every:
        x, y, width, height = one.box
        assert one.mask.shape == (height, width)
        assert cv2.boundingRect(one.mask) == (0, 0, width, height)
        assert set(np.unique(one.mask)) <= {0, 255}
        assert 0 <= x <= x + width <= 31 * stride
        assert 0 <= y <= y + height <= 24 * stride
        assert cv2.connectedComponents(one.mask, connectivity=8)[0] == 2
        assert low <= one.confidence <= 1 + 1e-6


def test_a_confidence_is_what_the_raw_score_means() -> None:
    cells = canvas()
    cells[2:6, 2:6] = 0.8
    cells[10:14, 10:14] = 0.5

    def halved(raw: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.asarray(raw, np.float64) / 2

    (one,) = found(cells, rule(), least=0.3, meaning=halved)

    assert one.confidence == pytest.approx(0.4)


def joint(score: str) -> DenseDecode:
    return DenseDecode.model_validate({**rule().model_dump(), "delimit": "any", "score": score})


def of(layer: Layer, how: DenseDecode, least: float = 0.01) -> list[Detection]:
    window, whole = Box(0, 0, 30, 20), np.ones((20, 30), np.uint8)
    return instances(
        "dent", layer, Islands(whole), window, Box(0, 0, 30, 20), how, least, as_scored
    )


def test_an_instance_of_any_fault_is_one_of_each_kind_that_it_may_well_be() -> None:
    stain, leak, scratch = canvas(), canvas(), canvas()
    stain[5:12, 4:12], leak[5:12, 4:12] = 0.5, 0.1
    stain[5:12, 12:20], leak[5:12, 12:20] = 0.2, 0.6
    scratch[5:12, 4:20] = 0.03
    how = joint("class")

    as_stain, as_leak, as_scratch = layers(np.stack([stain, leak, scratch]), how)

    (stained,), (leaking,) = of(as_stain, how), of(as_leak, how)
    assert stained.box == leaking.box == (4, 5, 16, 7)
    assert stained.confidence == pytest.approx(0.5, abs=1e-6)
    assert leaking.confidence == pytest.approx(0.6, abs=1e-6)
    assert of(as_scratch, how) == []


def test_a_sure_fault_of_unsure_kind_is_scored_for_its_likeliest_kind() -> None:
    tear, seal, crack = canvas(), canvas(), canvas()
    tear[5:12, 4:12], seal[5:12, 4:12], crack[5:12, 4:12] = 0.4, 0.3, 0.2
    how = joint("any")

    as_tear, as_seal, as_crack = layers(np.stack([tear, seal, crack]), how)

    (torn,) = of(as_tear, how, least=0.6)
    assert torn.confidence == pytest.approx((0.4 + 0.9) / 2)
    assert [one.confidence for one in of(as_seal, how)] == [pytest.approx(0.3)]
    assert [one.confidence for one in of(as_crack, how)] == [pytest.approx(0.2)]


def test_where_two_kinds_meet_each_is_scored_where_it_is_the_likelier() -> None:
    stain, tear = canvas(), canvas()
    stain[5:12, 4:12], tear[5:12, 4:12] = 0.8, 0.1
    stain[5:12, 12:20], tear[5:12, 12:20] = 0.2, 0.7
    how = joint("any")

    as_stain, as_tear = layers(np.stack([stain, tear]), how)

    assert [one.confidence for one in of(as_stain, how)] == [pytest.approx(0.85)]
    assert [one.confidence for one in of(as_tear, how)] == [pytest.approx(0.8)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_a_kind_is_never_scored_below_its_own_probability_nor_above_that_of_any_fault(
    seed: int, classes: int
) -> None:
    shares = np.random.default_rng(seed).random((classes + 1, 6, 7), np.float32)
    probability = shares[:-1] / shares.sum(0)

    for layer in layers(probability, joint("any")):
        score = layer.score(np.arange(probability[0].size))
        assert np.all(layer.probability.ravel() <= score)
        assert np.all(score <= layer.extent.ravel() + 1e-6)


def test_a_score_of_any_fault_needs_instances_of_any_fault() -> None:
    with pytest.raises(ValidationError, match='needs delimit = "any"'):
        DenseDecode.model_validate({**rule().model_dump(), "score": "any"})
