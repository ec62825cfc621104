"""Predictions as `ultralytics` exports them become instances in picture pixels."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.runtime.detection import Detection
from models.runtime.detector import Detector
from models.runtime.errors import InferenceError
from models.runtime.golden import record_golden
from models.runtime.manifest import Threshold, YoloSegDecode
from models.runtime.region import Box, Region
from models.runtime.yolo_seg import View, instances, letterbox, proposals
from tests.models.runtime.conftest import CLASSES, Read
from tests.models.runtime.tiny_onnx import integer, ints, model, nested, node, tensor, value_info

SIDE, STRIDE = 128, 4
LEAST = dict.fromkeys(CLASSES, 0.5)


def rule(**changes: Any) -> YoloSegDecode:
    return YoloSegDecode(
        **{
            "kind": "yolo-seg",
            "stride": STRIDE,
            "thresholds": dict.fromkeys(CLASSES, Threshold(low=0.5, high=0.5)),
            "min_area_px": 1,
            **changes,
        }
    )


def outputs(
    *objects: tuple[int, float, tuple[float, float, float, float]], end_to_end: bool = False
) -> list[NDArray[np.float32]]:
    """The two arrays for objects given as class, score and corners in input pixels.

    The first prototype is everywhere 1, the second 1 left of the input's middle and -1 right.
    """
    prototypes = np.ones((1, 2, SIDE // STRIDE, SIDE // STRIDE), np.float32)
    prototypes[0, 1, :, SIDE // STRIDE // 2 :] = -1
    rows = []
    for number, score, (x0, y0, x1, y1) in objects:
        mask = [8.0, 0.0]
        if end_to_end:
            rows.append([x0, y0, x1, y1, score, number, *mask])
        else:
            scores = [score if k == number else 0.01 for k in range(len(CLASSES))]
            rows.append([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, *scores, *mask])
    width = 8 if end_to_end else 4 + len(CLASSES) + 2
    table = np.array(rows, np.float32).reshape(len(rows), width)
    return [table[None] if end_to_end else table.T[None].copy(), prototypes]


def found(
    arrays: list[NDArray[np.float32]],
    *,
    view: View | None = None,
    frame: Box | None = None,
    region: Region | None = None,
    how: YoloSegDecode | None = None,
) -> list[Detection]:
    how = how or rule()
    frame = frame or Box(0, 0, SIDE, SIDE)
    view = view or View(Box(0, 0, SIDE, SIDE), Box(0, 0, SIDE, SIDE))
    boxes = proposals(view, arrays, CLASSES, how, LEAST)
    return instances(boxes, region or Region.of_box(frame), frame, how)


@pytest.mark.parametrize("end_to_end", [False, True])
def test_an_object_is_its_class_score_and_mask_within_its_box(end_to_end: bool) -> None:
    arrays = outputs((1, 0.75, (20, 30, 60, 50)), end_to_end=end_to_end)

    (one,) = found(arrays, how=rule(end_to_end=end_to_end))

    assert (one.defect, one.box) == ("dent", (20, 30, 40, 20))
    assert one.confidence == pytest.approx(0.75)
    assert (one.mask == 255).all()


def test_a_mask_follows_its_coefficients() -> None:
    arrays = outputs((1, 0.75, (20, 30, 100, 50)))
    arrays[0][0, -2:, 0] = (0.0, 5.0)

    (one,) = found(arrays)

    assert one.box == (20, 30, 44, 20)


def test_the_prototypes_are_interpolated_between_the_centres_of_their_cells() -> None:
    arrays = outputs((0, 0.9, (0, 0, SIDE, SIDE)))
    ramp = np.linspace(-15.5, 15.5, SIDE // STRIDE, dtype=np.float32)
    arrays[1][0, 1] = ramp
    arrays[0][0, -2:, 0] = (0.0, 1.0)
    for shift in (-8.0, -2.25, 0.0, 3.5):
        arrays[1][0, 1] = ramp - np.float32(shift)

        (one,) = found(arrays)

        assert one.box[0] == pytest.approx(SIDE / 2 + shift * STRIDE, abs=0.51)


def test_of_overlapping_objects_of_a_class_the_surest_stays() -> None:
    arrays = outputs(
        (1, 0.7, (20, 30, 60, 50)), (1, 0.9, (21, 30, 61, 50)), (2, 0.6, (20, 30, 60, 50))
    )

    kept = found(arrays)

    assert [(one.defect, one.box[0]) for one in kept] == [("dent", 21), ("stain", 20)]


def test_scores_below_the_threshold_are_left_out() -> None:
    assert found(outputs((1, 0.49, (20, 30, 60, 50)))) == []


def test_an_instance_ends_at_the_picture_and_at_the_region() -> None:
    arrays = outputs((1, 0.75, (20, 30, 60, 50)))

    (at_edge,) = found(arrays, frame=Box(0, 0, 50, 45))
    (in_region,) = found(arrays, region=Region.of_box(Box(0, 0, 40, 128)))

    assert at_edge.box == (20, 30, 30, 15)
    assert in_region.box == (20, 30, 20, 20)
    assert found(arrays, region=Region.of_box(Box(0, 0, 21, 31)), how=rule(min_area_px=2)) == []


def test_an_object_belongs_to_the_tile_that_owns_its_centre() -> None:
    arrays = outputs((1, 0.75, (20, 30, 60, 50)))
    tile = Box(200, 100, SIDE, SIDE)
    frame = Box(0, 0, 1000, 1000)

    (one,) = found(arrays, view=View(tile, Box(200, 100, 64, SIDE)), frame=frame)
    other = found(arrays, view=View(tile, Box(264, 100, 64, SIDE)), frame=frame)

    assert one.box == (220, 130, 40, 20)
    assert other == []


@settings(deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(0, 200), st.integers(0, 200))
def test_a_letterbox_shows_the_whole_box_and_gives_its_places_back(
    width: int, height: int, x: int, y: int
) -> None:
    box = Box(x, y, width, height)
    view = letterbox(box, SIDE, SIDE)
    picture = np.full((y + height, x + width, 3), 200, np.uint8)
    pixels = view.pixels(picture)
    inside = (pixels == 200).all(2)
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    corners = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)

    (one,) = found(
        outputs((0, 0.9, corners)),
        view=view,
        frame=Box(0, 0, x + width, y + height),
        region=Region.of_box(box),
    )

    assert pixels.shape == (SIDE, SIDE, 3)
    assert (pixels[~inside] == 114).all()
    assert one.box == (x, y, width, height)


def test_outputs_that_do_not_belong_together_are_an_error() -> None:
    arrays = outputs((1, 0.75, (20, 30, 60, 50)))

    with pytest.raises(InferenceError, match="do not belong together"):
        found([arrays[0], arrays[1][:, :1]])
    with pytest.raises(InferenceError, match="do not belong together"):
        found([arrays[0], arrays[1][:, :, :16]])


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=8, max_size=8
        ),
        max_size=6,
    )
)
def test_absurd_predictions_give_no_absurd_detections(rows: list[list[float]]) -> None:
    table = np.array(rows, np.float32).reshape(1, len(rows), 8)
    prototypes = np.ones((1, 2, 32, 32), np.float32)
    with np.errstate(all="ignore"):
        answer = found([table, prototypes], how=rule(end_to_end=True))

    for one in answer:
        x, y, width, height = one.box
        assert 0 <= x < x + width <= SIDE
        assert 0 <= y < y + height <= SIDE
        assert math.isfinite(one.confidence)


def yolo_model(side: int) -> bytes:
    """One anchor whose box is fixed, whose score is the mean red of the input."""
    box = np.array([40, 40, 48, 48, 0, 0], np.float32).reshape(1, 6, 1)
    coefficients = np.array([8, 0], np.float32).reshape(1, 2, 1)
    red = np.array([1, 0, 0], np.float32).reshape(1, 3, 1, 1)
    pool = (ints("kernel_shape", [STRIDE, STRIDE]), ints("strides", [STRIDE, STRIDE]))
    half = side // STRIDE
    return model(
        [
            node("Conv", ["images", "red"], "reds", ints("kernel_shape", [1, 1])),
            node("GlobalAveragePool", ["reds"], "mean"),
            node("Squeeze", ["mean", "last"], "score"),
            node("Concat", ["box", "score", "coefficients"], "output0", axis(1)),
            node("AveragePool", ["images"], "pooled", *pool),
            node("Conv", ["pooled", "nothing", "ones"], "output1", ints("kernel_shape", [1, 1])),
        ],
        [value_info("images", [1, 3, side, side])],
        [value_info("output0", [1, 9, 1]), value_info("output1", [1, 2, half, half])],
        [
            tensor("box", box),
            tensor("coefficients", coefficients),
            tensor("red", red),
            tensor("nothing", np.zeros((2, 3, 1, 1), np.float32)),
            tensor("ones", np.ones(2, np.float32)),
            last_axis(),
        ],
    )


def axis(value: int) -> bytes:
    return nested(1, "axis") + integer(3, value) + integer(20, 2)


def last_axis() -> bytes:
    return integer(1, 1) + integer(2, 7) + nested(8, "last") + nested(9, (3).to_bytes(8, "little"))


@pytest.mark.parametrize("fit", ["tile", "letterbox"])
def test_a_pack_of_this_kind_runs_over_a_picture(pack: Read, fit: str) -> None:
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[..., 0] = 204
    row = np.array([40, 40, 48, 48, 0, 0, 0.8, 8, 0], np.float32).reshape(1, 9, 1)
    golden = [record_golden(red, [row, np.ones((1, 2, 32, 32), np.float32)])]
    detector = Detector(
        pack(
            model=yolo_model(SIDE),
            golden=golden,
            input={"width": SIDE, "height": SIDE, "overlap": 32},
            decode={
                "kind": "yolo-seg",
                "stride": STRIDE,
                "fit": fit,
                "thresholds": {name: {"low": 0.5, "high": 0.6} for name in CLASSES},
                "min_area_px": 1,
            },
        )
    )
    wide = np.concatenate([red, np.zeros_like(red)], axis=1)

    boxes = [(one.defect, one.box) for one in detector.detect(wide)]

    if fit == "tile":
        assert boxes == [("stain", (16, 16, 48, 48))]
    else:
        assert boxes == []
        (unsure,) = detector.candidates(wide)
        grey = 114 / 255
        assert unsure.confidence == pytest.approx((grey + 0.4) / 2, abs=1e-3)
        assert unsure.box == (32, 0, 96, 64)
