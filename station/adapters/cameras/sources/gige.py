"""A GigE Vision or USB3 Vision camera through Aravis: triggered by software, lossless."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.sources.extras import extra
from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.triggered import TriggeredSource

_REMEDY = (
    "GigE Vision cameras need Aravis:"
    " run `apt install gir1.2-aravis-0.8 python3-gi` and use the system's own Python version."
)
_SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"
_PATIENCE_US = 1_000_000
_BUFFERS = 4

# OpenCV names a Bayer pattern by its second row, GenICam by its first.
_TO_BGR: dict[str, int | None] = {
    "Mono8": None,
    "BGR8": None,
    "RGB8": cv2.COLOR_RGB2BGR,
    "BayerRG8": cv2.COLOR_BayerBG2BGR,
    "BayerBG8": cv2.COLOR_BayerRG2BGR,
    "BayerGR8": cv2.COLOR_BayerGB2BGR,
    "BayerGB8": cv2.COLOR_BayerGR2BGR,
}
_COLOURS = ("RGB8", "BGR8")


@dataclass(frozen=True, slots=True)
class GigeSettings:
    """What the camera must have; None leaves a value as the camera has it, its automatic off.

    `exposure_us` is in microseconds, `gain` in the camera's own units. The pixel format is one of
    Mono8, RGB8, BGR8 and the 8-bit Bayer patterns. `balance` are the gains of white balance by
    colour (`red`, `green`, `blue`), `packet_size` is in bytes: large ones, where the network takes
    them, are lost more seldom.
    """

    width: int
    height: int
    pixel_format: str
    exposure_us: float | None = None
    gain: float | None = None
    balance: Mapping[str, float] = field(default_factory=dict)
    packet_size: int | None = None


@dataclass(frozen=True, slots=True)
class _Setting:
    words: str
    value: float | str
    write: Callable[[], object]
    read: Callable[[], float | str]
    tolerance: float = 0.0

    def holds(self, value: float | str) -> bool:
        if isinstance(value, str) or isinstance(self.value, str):
            return value == self.value
        return abs(value - self.value) <= self.tolerance


class GigeSource(TriggeredSource):
    """Each frame is triggered after it was asked for, so none can be older than the wish.

    Settings are written when it is opened and read back then and before each evidence frame. A
    frame with lost packets is triggered anew, thrice at most. Verified against Aravis' fake network
    camera, not on a camera.
    """

    def __init__(self, device: str, settings: GigeSettings) -> None:
        """`device` is what Aravis knows it by: its id (vendor, model, serial) or its address."""
        super().__init__(f"the camera {device}")
        self._device = device
        self._settings = settings
        self._aravis: Any = None
        self._error: type[Exception] = Exception
        self._camera: Any = None
        self._stream: Any = None

    def open(self) -> dict[str, float]:
        """Open and set it; OSError without Aravis or camera, SettingsError if it has others."""
        if self._settings.pixel_format not in _TO_BGR:
            raise SettingsError(
                f"{self._settings.pixel_format} cannot be kept: choose one of {', '.join(_TO_BGR)}."
            )
        aravis, glib = aravis_bindings()
        self._aravis, self._error = aravis, glib.Error
        try:
            self._camera = aravis.Camera.new(self._device)
        except self._error as error:
            raise OSError(
                f"There is no camera {self._device}: check its cable, its network and its name."
            ) from error
        device = self._camera.get_device()
        # What is read back must come from the camera, and what it cannot take must not be written.
        device.set_register_cache_policy(aravis.RegisterCachePolicy.DISABLE)
        device.set_range_check_policy(aravis.RangeCheckPolicy.ENABLE)
        for setting in self._settled():
            with suppress(self._error):  # what it has instead is said when it is read back
                setting.write()
        properties = self._read_back("does not take")
        try:
            self._camera.set_trigger("Software")
            self._stream = self._camera.create_stream(None, None)
            payload = self._camera.get_payload()
            for _ in range(_BUFFERS):
                self._stream.push_buffer(aravis.Buffer.new_allocate(payload))
            self._camera.start_acquisition()
        except self._error as error:
            raise SettingsError(
                f"The camera {self._device} does not take a software trigger: choose another one."
            ) from error
        return properties

    def identity(self) -> str:
        """Its vendor, model and serial number: an address alone names no camera."""
        camera = self._opened()
        try:
            names = (
                camera.get_vendor_name(),
                camera.get_model_name(),
                camera.get_device_serial_number(),
            )
        except self._error as error:
            raise self._lost() from error
        return "-".join(names)

    def close(self) -> None:
        """Let go of the camera."""
        if self._camera is not None:
            with suppress(self._error):
                self._camera.stop_acquisition()
            self._stream = self._camera = None

    def _settled(self) -> tuple[_Setting, ...]:
        """The settings in the order in which they can be set."""
        settings, camera = self._settings, self._opened()
        device = camera.get_device()

        def feature(words: str, name: str, value: str) -> _Setting:
            return _Setting(
                words,
                value,
                partial(device.set_string_feature_value, name, value),
                partial(device.get_string_feature_value, name),
            )

        wanted = [feature("pixel format", "PixelFormat", settings.pixel_format)]
        region = partial(camera.set_region, 0, 0, settings.width, settings.height)
        wanted += [
            _Setting("width", settings.width, region, lambda: camera.get_region()[2]),
            _Setting("height", settings.height, region, lambda: camera.get_region()[3]),
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
            wanted.append(_Setting("exposure", value, write, read, 0.5))
        if settings.gain is not None:
            value = float(settings.gain)
            wanted.append(
                _Setting("gain", value, partial(camera.set_gain, value), camera.get_gain, 0.01)
            )
        for colour, ratio in settings.balance.items():
            channel = _Channel(device, colour)
            words = f"{colour} white balance"
            wanted.append(_Setting(words, ratio, partial(channel.write, ratio), channel.read, 0.01))
        if settings.packet_size is not None:
            size = settings.packet_size
            wanted.append(
                _Setting(
                    "packet size",
                    size,
                    partial(camera.gv_set_packet_size, size),
                    camera.gv_get_packet_size,
                )
            )
        return tuple(wanted)

    def _read_back(self, verb: str) -> dict[str, float]:
        properties: dict[str, float] = {}
        try:
            for setting in self._settled():
                value = setting.read()
                if not setting.holds(value):
                    raise SettingsError(
                        f"The camera {self._device} {verb} its {setting.words}:"
                        f" {setting.value} was asked, it has {value}."
                    )
                if not isinstance(value, str):
                    properties[setting.words] = float(value)
        except self._error as error:
            raise self._lost() from error
        return properties

    def _triggered_frame(self) -> tuple[NDArray[Any], float] | None:
        """One frame and when it was triggered; None if parts of it were lost on the way."""
        camera, stream = self._opened(), self._stream
        while (late := stream.try_pop_buffer()) is not None:
            stream.push_buffer(late)
        triggered_s = time.monotonic()
        try:
            camera.software_trigger()
        except self._error as error:
            raise self._lost() from error
        buffer = stream.timeout_pop_buffer(_PATIENCE_US)
        if buffer is None:
            raise self._lost()
        try:
            if buffer.get_status() != self._aravis.BufferStatus.SUCCESS:
                return None
            return self._pixels(buffer), triggered_s
        finally:
            stream.push_buffer(buffer)

    def _pixels(self, buffer: Any) -> NDArray[Any]:
        """The buffer's pixels as grey or BGR, in memory of their own."""
        name = self._settings.pixel_format
        width, height = buffer.get_image_width(), buffer.get_image_height()
        shape = (height, width, 3)[: 3 if name in _COLOURS else 2]
        raw = np.frombuffer(buffer.get_data(), np.uint8)
        if raw.size != np.prod(shape):
            raise OSError(f"The camera {self._device} delivered a torn picture: check its cable.")
        pixels = raw.reshape(shape)
        conversion = _TO_BGR[name]
        return pixels.copy() if conversion is None else cv2.cvtColor(pixels, conversion)

    def _opened(self) -> Any:
        if self._camera is None:
            raise OSError(f"The camera {self._device} is not open.")
        return self._camera

    def _lost(self) -> OSError:
        return OSError(f"The camera {self._device} is lost: check its cable and power.")


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


def aravis_bindings() -> tuple[Any, Any]:
    """Aravis and GLib; OSError where they are not installed.

    PyGObject comes with the system only, so an environment of our own looks for it there, and
    finds nothing else there.
    """
    sys.path.append(_SYSTEM_PACKAGES)
    try:
        gi = extra("gi", _REMEDY)
        try:
            gi.require_version("Aravis", "0.8")
        except ValueError as error:
            raise OSError(_REMEDY) from error
        return extra("gi.repository.Aravis", _REMEDY), extra("gi.repository.GLib", _REMEDY)
    finally:
        sys.path.remove(_SYSTEM_PACKAGES)
