"""What each return of a path-traced set is: its family, its item with what befell it, its place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.rendering.geometry import Bench
from models.rendering.graphics import check_digit
from models.rendering.traced.clutter import add_clutter
from models.rendering.traced.families.index import FAMILIES, Family
from models.rendering.traced.faults.index import befall
from models.rendering.traced.item import Item, Painted
from models.rendering.traced.skin import Points

CLEAN_SHARE = 0.24
_COUNTS = (1, 2, 3)
_COUNT_SHARE = (0.48, 0.34, 0.18)
_OTHERS = 5
_TRIES = 30
_EDGE_PX = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One return to be rendered; the same seed and index give the same plan."""

    seed: int
    index: int
    family: str
    clean: bool

    @property
    def return_id(self) -> str:
        """The name of its directory."""
        return f"r{self.index:05d}"

    @property
    def gtin(self) -> str:
        """A GTIN-14 of its own."""
        body = f"0953{(self.seed * 100_019 + self.index) % 10**9:09d}"
        return body + check_digit(body)

    def rng(self, stream: int) -> np.random.Generator:
        """Random numbers of one stream of this return."""
        return np.random.default_rng([self.seed, self.index, 200 + stream])


@dataclass(frozen=True, slots=True)
class Laid:
    """Where an item lies: its middle in mm from the optical axis, yaw in radians."""

    x_mm: float
    y_mm: float
    yaw: float


def plan_return(seed: int, index: int, families: Sequence[str]) -> Plan:
    """The plan of return ``index``; it does not depend on how many returns the set has."""
    order = np.random.default_rng([seed, index // len(families), 102]).permutation(len(families))
    family = families[int(order[index % len(families)])]
    clean = bool(np.random.default_rng([seed, index, 103]).random() < CLEAN_SHARE)
    return Plan(seed, index, family, clean)


def make_item(plan: Plan, bench: Bench, defects: Sequence[str]) -> tuple[Item, Laid, list[Painted]]:
    """The item of a plan with faults of ``defects``, where it lies, and its meshes there.

    A fault that finds no room is left out.
    """
    family = FAMILIES[plan.family]
    for attempt in range(_TRIES):
        item = family.make(plan.rng(10 + attempt), plan.gtin)
        laid = _laid(bench, item, plan.rng(60 + attempt))
        if laid is not None:
            break
    else:
        raise ValueError(f"no item of family {plan.family} fits the frame")
    item.settle()
    add_clutter(item, plan.rng(1), plan.gtin)
    if not plan.clean:
        _befall(item, family, defects, plan.rng(2))
    item.settle()
    parts = [
        Painted(one.mesh.placed(laid.x_mm, laid.y_mm, laid.yaw), one.paint, one.skin)
        for one in item.painted()
    ]
    return item, laid, parts


def _befall(item: Item, family: Family, defects: Sequence[str], rng: np.random.Generator) -> None:
    names = [name for name in family.faults if name in defects]
    if not names:
        return
    weights = np.array([family.faults[name] for name in names], np.float64)
    for _ in range(int(rng.choice(np.array(_COUNTS), p=np.array(_COUNT_SHARE)))):
        for _ in range(_OTHERS):
            name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
            if befall(item, name, rng):
                break


def _laid(bench: Bench, item: Item, rng: np.random.Generator) -> Laid | None:
    length, width, height = item.size_mm
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array([length, width]) / 2
    low = np.full(2, _EDGE_PX)
    high = np.array([bench.width, bench.height]) - 1 - _EDGE_PX
    scale = bench.mm_per_px(height)
    for _ in range(_TRIES):
        yaw = float(rng.uniform(-np.pi, np.pi))
        if rng.random() < 0.55:
            yaw = float(rng.integers(2)) * np.pi + float(rng.normal(0, 0.12))
        frame = _turned(corners, yaw) / scale + np.array(bench.centre)
        room_low, room_high = low - frame.min(axis=0), high - frame.max(axis=0)
        if (room_low > room_high).any():
            continue
        share = rng.beta(2.5, 2.5, 2)
        shift = (room_low + (room_high - room_low) * share) * scale
        return Laid(float(shift[0]), float(shift[1]), yaw)
    return None


def _turned(points: Points, yaw: float) -> Points:
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))
