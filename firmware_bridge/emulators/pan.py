"""What lies on an imitated scale, and how a person changes it."""

import re
from decimal import Decimal

from firmware_bridge.codecs.mass import ScaleStatus, to_grams

DEEDS = (
    "A scale knows `weight 123.4 g`, `empty`, `stable`, `unstable`, `overload`, `underload`, "
    "`refuse` and `serve`."
)

_WEIGHT = re.compile(r"weight (-?[0-9]{1,7}(?:\.[0-9]{1,6})?) ?(mg|g|kg|lb|oz)")
_ZERO = Decimal(0)
_MOST = Decimal(99_999)


class Pan:
    """The load in grams, its zero and its tare.

    The range ends at 99,999 g, which every imitated scale can write.
    """

    def __init__(self) -> None:
        self.load = _ZERO
        self._status: ScaleStatus = "stable"
        self.refusing = False
        self._zero = _ZERO
        self._tare = _ZERO

    @property
    def net(self) -> Decimal:
        """What the scale shows, in grams; the end of the range beyond it."""
        return max(-_MOST, min(self._net, _MOST))

    @property
    def status(self) -> ScaleStatus:
        """What the scale would say of the load."""
        furthest = max(self.load, self._net, key=abs)
        if abs(furthest) <= _MOST:
            return self._status
        return "overload" if furthest > 0 else "underload"

    @property
    def within(self) -> bool:
        """Whether the load is within the range; else neither zero nor tare can be set."""
        return self.status in ("stable", "unstable")

    @property
    def tare(self) -> Decimal:
        """The tare in grams."""
        return self._tare

    def power_up(self) -> None:
        """Zero and tare are forgotten; the load stays where it is."""
        self._zero = self._tare = _ZERO

    def set_zero(self) -> None:
        """The present load is zero from now on, if it is within the range."""
        if self.within:
            self._zero, self._tare = self.load, _ZERO

    def set_tare(self) -> None:
        """The present load is the tare from now on, if it is within the range."""
        if self.within:
            self._tare = self.load - self._zero

    def clear_tare(self) -> None:
        """There is no tare from now on."""
        self._tare = _ZERO

    @property
    def _net(self) -> Decimal:
        return self.load - self._zero - self._tare

    def act(self, line: str) -> None:
        """Do what a person does to a scale; ValueError with what can be done."""
        found = _WEIGHT.fullmatch(line.strip())
        match line.strip():
            case _ if found is not None:
                self.load, self._status = to_grams(Decimal(found[1]), found[2]), "stable"
            case "empty":
                self.load, self._status = _ZERO, "stable"
            case "stable" | "unstable" | "overload" | "underload" as status:
                self._status = _status(status)
            case "refuse" | "serve" as word:
                self.refusing = word == "refuse"
            case _:
                raise ValueError(DEEDS)


def _status(word: str) -> ScaleStatus:
    statuses: tuple[ScaleStatus, ...] = ("stable", "unstable", "overload", "underload")
    return next(status for status in statuses if status == word)
