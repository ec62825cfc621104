"""What lies on an imitated scale, and how a person changes it."""

import re
from decimal import Decimal

from firmware_bridge.codecs.mass import GRAMS, ScaleStatus, to_grams

DEEDS = (
    "A scale knows `weight 123.4 g`, `empty`, `stable`, `unstable`, `overload`, `underload`, "
    "`refuse` and `serve`."
)

_WEIGHT = re.compile(r"weight (-?[0-9]{1,7}(?:\.[0-9]{1,6})?) ?(mg|g|kg|lb|oz)")
_ZERO = Decimal(0)


class Pan:
    """The load in grams, its zero and its tare; `status` is what the scale would say of it."""

    def __init__(self) -> None:
        self.load = _ZERO
        self.status: ScaleStatus = "stable"
        self.refusing = False
        self._zero = _ZERO
        self._tare = _ZERO

    @property
    def net(self) -> Decimal:
        """What the scale shows, in grams."""
        return self.load - self._zero - self._tare

    @property
    def tare(self) -> Decimal:
        """The tare in grams."""
        return self._tare

    def power_up(self) -> None:
        """Zero and tare are forgotten; the load stays where it is."""
        self._zero = self._tare = _ZERO

    def set_zero(self) -> None:
        """The present load is zero from now on."""
        self._zero, self._tare = self.load, _ZERO

    def set_tare(self) -> None:
        """The present load is the tare from now on."""
        self._tare = self.load - self._zero

    def clear_tare(self) -> None:
        """There is no tare from now on."""
        self._tare = _ZERO

    def act(self, line: str) -> None:
        """Do what a person does to a scale; ValueError with what can be done."""
        found = _WEIGHT.fullmatch(line.strip())
        match line.strip():
            case _ if found is not None:
                self.load, self.status = to_grams(Decimal(found[1]), found[2]), "stable"
            case "empty":
                self.load, self.status = _ZERO, "stable"
            case "stable" | "unstable" | "overload" | "underload" as status:
                self.status = _status(status)
            case "refuse" | "serve" as word:
                self.refusing = word == "refuse"
            case _:
                raise ValueError(DEEDS)


def in_unit(grams: Decimal, unit: str) -> Decimal:
    """Grams in another unit, as the nearest number of a fine display."""
    return grams if unit == "g" else (grams / GRAMS[unit]).quantize(Decimal("0.001"))


def _status(word: str) -> ScaleStatus:
    statuses: tuple[ScaleStatus, ...] = ("stable", "unstable", "overload", "underload")
    return next(status for status in statuses if status == word)
