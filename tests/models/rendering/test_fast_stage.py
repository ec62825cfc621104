import cv2
import numpy as np
import pytest

from models.rendering.fast.bench import draw_bench
from models.rendering.fast.fields import f32
from models.rendering.fast.plan import Plan, make_item
from models.rendering.fast.stage import Pose, lay_down, picture, silhouette, truths
from models.rendering.fast.surface import Surface, SurfaceFault, blank
from models.rendering.geometry import Bench

BENCH = Bench(640, 360)


def tile(height_mm: float) -> Surface:
    """A flat square tile of 80 mm on a stand, with a fault over its right half."""
    surface = blank((80.0, 80.0, height_mm), 0.5, f32([0.5, 0.5, 0.5]))
    x, y = surface.grid_mm()
    inside = (np.abs(x) < 40) & (np.abs(y) < 40)
    surface.cover[...] = inside
    surface.faults.append(SurfaceFault("stain", f32(inside & (x > 0)), ()))
    return surface


@pytest.mark.parametrize("height_mm", [0.0, 90.0])
def test_an_item_is_seen_at_the_scale_of_its_height(height_mm: float) -> None:
    stage = lay_down(BENCH, tile(height_mm), Pose(30.0, -20.0, 0.0))
    corners = np.array(silhouette(stage))
    scale = BENCH.mm_per_px(height_mm)
    low = np.asarray(BENCH.centre) + np.array([30.0 - 40, -20.0 - 40]) / scale
    high = np.asarray(BENCH.centre) + np.array([30.0 + 40, -20.0 + 40]) / scale
    assert corners.min(axis=0) == pytest.approx(low, abs=1.0)
    assert corners.max(axis=0) == pytest.approx(high, abs=1.0)


def test_yaw_turns_x_towards_y() -> None:
    stage = lay_down(BENCH, tile(20.0), Pose(0.0, 0.0, np.pi / 2))
    mask, (fault,) = truths(stage)
    rows, _ = np.nonzero(mask)
    assert fault.defect == "stain"
    assert rows.mean() > BENCH.centre[1] + 10


def test_relief_is_seen_where_the_pinhole_puts_it() -> None:
    surface = tile(40.0)
    x, y = surface.grid_mm()
    surface.height += 60 * np.exp(-((x - 10) ** 2 + (y - 10) ** 2) / 200)
    peak = np.hypot(x - 10, y - 10) < 2
    surface.faults[:] = [SurfaceFault("stain", f32(peak), ())]
    stage = lay_down(BENCH, surface, Pose(60.0, 30.0, 0.0))
    mask, _ = truths(stage)
    rows, columns = np.nonzero(mask)
    expected = BENCH.project(np.array([[70.0, 40.0, 100.0]]))[0]
    assert (columns.mean(), rows.mean()) == pytest.approx(tuple(expected), abs=1.5)


@pytest.mark.parametrize("family", ["carton", "garment", "bottle"])
def test_pictures_change_where_the_mask_says_and_hardly_elsewhere(family: str) -> None:
    empty = draw_bench(BENCH, 4)
    plan = Plan(4, 2, family, clean=False)
    defects = ("stain", "scratch", "tear")
    surface, pose = make_item(plan, BENCH, defects)
    sound, _ = make_item(plan, BENCH, ())
    stage = lay_down(BENCH, surface, pose)
    mask, faults = truths(stage)
    assert faults
    after, _ = picture(stage, empty, "bright")
    before, _ = picture(lay_down(BENCH, sound, pose), empty, "bright")
    change = np.abs(after - before).max(axis=2)
    for fault in faults:
        assert change[mask == fault.instance].mean() > 0.01
    near = cv2.dilate((mask > 0).astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    plain = change > 0.03
    assert (plain & near).sum() > 0.95 * plain.sum()
