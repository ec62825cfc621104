import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rendering.board import design, sound_face
from models.rendering.faults.make import add_fault
from models.rendering.faults.shape import band
from models.rendering.field import TEXEL_MM, Field, area_mm2, blank, extent_mm
from models.rendering.geometry import Bench, Placement
from models.rendering.picture import project_faults, project_marks
from models.rendering.plan import plan_return
from models.rendering.render import faces
from models.rendering.surface import top_mesh, walls

GREY = np.array([0.4, 0.35, 0.3], dtype=np.float32)


def values(face: Field) -> dict[str, float]:
    return {item.quantity: item.value for item in face.faults[-1].truth}


@given(seed=st.integers(0, 2**32), wanted=st.floats(60, 3000))
@settings(max_examples=15, deadline=None)
def test_dents_and_stains_have_the_wanted_area(seed: int, wanted: float) -> None:
    for defect in ("dent", "stain"):
        face = blank(200, 140, GREY)
        assert add_fault(face, defect, wanted, np.random.default_rng(seed))
        assert values(face)["area"] == pytest.approx(wanted, rel=0.15)
        assert values(face)["area"] == pytest.approx(area_mm2(face.faults[0].mask), abs=0.01)


@given(seed=st.integers(0, 2**32), wanted=st.floats(6, 90))
@settings(max_examples=15, deadline=None)
def test_scratches_and_tears_have_the_wanted_length(seed: int, wanted: float) -> None:
    for defect in ("scratch", "tear"):
        face = blank(220, 160, GREY)
        assert add_fault(face, defect, wanted, np.random.default_rng(seed))
        long, _ = extent_mm(face.faults[0].mask)
        assert values(face)["length"] <= wanted * 1.05 + 4
        assert long <= wanted + 5
        assert long > 0.5 * wanted


def test_a_dent_is_as_deep_as_it_says() -> None:
    face = blank(200, 140, GREY)
    assert add_fault(face, "dent", 900.0, np.random.default_rng(4))
    hollow = -float(face.height.min())
    assert values(face)["depth"] <= hollow <= values(face)["depth"] + 1.8
    outside = face.height[~face.faults[0].mask]
    assert -float(outside.min()) < 0.5 * values(face)["depth"]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_a_stain_differs_in_colour_as_it_says(seed: int) -> None:
    face = blank(150, 120, GREY)
    assert add_fault(face, "stain", 300.0, np.random.default_rng(seed))
    assert values(face)["delta_e00"] >= 5.0
    untouched = ~face.faults[0].mask & (face.albedo == GREY).all(axis=-1)
    assert untouched.mean() > 0.7


def test_faults_keep_apart() -> None:
    face = blank(180, 120, GREY)
    rng = np.random.default_rng(9)
    made = sum(add_fault(face, "dent", 700.0, rng) for _ in range(12))
    assert 2 <= made < 12
    total = np.sum([fault.mask for fault in face.faults], axis=0)
    assert total.max() == 1


def test_a_fault_without_room_is_left_out() -> None:
    face = blank(90, 70, GREY)
    before = face.albedo.copy()
    assert not add_fault(face, "scratch", 400.0, np.random.default_rng(1))
    assert face.faults == []
    assert np.array_equal(face.albedo, before)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_sound_face_is_physical_and_has_no_fault(seed: int) -> None:
    look = design(seed, "09520000100002")
    for pose in ("top", "bottom"):
        face = sound_face(look, pose, (140.0, 100.0), np.random.default_rng(seed))
        assert face.faults == []
        assert np.isfinite(face.albedo).all()
        assert face.albedo.min() >= 0
        assert face.shape == (400, 560)


def test_equal_seeds_give_equal_faces() -> None:
    plan = plan_return(11, 2, "training")
    first, second = faces(plan, 11), faces(plan, 11)
    other = faces(plan, 12)
    assert np.array_equal(first["top"].albedo, second["top"].albedo)
    assert np.array_equal(first["bottom"].height, second["bottom"].height)
    assert not np.array_equal(first["top"].albedo, other["top"].albedo)


