from pathlib import Path

import numpy as np
import pytest

import models.rendering.traced as package
from models.rendering.fast.families.index import FAMILIES as FAST_FAMILIES
from models.rendering.fast.faults.index import KINDS as FAST_KINDS
from models.rendering.field import TEXEL_MM
from models.rendering.geometry import Bench
from models.rendering.traced.camera import draw_camera, encoded, picture
from models.rendering.traced.families.index import FAMILIES
from models.rendering.traced.faults.index import KINDS, befall
from models.rendering.traced.item import Item, Look, Painted, Sheet, join
from models.rendering.traced.plan import CLEAN_SHARE, make_item, plan_return
from models.rendering.traced.skin import skin

BENCH = Bench()
GREY = np.full(3, 0.5, np.float32)


def flat(stuff: str = "board") -> Item:
    made = skin(120, 80, GREY, stuff, roughness=0.5)
    level = np.full(made.shape, 20, np.float32)
    return Item((120, 80, 20), 20, [Sheet(made, level, level - 40, Look(GREY))], [made])


def test_both_generators_name_families_and_faults_alike() -> None:
    assert set(FAMILIES) == set(FAST_FAMILIES)
    assert set(KINDS) == set(FAST_KINDS)
    for name, family in FAMILIES.items():
        assert set(family.faults) == set(FAST_FAMILIES[name].faults)


def test_the_test_domain_knows_nothing_of_what_the_detector_learns_from() -> None:
    sources = Path(str(package.__file__)).parent.rglob("*.py")
    assert not [file for file in sources if "rendering.fast" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_makes_whole_items_inside_the_frame(family: str) -> None:
    for index in range(2):
        item, _, parts = make_item(plan_return(5, index, [family]), BENCH, tuple(KINDS))
        for part in parts:
            seen = BENCH.project(part.mesh.positions.astype(np.float64))
            assert np.isfinite(part.mesh.normals).all()
            assert (seen > 0).all()
            assert (seen < [BENCH.width - 1, BENCH.height - 1]).all()
            assert part.mesh.triangles.max() < len(part.mesh.positions)
        for one in item.skins:
            assert 0 < one.albedo.min() <= one.albedo.max() < 1


@pytest.mark.parametrize("defect", sorted(set(KINDS) - {"missing_part", "broken_seal"}))
def test_a_fault_is_as_large_as_its_mask_and_lies_where_it_may(defect: str) -> None:
    stuff = {"pilling": "cloth", "oxidation": "metal"}.get(defect, "board")
    item = flat(stuff)
    only = item.skins[0]
    only.metal[...] = stuff == "metal"
    only.allowed[:, :60] = False
    before = only.albedo.copy(), only.height.copy()
    assert befall(item, defect, np.random.default_rng(3))
    fault = only.faults[0]
    assert fault.defect == defect
    assert not fault.mask[:, :60].any()
    value = {each.quantity: each.value for each in fault.truth}
    assert value["area"] == pytest.approx(fault.mask.sum() * TEXEL_MM**2, abs=0.01)
    assert value["length"] >= value["width"] > 0
    changed = (np.abs(only.albedo - before[0]).max(axis=2) > 1e-4) | (
        np.abs(only.height - before[1]) > 1e-4
    )
    assert changed[fault.mask].mean() > 0.5
    assert ("depth" in value) == (defect == "dent")
    coloured = ("stain", "leak", "discolouration", "oxidation")
    assert ("delta_e00" in value) == (defect in coloured)


def test_faults_keep_apart() -> None:
    item = flat()
    rng = np.random.default_rng(5)
    for _ in range(4):
        befall(item, "stain", rng)
    total = np.sum([fault.mask for fault in item.skins[0].faults], axis=0)
    assert len(item.skins[0].faults) > 1
    assert total.max() == 1


def test_a_part_taken_off_leaves_its_place_as_the_fault() -> None:
    for index in range(40):
        rng = np.random.default_rng(index)
        item = FAMILIES["bottle"].make(rng, "09530000000000")
        if item.loose:
            break
    parts = len(item.painted())
    place = item.loose[0].place
    assert befall(item, "missing_part", rng)
    assert len(item.painted()) < parts
    assert (item.skins[0].faults[0].mask == place).all()


def test_the_mix_of_returns_does_not_depend_on_their_number() -> None:
    names = tuple(FAMILIES)
    plans = [plan_return(1, index, names) for index in range(180)]
    assert plans[17] == plan_return(1, 17, names)
    assert {plan.family for plan in plans[:9]} == set(names)
    assert np.mean([plan.clean for plan in plans]) == pytest.approx(CLEAN_SHARE, abs=0.1)


def test_joined_meshes_keep_their_paint_and_their_triangles() -> None:
    parts: list[Painted] = flat().painted()
    atlas = join(parts)
    whole = atlas.joined
    rows, columns = whole.paint.roughness.shape
    for number, part in enumerate(parts):
        x, y = np.round(atlas.corner[number] * [columns, rows]).astype(int)
        height, width = part.paint.roughness.shape
        laid = whole.paint.albedo[y : y + height, x : x + width]
        assert (laid == part.paint.albedo).all()
        assert atlas.first[number + 1] - atlas.first[number] == len(part.mesh.triangles)
    assert whole.mesh.triangles.max() == len(whole.mesh.positions) - 1


def test_the_camera_repeats_itself_and_blurs_an_edge() -> None:
    camera = draw_camera(np.random.default_rng(1))
    light = np.zeros((64, 64, 3), np.float32)
    light[:, 32:] = 0.6
    first = picture(light, camera, np.random.default_rng(2))
    assert (first == picture(light, camera, np.random.default_rng(2))).all()
    assert encoded(first, camera)[:2] == b"\xff\xd8"
    edge = first[:, 30:34].mean(axis=(0, 2))
    assert (np.diff(edge) > 0).all()
