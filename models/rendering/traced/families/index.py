"""The families of goods: how each is made, and which faults it can have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.rendering.traced.families.bags import mailer, pouch
from models.rendering.traced.families.carton import carton
from models.rendering.traced.families.crockery import drinkware, tableware
from models.rendering.traced.families.device import device
from models.rendering.traced.families.garment import garment
from models.rendering.traced.families.mixed import leather, vessel
from models.rendering.traced.item import Item


@dataclass(frozen=True, slots=True)
class Family:
    """``make(rng, gtin)`` gives a sound item; ``faults`` weighs what happens to it."""

    make: Callable[[np.random.Generator, str], Item]
    faults: Mapping[str, float]


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "carton": Family(
            carton,
            {"scratch": 3, "dent": 3, "stain": 3, "tear": 3, "leak": 2, "broken_seal": 2,
             "discolouration": 1},
        ),
        "mailer": Family(
            mailer,
            {"tear": 4, "stain": 2, "leak": 2, "broken_seal": 3, "scratch": 1, "dent": 1,
             "discolouration": 1},
        ),
        "bottle": Family(
            vessel,
            {"scratch": 2, "dent": 2, "stain": 2, "leak": 3, "crack": 1, "broken_seal": 2,
             "missing_part": 5, "tear": 1, "oxidation": 14, "discolouration": 1},
        ),
        "garment": Family(
            garment,
            {"stain": 3, "tear": 3, "pilling": 6, "discolouration": 2, "missing_part": 3,
             "leak": 1},
        ),
        "shoe": Family(
            leather,
            {"scratch": 3, "stain": 2, "crack": 2, "tear": 2, "discolouration": 2, "dent": 1,
             "missing_part": 4, "oxidation": 9, "leak": 1},
        ),
        "tableware": Family(
            tableware,
            {"crack": 3, "scratch": 2, "stain": 2, "missing_part": 2, "discolouration": 1},
        ),
        "drinkware": Family(
            drinkware, {"crack": 3, "scratch": 2, "stain": 2, "missing_part": 3, "leak": 1}
        ),
        "device": Family(
            device,
            {"scratch": 4, "crack": 3, "dent": 2, "stain": 2, "leak": 1, "missing_part": 4,
             "oxidation": 12, "discolouration": 1, "broken_seal": 1},
        ),
        "pouch": Family(
            pouch,
            {"broken_seal": 3, "tear": 3, "leak": 2, "dent": 1, "stain": 2, "scratch": 1,
             "discolouration": 1},
        ),
    }
)  # fmt: skip
