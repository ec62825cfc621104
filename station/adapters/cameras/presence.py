"""The presence watch: is the bench empty, is a hand in view, does something lie still?"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from station.domain.events import BenchView

_DARKEST = 8
_LEAST_BENCH = 0.05

_T = TypeVar("_T", bound=np.generic)

Look = NDArray[np.uint8]
"""A preview, grey uint8 [180, 320]."""


@dataclass(frozen=True, slots=True)
class PresenceLimits:
    """Shares of pixels, each with a lower limit to come back by; counts are of previews in a row.

    A pixel differs from the empty bench by more than `step_from_empty` grey levels, and moved by
    more than `step_between` since the preview before. A hand reaches in over `rim_above` of the
    rim, with an edge where grey levels change by `rim_edge` as a logarithm; what lies still across
    the rim for `rim_looks` is no hand. The lamps may drift by `drift` from one preview to the next.
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
    rim_above: float = 0.006
    rim_edge: float = 0.35
    rim_looks: int = 16
    drift: float = 0.02


class Presence:
    """Tells empty, disturbed and still from previews that all show the bench in the same light.

    Disturbed is a bench with a hand in view or something that moves. Between its two limits a share
    changes nothing. How bright the lamps are is read in every preview off the places that show the
    bare bench, so they may drift while an item lies there; the picture of the empty bench follows
    what changes else for as long as the bench is seen empty.
    """

    def __init__(self, empty: Look, limits: PresenceLimits | None = None) -> None:
        """`empty` is a preview of the empty bench."""
        self._limits = limits or PresenceLimits()
        self._empty = empty.astype(np.float32)
        self._lamps = 1.0
        self._before: NDArray[np.float32] | None = None
        self._occupied: bool | None = None
        self._moving = True
        self._empty_looks = 0
        self._still_looks = 0
        self._rim_looks = 0
        self._view: BenchView | None = None

    @property
    def view(self) -> BenchView | None:
        """The bench as last judged; none before the first judgement."""
        return self._view

    def see(self, look: Look) -> BenchView | None:
        """Judge one more preview; the new view if it changed."""
        limits, seen = self._limits, look.astype(np.float32)
        self._lamps *= self._drift(seen)
        now = seen / np.float32(self._lamps)
        foreign = np.abs(now - self._empty) > limits.step_from_empty
        away = _share(foreign)
        before, self._before = self._before, now
        moved = 0.0 if before is None else _share(np.abs(now - before) > limits.step_between)
        self._count(away, moved)
        self._rim_looks = self._rim_looks + 1 if self._reached_over(now, foreign) else 0
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
        hand = 0 < self._rim_looks < self._limits.rim_looks
        return BenchView.DISTURBED if self._moving or hand else BenchView.STILL

    def _drift(self, seen: NDArray[np.float32]) -> float:
        """How much brighter the lamps are than in the preview before, where the bench shows."""
        known = self._empty * np.float32(self._lamps)
        ratio = seen / np.maximum(known, 1)
        bench = (np.abs(ratio - 1) < 2 * self._limits.drift) & (known > _DARKEST)
        if _share(bench) < _LEAST_BENCH:
            return 1.0
        most = self._limits.drift
        return float(np.clip(np.median(ratio[bench]), 1 - most, 1 + most))

    def _reached_over(self, now: NDArray[np.float32], foreign: NDArray[np.bool_]) -> bool:
        """Whether something with an edge, so no shadow, lies across the rim."""
        rim = _around(foreign)
        if _share(rim) <= self._limits.rim_above:
            return False
        along = np.log((_around(now) + 1) / (_around(self._empty) + 1))
        return float(np.abs(np.roll(along, -1) - np.roll(along, 1)).max()) > self._limits.rim_edge


def _around(look: NDArray[_T]) -> NDArray[_T]:
    """The outermost pixels, once around."""
    return np.concatenate([look[0], look[:, -1], look[-1, ::-1], look[::-1, 0]])


def _share(pixels: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(pixels)) / pixels.size
