"""What is rendered: products, and which faults of which size lie on which face of a return."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.rendering.board import Design, design
from models.rendering.graphics import check_digit

Recipe = Literal["demo", "training"]
Severity = Literal["light", "repair", "scrap"]
Outcome = Literal["clean", "light", "repair", "scrap"]

POSES = ("top", "bottom")
DECK = 20

_DECKS: dict[Recipe, dict[Outcome, int]] = {
    "demo": {"clean": 6, "light": 4, "repair": 6, "scrap": 4},
    "training": {"clean": 7, "light": 4, "repair": 5, "scrap": 4},
}

_SIZES: dict[str, dict[Severity, tuple[float, float]]] = {
    "scratch": {"light": (10.0, 36.0), "repair": (45.0, 90.0)},
    "dent": {"light": (75.0, 350.0), "repair": (470.0, 2100.0), "scrap": (2800.0, 3800.0)},
    "stain": {"light": (20.0, 170.0), "repair": (240.0, 1250.0), "scrap": (1750.0, 2700.0)},
    "tear": {"repair": (9.0, 33.0), "scrap": (47.0, 80.0)},
}
"""Size drawn per defect and severity: area in mm2 of dents and stains, length in mm of scratches
and tears. The gaps between severities keep a return's grade clear of the usual policy limits."""

_PRODUCT_SIZES = (
    (260.0, 150.0, 60.0),
    (180.0, 130.0, 45.0),
    (150.0, 110.0, 90.0),
    (220.0, 160.0, 35.0),
    (130.0, 90.0, 120.0),
    (270.0, 140.0, 100.0),
)


@dataclass(frozen=True, slots=True)
class Product:
    """One catalogue item: its GTIN-14, carton size and artwork."""

    gtin: str
    size_mm: tuple[float, float, float]
    design: Design


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault to be made on one face; ``size`` is mm2 or mm as the defect is measured."""

    pose: str
    defect: str
    size: float


@dataclass(frozen=True, slots=True)
class PlannedReturn:
    """One return to be rendered."""

    index: int
    return_id: str
    serial: str
    product: Product
    outcome: Outcome
    faults: tuple[PlannedFault, ...]


def plan_return(seed: int, index: int, recipe: Recipe) -> PlannedReturn:
    """The plan of return ``index`` of a set; it does not depend on how many returns the set has."""
    rng = np.random.default_rng([seed, index, 10])
    product = _demo_product(seed, index) if recipe == "demo" else _training_product(seed, index)
    outcome = _outcome(seed, index, recipe)
    serial = f"{seed % 1000:03d}{index:05d}{int(rng.integers(100)):02d}"
    faults = _faults(rng, outcome, product.size_mm)
    if recipe == "demo":
        faults = tuple(_under_raking_light(fault) for fault in faults)
    return PlannedReturn(index, f"r{index:04d}", serial, product, outcome, faults)


def _under_raking_light(fault: PlannedFault) -> PlannedFault:
    """Move a dent to the pose that is also lit at a low angle; the other light may not show it."""
    return replace(fault, pose="top") if fault.defect == "dent" else fault


def _outcome(seed: int, index: int, recipe: Recipe) -> Outcome:
    """Outcomes are dealt from shuffled decks, so every twenty returns hold the exact mix."""
    cards: list[Outcome] = [
        outcome for outcome, count in _DECKS[recipe].items() for _ in range(count)
    ]
    order = np.random.default_rng([seed, index // DECK, 11]).permutation(DECK)
    return cards[int(order[index % DECK])]


def _faults(
    rng: np.random.Generator, outcome: Outcome, size_mm: tuple[float, float, float]
) -> tuple[PlannedFault, ...]:
    if outcome == "clean":
        return ()
    worst: Severity = outcome
    first = _fault(rng, worst, size_mm)
    milder: Severity = "light" if worst == "light" else "repair"
    extra = int(rng.choice([0, 1, 2], p=[0.3, 0.4, 0.3]))
    others: list[PlannedFault] = []
    for _ in range(extra):
        severity: Severity = "light" if rng.random() < 0.5 else milder
        others.append(_fault(rng, severity, size_mm))
    return (first, *others)


def _fault(
    rng: np.random.Generator, severity: Severity, size_mm: tuple[float, float, float]
) -> PlannedFault:
    kinds = [defect for defect, bands in _SIZES.items() if severity in bands]
    defect = str(rng.choice(np.array(kinds)))
    low, high = _SIZES[defect][severity]
    room = 0.62 * size_mm[0] if defect in ("scratch", "tear") else 0.3 * size_mm[0] * size_mm[1]
    high = max(low * 1.05, min(high, room))
    size = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    pose = "top" if rng.random() < 0.62 else "bottom"
    return PlannedFault(pose, defect, size)


def _demo_product(seed: int, index: int) -> Product:
    order = np.random.default_rng([seed, index // 6, 12]).permutation(6)
    number = int(order[index % 6])
    gtin = _gtin(10_000 + number)
    return Product(gtin, _PRODUCT_SIZES[number], design(900 + number, gtin))


def _training_product(seed: int, index: int) -> Product:
    rng = np.random.default_rng([seed, index, 13])
    for _ in range(100):
        length = float(round(rng.uniform(100, 300)))
        width = float(round(rng.uniform(75, min(200.0, length))))
        height = float(round(rng.uniform(25, 140)))
        if _fits(length, width, height):
            break
    else:
        length, width, height = 200.0, 120.0, 60.0
    gtin = _gtin((seed * 10_007 + index) % 900_000_000 + 100_000_000)
    return Product(gtin, (length, width, height), design(int(rng.integers(2**31)), gtin))


def _fits(length: float, width: float, height: float) -> bool:
    room = (900.0 - height) / 900.0
    return length <= 405.0 * room and width <= 222.0 * room


def _gtin(item: int) -> str:
    body = f"0952{item:09d}"
    return body + check_digit(body)
