"""The bench's light, made of the channels of one or several light controllers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from station.domain.faults import refuse
from station.domain.light_proof import Mix

_SETTING = "lights"

State = Mapping[str, Mapping[str, float]]
"""Levels from 0 to 1 by device and channel."""


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

    def apply(self, light: str | Mix) -> float:
        """Set a light, or several at once, absolutely; return when the slowest lamp has settled.

        That is in seconds. Again is the same. StationError if it cannot be set.
        """
        state = self._mixed(light) if isinstance(light, Mix) else self._named(light)
        settle = [self._devices[device].set_levels(levels) for device, levels in state.items()]
        return max(settle, default=0.0)

    def _named(self, light: str) -> State:
        state = self._states.get(light)
        if state is None:
            raise refuse(f"the light {light} has no levels: add it to lights", _SETTING)
        return state

    def _mixed(self, mix: Mix) -> State:
        parts = [(self._named(light), share) for light, share in mix.levels]
        mixed = {
            device: {
                name: sum(state[device][name] * share for state, share in parts)
                for name in channels
            }
            for device, channels in parts[0][0].items()
        }
        for device, levels in mixed.items():
            for name, level in levels.items():
                if level > 1:
                    raise refuse(
                        f"the lights of the recipes set {device} {name} together to more than it"
                        " has: lower its levels",
                        _SETTING,
                    )
        return mixed

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
