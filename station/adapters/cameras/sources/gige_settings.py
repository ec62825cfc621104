"""What a GigE Vision or USB3 Vision camera is set to, and how each setting is read back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.triggered import TriggeredSettings


@dataclass(frozen=True, slots=True)
class GigeSettings(TriggeredSettings):
    """The pixel format is one of Mono8, RGB8, BGR8 and the 8-bit Bayer patterns.

    `packet_size` is in bytes: large packets, where the network takes them, are lost more seldom.
    """

    packet_size: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One of them, in `words`: how it is written, and how the camera says what it has."""

    words: str
    value: float | str
    write: Callable[[], object]
    read: Callable[[], float | str]
    tolerance: float = 0.0

    def holds(self, value: float | str) -> bool:
        """Whether what was read back is what was asked for."""
        if isinstance(value, str) or isinstance(self.value, str):
            return value == self.value
        return abs(value - self.value) <= self.tolerance


def written_in_order(camera: Any, settings: GigeSettings) -> tuple[Setting, ...]:
    """The settings of an opened camera of Aravis in the order in which they can be written."""
    device = camera.get_device()

    def feature(words: str, name: str, value: str) -> Setting:
        return Setting(
            words,
            value,
            partial(device.set_string_feature_value, name, value),
            partial(device.get_string_feature_value, name),
        )

    wanted = [feature("pixel format", "PixelFormat", settings.pixel_format)]
    region = partial(camera.set_region, 0, 0, settings.width, settings.height)
    wanted += [
        Setting("width", settings.width, region, lambda: camera.get_region()[2]),
        Setting("height", settings.height, region, lambda: camera.get_region()[3]),
    ]
    automatic = (
        ("automatic exposure", "ExposureAuto"),
        ("automatic gain", "GainAuto"),
        ("automatic white balance", "BalanceWhiteAuto"),
    )
    wanted += [
        feature(words, name, "Off")
        for words, name in automatic
        if device.is_feature_available(name)
    ]
    if settings.exposure_us is not None:
        value = float(settings.exposure_us)
        write, read = partial(camera.set_exposure_time, value), camera.get_exposure_time
        wanted.append(Setting("exposure", value, write, read, 0.5))
    if settings.gain is not None:
        value = float(settings.gain)
        wanted.append(
            Setting("gain", value, partial(camera.set_gain, value), camera.get_gain, 0.01)
        )
    for colour, ratio in settings.balance.items():
        channel = _Channel(device, colour)
        words = f"{colour} white balance"
        wanted.append(Setting(words, ratio, partial(channel.write, ratio), channel.read, 0.01))
    if settings.packet_size is not None:
        if not camera.is_gv_device():
            raise SettingsError("Only a GigE Vision camera takes a packet size: leave it out.")
        size = settings.packet_size
        wanted.append(
            Setting(
                "packet size",
                size,
                partial(camera.gv_set_packet_size, size),
                camera.gv_get_packet_size,
            )
        )
    return tuple(wanted)


class _Channel:
    """One colour of white balance, by the names of GenICam's standard features (SFNC)."""

    def __init__(self, device: Any, colour: str) -> None:
        self._device = device
        self._colour = colour.capitalize()

    def write(self, ratio: float) -> None:
        """Set its gain."""
        self._device.set_string_feature_value("BalanceRatioSelector", self._colour)
        self._device.set_float_feature_value("BalanceRatio", ratio)

    def read(self) -> float | str:
        """Its gain; `none` for a camera that has no such thing."""
        if not self._device.is_feature_available("BalanceRatio"):
            return "none"
        self._device.set_string_feature_value("BalanceRatioSelector", self._colour)
        return float(self._device.get_float_feature_value("BalanceRatio"))
