import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rendering.geometry import (
    Bench,
    Placement,
    face_homography,
    outline,
    place,
    write_calibration,
)

sizes = st.tuples(st.floats(90, 300), st.floats(70, 190), st.floats(25, 140))


def test_the_frame_spans_430_mm_of_the_bench() -> None:
    assert Bench().mm_per_px(0.0) * 1280 == pytest.approx(430.0)


def test_a_point_on_the_axis_lands_on_the_principal_point() -> None:
    points = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 300.0]])
    assert Bench().project(points) == pytest.approx(np.array([[639.5, 359.5]] * 2))


def test_higher_faces_look_larger_by_the_written_rule() -> None:
    bench = Bench()
    near = bench.project(np.array([[10.0, 0.0, 100.0]]))[0, 0] - 639.5
    assert near == pytest.approx(10.0 * bench.focal_px / 800.0)


@settings(deadline=None)
@given(size=sizes, seed=st.integers(0, 2**32))
def test_every_placed_carton_lies_inside_the_frame(
    size: tuple[float, float, float], seed: int
) -> None:
    bench = Bench()
    try:
        placement = place(bench, size, np.random.default_rng(seed))
    except ValueError:
        room = bench.mm_per_px(size[2])
        assert size[0] > 1250 * room or size[1] > 690 * room
        return
    points = outline(bench, placement)
    assert points.min() > 0
    assert points[:, 0].max() < bench.width - 1
    assert points[:, 1].max() < bench.height - 1


@settings(deadline=None)
@given(
    size=sizes,
    x=st.floats(-60, 60),
    y=st.floats(-40, 40),
    yaw=st.floats(-3.2, 3.2),
    column=st.integers(0, 500),
    row=st.integers(0, 400),
)
def test_the_homography_agrees_with_the_projection(
    size: tuple[float, float, float], x: float, y: float, yaw: float, column: int, row: int
) -> None:
    bench, placement = Bench(), Placement(size, x, y, yaw)
    matrix = face_homography(bench, placement, 0.25)
    texel = np.array([[[float(column), float(row)]]])
    mapped = cv2.perspectiveTransform(texel, matrix)[0]
    face = np.array([[(column + 0.5) * 0.25, (row + 0.5) * 0.25]])
    assert mapped == pytest.approx(bench.project(placement.to_bench(face, size[2])), abs=1e-6)


def test_the_calibration_record_states_the_rendered_geometry(tmp_path: Path) -> None:
    bench = Bench(640, 360)
    write_calibration(bench, tmp_path / "calibration.json")
    record = json.loads((tmp_path / "calibration.json").read_text())
    assert record["fx"] == record["fy"] == bench.focal_px
    assert (record["cx"], record["cy"]) == (319.5, 179.5)
    assert record["bench_plane_mm"] == 900.0
    assert record["distortion"] == [0.0] * 5
