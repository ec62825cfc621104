"""What makers and the world put on goods of the fast generator without harming them."""

import cv2
import numpy as np
import pytest

from models.rendering.fast.adornment import adorn
from models.rendering.fast.clutter import add_clutter
from models.rendering.fast.families.index import FAMILIES
from models.rendering.fast.surface import Surface

_TEXEL_MM = 0.6
_MARKS = {"print", "seam", "embossing", "logo", "dust", "sticker"}


def _item(family: str, seed: int) -> Surface:
    surface = FAMILIES[family].make(np.random.default_rng(seed), _TEXEL_MM, "09510000000000")
    surface.settle()
    return surface


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_an_adorned_item_is_sound_and_says_what_was_put_on_it(family: str) -> None:
    plain, changed = _item(family, 3), 0
    for seed in range(12):
        item = _item(family, 3)
        adorn(item, np.random.default_rng(seed))
        item.settle()
        marks = {mark.kind for mark in item.marks[len(plain.marks) :]}

        assert not item.faults
        assert marks <= _MARKS
        for field in (item.albedo, item.height, item.roughness, item.metal, item.opacity):
            assert np.isfinite(field).all()
        assert np.array_equal(item.cover, plain.cover)
        changed += not np.array_equal(item.albedo, plain.albedo) or bool(marks)
    assert 4 <= changed <= 12


def test_uneven_dye_stays_below_what_anyone_would_call_discoloured() -> None:
    plain = _item("carton", 5)
    dyed = []
    for seed in range(40):
        item = _item("carton", 5)
        adorn(item, np.random.default_rng(seed))
        if len(item.marks) == len(plain.marks) and not np.array_equal(item.albedo, plain.albedo):
            dyed.append(float(np.abs(np.log(item.albedo / plain.albedo)).max()))

    assert len(dyed) > 5
    assert max(dyed) < 0.15


def test_dust_and_fibres_are_marked_as_no_fault() -> None:
    kinds: set[str] = set()
    for seed in range(12):
        item = _item("garment", 2)
        before = len(item.marks)
        add_clutter(item, np.random.default_rng(seed), "09510000000000")
        assert not item.faults
        kinds |= {mark.kind for mark in item.marks[before:]}

    assert "dust" in kinds


def test_a_plate_that_came_off_leaves_its_place_and_nothing_else() -> None:
    found = 0
    for seed in range(40):
        item = _item("carton", 4)
        before = len(item.parts)
        adorn(item, np.random.default_rng(seed))
        for part in item.parts[before:]:
            kept = item.albedo.copy(), item.height.copy()
            part.take_off(item, np.random.default_rng(1))

            changed = np.abs(item.height - kept[1]) + np.abs(item.albedo - kept[0]).sum(axis=2)
            beside = cv2.dilate(part.extent.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
            assert float(changed[beside].max()) == 0
            assert float((changed[part.extent] > 0.01).mean()) > 0.5
            found += 1
    assert found > 3
