"""What a camera may be shown in the place of the item that was pictured: prints, moved items.

Linear light, float32 [height, width], by lamp.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.virtual.lighting import relit

Level = NDArray[np.float32]
Lit = Mapping[str, Level]

SHEET_MARGIN = (2, 20)
"""How far a print reaches over the item's outline, in pixels."""
_LOW_DEG = (11.0, 24.0)
_SOFT_DEG = (75.0, 90.0)
_DARKEST = 0.05


def printed(item: Lit, empty: Lit, soft: str) -> dict[str, Level]:
    """A print of the whole picture under the soft lamp, flat on the bench, under each lamp."""
    return {lamp: relit(item[soft], empty[soft], empty[lamp]) for lamp in item}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A print cut out around the item and laid on the bench; bool [height, width] is where.

    `across` and `down` are its slopes there, for it is bent.
    """

    on: NDArray[np.bool_]
    across: Level
    down: Level

    @classmethod
    def bent(cls, outline: NDArray[np.bool_], most: float, chance: np.random.Generator) -> "Sheet":
        """A sheet around an item, tilted and bent as chance has it, nowhere steeper than `most`."""
        rows, columns = np.nonzero(outline)
        margin = int(chance.integers(*SHEET_MARGIN))
        top, left = max(rows.min() - margin, 0), max(columns.min() - margin, 0)
        bottom, right = rows.max() + margin + 1, columns.max() + margin + 1
        on = np.zeros(outline.shape, np.bool_)
        on[top:bottom, left:right] = True
        height, width = outline.shape
        x = 2 * (np.arange(width, dtype=np.float32)[None, :] - left) / (right - left) - 1
        y = 2 * (np.arange(height, dtype=np.float32)[:, None] - top) / (bottom - top) - 1
        a, b, c, d, e, f = (np.float32(each) for each in chance.normal(size=6))
        across, down = a + b * x + c * y, d + e * x + f * y  # [height, width]
        steepest = np.float32(most / float(np.max(np.hypot(across, down), where=on, initial=1e-6)))
        return cls(on, across * steepest, down * steepest)

    def shown(
        self, item: Lit, empty: Lit, soft: str, chance: np.random.Generator
    ) -> dict[str, Level]:
        """The print under each lamp; low lamps stand somewhere around the bench."""
        flat = printed(item, empty, soft)
        return {
            lamp: np.where(self.on, flat[lamp] * self._turned(lamp == soft, chance), empty[lamp])
            for lamp in item
        }

    def _turned(self, soft: bool, chance: np.random.Generator) -> Level:
        """What the sheet's slopes make of a far lamp's light, over the level bench."""
        height, side = chance.uniform(*(_SOFT_DEG if soft else _LOW_DEG)), chance.uniform(0, 360)
        low = 1 / np.tan(np.radians(height))
        towards = self.across * np.cos(np.radians(side)) + self.down * np.sin(np.radians(side))
        return np.asarray(np.maximum(1 - towards * low, _DARKEST), np.float32)


def moved(
    item: Lit, empty: Lit, outline: NDArray[np.bool_], shift: tuple[float, float], turn_deg: float
) -> dict[str, Level]:
    """The item moved and turned a little on the bench, which shows where it lay.

    Its shadows stay, so that less changes than would.
    """
    rows, columns = np.nonzero(outline)
    matrix = cv2.getRotationMatrix2D((float(columns.mean()), float(rows.mean())), turn_deg, 1.0)
    matrix[:, 2] += np.array(shift)
    size = outline.shape[1], outline.shape[0]
    there = cv2.warpAffine(outline.astype(np.uint8), matrix, size) > 0
    return {
        lamp: np.where(
            there, cv2.warpAffine(level, matrix, size), np.where(outline, empty[lamp], level)
        ).astype(np.float32)
        for lamp, level in item.items()
    }
