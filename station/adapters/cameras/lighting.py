"""The light that the cameras share: what it is, since when it has settled, whether it stayed."""

import logging
from dataclasses import dataclass

from station.adapters.cameras.freshness import Refusal
from station.adapters.cameras.ports import Clock, Light
from station.domain.faults import FaultCode, StationError
from station.domain.light_proof import Mix

_log = logging.getLogger(__name__)

_HELD_S = 1.0
"""How long a light that was set ahead waits for its shot."""


@dataclass(frozen=True, slots=True)
class LightSettings:
    """The light that the presence watch looks under, and how long any light takes to settle."""

    resting: str = "bright"
    settle_s: float = 0.1


class Lighting:
    """Sets the light for one exposure at a time. Driven from the rig's thread; it never waits."""

    def __init__(self, lamp: Light, clock: Clock, settings: LightSettings) -> None:
        self._lamp = lamp
        self._clock = clock
        self._settings = settings
        self._light: str | Mix | None = None
        self._lit_s = float("-inf")
        self._held_until_s = float("-inf")
        self.settled_s = float("-inf")

    def apply(self, light: str | Mix) -> None:
        """Set the light; it has to settle only where it changed. StationError if it cannot be."""
        self._held_until_s = float("-inf")
        settle_s = max(self._lamp.apply(light), self._settings.settle_s)
        if light != self._light or not self._lamp.steady_since(self._lit_s):
            self._light = light
            self._lit_s = self._clock.monotonic()
            self.settled_s = self._lit_s + settle_s

    def rest(self) -> None:
        """Back to the resting light, unless the next shot's is set already."""
        if self._light != self._settings.resting and self._clock.monotonic() >= self._held_until_s:
            self._tried(self._settings.resting)

    def move_on(self, light: str | Mix, then: str | Mix | None = None) -> Refusal | None:
        """Why a picture taken since `light` was set may be in another, now that it was taken.

        A controller may have restarted meanwhile, which it tells when it is spoken to again: by
        setting `then`, the light of what will be asked for soon, which does not rest until then.
        """
        lit_s = self._lit_s
        if then is not None and self._tried(then):
            self._held_until_s = self._clock.monotonic() + _HELD_S
        else:
            try:
                self._lamp.apply(light)
            except StationError as error:
                return Refusal(error.fault.code, error.fault.detail)
        if self._lamp.steady_since(lit_s):
            return None
        detail = "The light changed while the picture was taken: check the controller's power."
        return Refusal(FaultCode.LIGHT_LOST, detail)

    def _tried(self, light: str | Mix) -> bool:
        """A light that no exposure waits for; whoever needs it next will say what is wrong."""
        try:
            self.apply(light)
        except StationError as error:
            _log.info("The light %s cannot be set: %s", light, error)
            return False
        return True
