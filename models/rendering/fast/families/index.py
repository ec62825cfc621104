"""The families of goods: how each is made, and which faults it can have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from models.rendering.fast.families.carton import carton
from models.rendering.fast.families.device import device
from models.rendering.fast.families.drinkware import drinkware
from models.rendering.fast.families.film_bag import mailer, pouch
from models.rendering.fast.families.garment import garment
from models.rendering.fast.families.leather import leather
from models.rendering.fast.families.tableware import plate
from models.rendering.fast.families.vessel import bottle
from models.rendering.fast.surface import Surface


@dataclass(frozen=True, slots=True)
class Family:
    """``make(rng, texel_mm, gtin)`` gives a sound item; ``faults`` weighs what happens to it."""

    make: Callable[[np.random.Generator, float, str], Surface]
    faults: Mapping[str, float]


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "carton": Family(
            carton,
            {"scratch": 3, "dent": 3, "stain": 3, "tear": 3, "leak": 2, "broken_seal": 1,
             "discolouration": 1},
        ),
        "mailer": Family(
            mailer,
            {"tear": 4, "stain": 2, "leak": 2, "broken_seal": 2, "scratch": 1, "dent": 1,
             "discolouration": 1},
        ),
        "bottle": Family(
            bottle,
            {"scratch": 2, "dent": 2, "stain": 2, "leak": 3, "crack": 1, "broken_seal": 2,
             "missing_part": 2, "tear": 1, "oxidation": 6, "discolouration": 1},
        ),
        "garment": Family(
            garment,
            {"stain": 3, "tear": 3, "pilling": 7, "discolouration": 2, "missing_part": 2,
             "leak": 1},
        ),
        "shoe": Family(
            leather,
            {"scratch": 3, "stain": 2, "crack": 2, "tear": 2, "discolouration": 2, "dent": 1,
             "missing_part": 3, "oxidation": 4, "leak": 1},
        ),
        "tableware": Family(
            plate, {"crack": 3, "scratch": 2, "stain": 2, "missing_part": 2, "discolouration": 1}
        ),
        "drinkware": Family(
            drinkware,
            {"crack": 3, "scratch": 2, "stain": 2, "missing_part": 1, "leak": 1},
        ),
        "device": Family(
            device,
            {"scratch": 4, "crack": 3, "dent": 2, "stain": 2, "leak": 1, "missing_part": 2,
             "oxidation": 7, "discolouration": 1, "broken_seal": 1},
        ),
        "pouch": Family(
            pouch,
            {"broken_seal": 3, "tear": 3, "leak": 2, "dent": 1, "stain": 2, "scratch": 1,
             "discolouration": 1},
        ),
    }
)  # fmt: skip
