"""The presence watch: is the bench empty, is something moving on it, does something lie still?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from station.domain.events import BenchView

Look = NDArray[np.uint8]
"""A preview, grey uint8 [180, 320]."""


@dataclass(frozen=True, slots=True)
class PresenceLimits:
    """Shares of pixels, each with a lower limit to come back by; counts are of previews in a row.

    A pixel differs from the empty bench by more than `step_from_empty` grey levels, and moved by
    more than `step_between` since the preview before.
    """

    step_from_empty: int = 20
    step_between: int = 14
    occupied_above: float = 0.010
    empty_below: float = 0.004
    moving_above: float = 0.006
    still_below: float = 0.002
    empty_looks: int = 2
    still_looks: int = 3
    follow: float = 0.05


class Presence:
    """Tells empty, disturbed and still from previews that all show the bench in the same light.

    Between its two limits a share changes nothing. The picture of the empty bench follows slow
    changes of the surrounding light for as long as the bench is seen empty.
    """

    def __init__(self, empty: Look, limits: PresenceLimits | None = None) -> None:
        """`empty` is a preview of the empty bench."""
        self._limits = limits or PresenceLimits()
        self._empty = empty.astype(np.float32)
        self._before: NDArray[np.float32] | None = None
        self._occupied: bool | None = None
        self._moving = True
        self._empty_looks = 0
        self._still_looks = 0
        self._view: BenchView | None = None

    @property
    def view(self) -> BenchView | None:
        """The bench as last judged; none before the first judgement."""
        return self._view

    def see(self, look: Look) -> BenchView | None:
        """Judge one more preview; the new view if it changed."""
        limits, now = self._limits, look.astype(np.float32)
        away = _share(np.abs(now - self._empty) > limits.step_from_empty)
        before, self._before = self._before, now
        moved = 0.0 if before is None else _share(np.abs(now - before) > limits.step_between)
        self._count(away, moved)
        if self._occupied is False and not self._moving and away < limits.empty_below:
            self._empty += limits.follow * (now - self._empty)
        view = self._judge()
        if view is None or view is self._view:
            return None
        self._view = view
        return view

    def _count(self, away: float, moved: float) -> None:
        limits = self._limits
        self._empty_looks = self._empty_looks + 1 if away < limits.empty_below else 0
        self._still_looks = self._still_looks + 1 if moved < limits.still_below else 0
        if away > limits.occupied_above:
            self._occupied = True
        elif self._empty_looks >= limits.empty_looks:
            self._occupied = False
        if moved > limits.moving_above:
            self._moving = True
        elif self._still_looks >= limits.still_looks:
            self._moving = False

    def _judge(self) -> BenchView | None:
        if self._occupied is None:
            return None
        if not self._occupied:
            return BenchView.EMPTY
        return BenchView.DISTURBED if self._moving else BenchView.STILL


def _share(pixels: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(pixels)) / pixels.size