def test_distances_from_a_straight_line_are_exact() -> None:
    near = band(np.array([[10.0, 10.0], [40.0, 10.0]]), (120, 200), 5.0)
    row, column = 30, 100
    y, x = (row + 0.5) * TEXEL_MM, (column + 0.5) * TEXEL_MM
    assert near.distance[row, column] == pytest.approx(abs(y - 10.0), abs=1e-4)
    assert near.along[row, column] == pytest.approx((x - 10.0) / 30.0, abs=1e-4)


@given(yaw=st.floats(-3, 3), seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_a_mask_in_the_frame_has_the_true_area(yaw: float, seed: int) -> None:
    bench, placement = Bench(), Placement((160.0, 120.0, 80.0), 5.0, -8.0, yaw)
    face = blank(160, 120, GREY)
    assert add_fault(face, "stain", 500.0, np.random.default_rng(seed))
    mask, truth = project_faults(face, bench, placement)
    assert [fault.instance for fault in truth] == [1]
    measured = int((mask == 1).sum()) * bench.mm_per_px(80.0) ** 2
    assert measured == pytest.approx(truth[0].value("area"), rel=0.02)


def test_instances_are_numbered_as_in_the_mask() -> None:
    face = blank(180, 130, GREY)
    rng = np.random.default_rng(3)
    for defect, size in (("dent", 500.0), ("scratch", 50.0), ("tear", 25.0), ("stain", 200.0)):
        assert add_fault(face, defect, size, rng)
    mask, truth = project_faults(face, Bench(), Placement((180.0, 130.0, 50.0), 0, 0, 0.3))
    assert [fault.defect for fault in truth] == ["dent", "scratch", "tear", "stain"]
    assert set(np.unique(mask)) == {0, 1, 2, 3, 4}
    for fault in truth:
        rows, columns = np.nonzero(mask == fault.instance)
        points = np.array(fault.polygon)
        assert points[:, 0].min() >= columns.min() - 1
        assert points[:, 1].max() <= rows.max() + 1


def test_marks_lie_on_the_item() -> None:
    face = sound_face(design(3, "09520000100002"), "top", (160, 120), np.random.default_rng(1))
    placement = Placement((160.0, 120.0, 60.0), 0.0, 0.0, 0.0)
    corners = Bench().project(placement.corners(60.0))
    marks = project_marks(face, Bench(), placement)
    assert marks
    for mark in marks:
        points = np.array(mark.polygon)
        assert (points >= corners.min(axis=0) - 0.1).all()
        assert (points <= corners.max(axis=0) + 0.1).all()


def test_the_mesh_closes_down_to_the_bench() -> None:
    face = blank(100, 80, GREY)
    face.height -= 0.5
    placement = Placement((100.0, 80.0, 40.0), 3.0, 4.0, 0.5)
    mesh = top_mesh(face, placement)
    positions, triangles = walls(mesh)
    assert mesh.positions[:, 2] == pytest.approx(np.full(101 * 81, 39.5), abs=1e-4)
    assert len(mesh.border) == 2 * (100 + 80)
    assert len(set(mesh.border.tolist())) == len(mesh.border)
    assert positions[:, 2].min() == 0
    assert triangles.max() == len(positions) - 1
    assert abs(mesh.relief).max() < 1e-4


def test_mesh_and_relief_together_carry_the_height() -> None:
    face = blank(60, 50, GREY)
    x = np.arange(face.shape[1]) * TEXEL_MM
    face.height += np.sin(x / 2.0).astype(np.float32)[None, :] * 0.3
    mesh = top_mesh(face, Placement((60.0, 50.0, 0.0), 0.0, 0.0, 0.0))
    rows, columns = 51, 61
    heights = mesh.positions[:, 2].reshape(rows, columns)
    texel = round(30.0 / TEXEL_MM)
    surface = heights[25, 30] + mesh.relief[100, texel]
    assert surface == pytest.approx(face.height[100, texel], abs=0.03)
