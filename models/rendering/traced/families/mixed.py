"""Families that are made in several ways."""

import numpy as np

from models.rendering.traced.families.leather import bag, wallet
from models.rendering.traced.families.shoe import shoe
from models.rendering.traced.families.tube import tube
from models.rendering.traced.families.vessel import turned_vessel
from models.rendering.traced.item import Item


def vessel(rng: np.random.Generator, gtin: str) -> Item:
    """A bottle, a jar, a tin or a tube."""
    return tube(rng, gtin) if rng.random() < 0.25 else turned_vessel(rng, gtin)


def leather(rng: np.random.Generator, gtin: str) -> Item:
    """A shoe, the front of a bag, or a wallet."""
    del gtin
    make = (shoe, shoe, bag, wallet)[int(rng.integers(4))]
    return make(rng)
