"""Faults by name, their sizes, and how an item comes by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.rendering.field import TEXEL_MM, FieldFault
from models.rendering.traced.faults.colours import discolouration, leak, oxidation, stain
from models.rendering.traced.faults.forms import broken_seal, chip, dent, pilling, tear
from models.rendering.traced.faults.lines import crack, scratch
from models.rendering.traced.item import Item
from models.rendering.traced.skin import Skin, calipers


@dataclass(frozen=True, slots=True)
class Kind:
    """``make(skin, rng, size)``; sizes run over ``span``, in mm if ``linear``, else in mm2."""

    make: Callable[[Skin, np.random.Generator, float], FieldFault | None]
    span: tuple[float, float]
    linear: bool


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "scratch": Kind(scratch, (8.0, 105.0), True),
        "crack": Kind(crack, (12.0, 95.0), True),
        "dent": Kind(dent, (70.0, 3000.0), False),
        "stain": Kind(stain, (14.0, 2300.0), False),
        "leak": Kind(leak, (100.0, 3600.0), False),
        "tear": Kind(tear, (7.0, 75.0), True),
        "pilling": Kind(pilling, (200.0, 2800.0), False),
        "discolouration": Kind(discolouration, (280.0, 4500.0), False),
        "broken_seal": Kind(broken_seal, (14.0, 105.0), True),
        "missing_part": Kind(lambda *_: None, (14.0, 150.0), False),
        "oxidation": Kind(oxidation, (16.0, 1100.0), False),
    }
)

_LENGTH_SHARE = 0.45
_AREA_SHARE = 0.3
_SKINS_TRIED = 3


def befall(item: Item, defect: str, rng: np.random.Generator) -> bool:
    """Make one fault on an item; False where it finds no room."""
    if defect == "missing_part" and item.loose:
        return _taken_off(item, rng)
    skins = [skin for skin in item.skins if skin.allowed.any()]
    if defect == "oxidation":
        skins = [skin for skin in skins if (skin.metal[skin.allowed] > 0.5).any()]
    if defect == "broken_seal":
        skins = [skin for skin in skins if skin.seals]
    if not skins:
        return False
    room = np.array([float(skin.allowed.sum()) for skin in skins])
    for _ in range(_SKINS_TRIED):
        skin = skins[int(rng.choice(len(skins), p=room / room.sum()))]
        fault = _made(item, skin, defect, rng)
        if fault is not None:
            skin.faults.append(fault)
            return True
    return False


def _made(item: Item, skin: Skin, defect: str, rng: np.random.Generator) -> FieldFault | None:
    kind = KINDS[defect]
    low, high = kind.span
    area = float(skin.allowed.sum()) * TEXEL_MM**2
    most = _LENGTH_SHARE * float(np.hypot(skin.length_mm, skin.width_mm)) if kind.linear else (
        _AREA_SHARE * area
    )  # fmt: skip
    size = float(np.exp(rng.uniform(np.log(low), np.log(max(low * 1.05, min(high, most))))))
    if defect != "missing_part":
        return kind.make(skin, rng, size)
    rim = item.rim_of(skin)
    return None if rim is None else chip(skin, rng, size, rim)


def _taken_off(item: Item, rng: np.random.Generator) -> bool:
    free = [one for one in item.loose if not (one.place & one.skin.taken()).any()]
    if not free:
        return False
    one = free[int(rng.integers(len(free)))]
    item.loose.remove(one)
    one.reveal(one.skin, rng)
    one.skin.faults.append(FieldFault("missing_part", one.place, calipers(one.place)))
    return True
