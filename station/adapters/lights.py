"""The bench's light, made of the channels of one or several light controllers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from station.domain.faults import refuse

_SETTING = "lights"


class LevelDevice(Protocol):
    """A light controller."""

    @property
    def disturbed_s(self) -> float:
        """When, on the monotonic clock, it last was away or changed its light by itself."""
        ...

    def set_levels(self, levels: Mapping[str, float]) -> float:
        """Set channels to fractions of full brightness; return in how many seconds they settle.

        StationError if that is not confirmed.
        """
        ...


class BenchLights:
    """Sets a light by its name: every channel that any light uses, to its level or to 0."""

    def __init__(
        self,
        lights: Mapping[str, Mapping[str, Mapping[str, float]]],
        devices: Mapping[str, LevelDevice],
        needed: Iterable[str] = (),
    ) -> None:
        """`lights` are levels from 0 to 1 by light, device and channel; `needed` name lights.

        StationError if a needed light is missing, or if one names a device that does not exist or
        a level outside 0 to 1.
        """
        for missing in sorted(set(needed) - set(lights)):
            raise refuse(
                f"the light {missing} of a recipe has no levels: add it to lights", _SETTING
            )
        for light, parts in lights.items():
            _check(light, parts, devices)
        channels = {
            device: sorted({name for parts in lights.values() for name in parts.get(device, ())})
            for device in devices
        }
        self._devices = devices
        self._states = MappingProxyType(
            {
                light: {
                    device: {name: parts.get(device, {}).get(name, 0.0) for name in names}
                    for device, names in channels.items()
                    if names
                }
                for light, parts in lights.items()
            }
        )

    def apply(self, light: str) -> float:
        """Set the named light, absolutely; return in how many seconds the slowest lamp settles.

        Again is the same. StationError if it cannot be set.
        """
        state = self._states.get(light)
        if state is None:
            raise refuse(f"the light {light} has no levels: add it to lights", _SETTING)
        settle = [self._devices[device].set_levels(levels) for device, levels in state.items()]
        return max(settle, default=0.0)

    def steady_since(self, monotonic_s: float) -> bool:
        """Whether no controller was away, restarted or went to its safe level since then."""
        return all(device.disturbed_s <= monotonic_s for device in self._devices.values())


def _check(
    light: str, parts: Mapping[str, Mapping[str, float]], devices: Mapping[str, LevelDevice]
) -> None:
    for device, levels in parts.items():
        if device not in devices:
            raise refuse(f"the light {light} names {device}, which is no light device", _SETTING)
        for channel, level in levels.items():
            if not 0 <= level <= 1:
                raise refuse(
                    f"the light {light} sets {device} {channel} to {level}: write 0 to 1", _SETTING
                )
