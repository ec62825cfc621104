"""What each return of a fast set is: its family, its item with what happened to it, its pose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.rendering.fast.adornment import adorn
from models.rendering.fast.clutter import add_clutter
from models.rendering.fast.families.index import FAMILIES, Family
from models.rendering.fast.faults.index import add_fault
from models.rendering.fast.fields import chance
from models.rendering.fast.stage import Pose, to_frame
from models.rendering.fast.surface import Surface
from models.rendering.geometry import Bench
from models.rendering.graphics import check_digit

CLEAN_SHARE = 0.35
_FAULTS = (1, 2, 3, 4)
_FAULTS_SHARE = (0.45, 0.3, 0.15, 0.1)
_TYPICAL_HEIGHT_MM = 40.0
_TEXELS_PER_PIXEL = 1.1
_EDGE_PX = 10.0
_TRIES = 40
_OTHERS = 4
"""How many kinds are drawn until one finds room; those that often find none weigh more."""


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
        body = f"0951{(self.seed * 100_003 + self.index) % 10**9:09d}"
        return body + check_digit(body)

    def rng(self, stream: int) -> np.random.Generator:
        """Random numbers of one stream of this return."""
        return np.random.default_rng([self.seed, self.index, stream])


def plan_return(seed: int, index: int, families: Sequence[str]) -> Plan:
    """The plan of return ``index``; it does not depend on how many returns the set has."""
    order = np.random.default_rng([seed, index // len(families), 2]).permutation(len(families))
    family = families[int(order[index % len(families)])]
    clean = chance(np.random.default_rng([seed, index, 3]), CLEAN_SHARE)
    return Plan(seed, index, family, clean)


def make_item(
    plan: Plan, bench: Bench, defects: Sequence[str], *, adorned: bool = True
) -> tuple[Surface, Pose]:
    """The item of a plan with faults of ``defects``, and where it lies, all inside the frame.

    A fault that finds no room is left out. Only ``adorned`` goods have what any family may have.
    """
    family = FAMILIES[plan.family]
    texel = bench.mm_per_px(_TYPICAL_HEIGHT_MM) / _TEXELS_PER_PIXEL
    for attempt in range(_TRIES):
        surface = family.make(plan.rng(10 + attempt), texel, plan.gtin)
        pose = _pose(bench, surface, plan.rng(100 + attempt))
        if pose is not None:
            break
    else:
        raise ValueError(f"no item of family {plan.family} fits the frame")
    surface.settle()
    if adorned:
        adorn(surface, plan.rng(7))
    add_clutter(surface, plan.rng(4), plan.gtin, fibres=adorned)
    if not plan.clean:
        _befall(surface, family, defects, plan.rng(5))
    surface.settle()
    return surface, pose


def _befall(
    surface: Surface, family: Family, defects: Sequence[str], rng: np.random.Generator
) -> None:
    names = np.array([name for name in family.faults if name in defects])
    if not len(names):
        return
    weights = np.array([family.faults[str(name)] for name in names], np.float64)
    count = int(rng.choice(np.array(_FAULTS), p=np.array(_FAULTS_SHARE)))
    for _ in range(count):
        for _ in range(_OTHERS):
            if add_fault(surface, str(rng.choice(names, p=weights / weights.sum())), rng):
                break


def _pose(bench: Bench, surface: Surface, rng: np.random.Generator) -> Pose | None:
    length, width, height = surface.block_mm or surface.size_mm
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array([length, width]) / 2
    low, high = np.full(2, _EDGE_PX), np.array([bench.width, bench.height]) - _EDGE_PX
    for _ in range(_TRIES):
        yaw = float(rng.uniform(-np.pi, np.pi))
        if rng.random() < 0.6:
            yaw = float(rng.integers(2)) * np.pi + float(rng.normal(0, 0.09))
        centred = to_frame(bench, Pose(0.0, 0.0, yaw), corners, height)
        room_low, room_high = low - centred.min(axis=0), high - centred.max(axis=0)
        if (room_low > room_high).any():
            continue
        share = np.clip(rng.normal(0.5, 0.22, 2), 0, 1)
        shift = (room_low + (room_high - room_low) * share) * bench.mm_per_px(height)
        return Pose(float(shift[0]), float(shift[1]), yaw)
    return None
