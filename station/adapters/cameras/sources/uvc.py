"""A USB video camera through V4L2, with its settings proved by reading them back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.sources.pictures import JPEG, live
from station.adapters.cameras.sources.source import Exposure, PixelExposure, SettingsError
from station.adapters.cameras.sources.usb import SYSFS, on_the_same_bus, usb_identity

MJPG = "MJPG"
YUYV = "YUYV"

_DRIVER_BUFFERS = 4
_QUARTER = cv2.IMREAD_REDUCED_COLOR_4
_MANUAL = 1.0
_EXPOSURE_UNIT_US = 100
_ABSENT = -1.0
"""What OpenCV's V4L2 reads from a control that the camera does not have."""


class Capture(Protocol):
    """The part of `cv2.VideoCapture` that is used here."""

    def isOpened(self) -> bool: ...  # noqa: N802  OpenCV's name
    def set(self, propId: int, value: float) -> bool: ...  # noqa: N803  OpenCV's name
    def get(self, propId: int) -> float: ...  # noqa: N803  OpenCV's name
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, NDArray[Any] | None]: ...
    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class UvcSettings:
    """What the camera must have; None leaves a value as the camera has it, its automatic off.

    `exposure_us` is in microseconds, a multiple of 100, which is the driver's step; `gain` and
    `focus` are in the camera's own units.
    """

    width: int
    height: int
    pixel_format: str = MJPG
    exposure_us: int | None = None
    gain: float | None = None
    white_balance_k: int | None = None
    focus: float | None = None


@dataclass(frozen=True, slots=True)
class _Setting:
    words: str
    name: int
    value: float
    unit: str = ""
    optional: bool = False
    step: float = 1

    def said(self, value: float) -> str:
        if self.name == cv2.CAP_PROP_FOURCC:
            return _letters(value)
        if value == _ABSENT:
            return "none"
        return f"{value * self.step:g}{self.unit}"


class UvcSource:
    """Motion JPEG as the camera delivers it, or YUYV kept as PNG; only with the settings asked for.

    Every setting is read back after all are set, before every frame that may become evidence, and
    at every `check_every`th preview: SettingsError names the setting, what was asked and what the
    camera has. The driver answers for most controls from what it was last told, so a camera that
    changes one by itself and does not report it is not found out here; the picture must tell.

    Written from the driver's documentation and tested against a capture object that lies, not on
    a camera.
    """

    def __init__(
        self,
        device: str,
        settings: UvcSettings,
        check_every: int = 40,
        open_device: Callable[[str, int], Capture] = cv2.VideoCapture,
        sysfs: Path = SYSFS,
    ) -> None:
        """`device` is a stable path such as `/dev/v4l/by-id/…`."""
        self._device = device
        self._settings = settings
        self._check_every = check_every
        self._open_device = open_device
        self._sysfs = sysfs
        self._streams = False
        self._wanted: tuple[_Setting, ...] = ()
        self._capture: Capture | None = None
        self._sequence = 0
        self._looks = 0

    def open(self) -> dict[str, float]:
        """Open and set the camera; OSError if it is absent, SettingsError if it has others."""
        if not Path(self._device).exists():
            raise OSError(f"There is no camera at {self._device}: plug it in or correct the path.")
        try:
            capture = self._open_device(self._device, cv2.CAP_V4L2)
        except cv2.error as error:
            raise self._unopened() from error
        self._capture = capture
        if not capture.isOpened():
            raise self._unopened()
        # What waits in the driver's buffers is old; one that keeps its own number is seen by stamp.
        self._ask(capture.set, cv2.CAP_PROP_BUFFERSIZE, 1)
        wanted = _wanted(self._settings)
        for setting in wanted:
            # Drivers report success for values they did not take; what is read back counts.
            self._ask(capture.set, setting.name, setting.value)
        self._wanted = wanted
        return self._read_back("does not take")

    def identity(self) -> str:
        """Its USB vendor, product and serial number; its socket where it has no serial number."""
        return usb_identity(self._device, self._sysfs)

    def grab(self, light: str) -> Exposure | PixelExposure:  # noqa: ARG002  a camera sees the light by itself
        """The next frame, with the driver's own time of it."""
        self._read_back("has lost")
        pixels, stamp = self._frame()
        self._sequence += 1
        if self._settings.pixel_format == MJPG:
            return Exposure(pixels.tobytes(), JPEG, self._sequence, stamp)
        return PixelExposure(pixels, self._sequence, stamp)

    def look(self) -> NDArray[np.uint8]:
        """The next frame, decoded at a quarter of its size."""
        self._looks += 1
        if self._looks % self._check_every == 0:
            self._read_back("has lost")
        pixels, _ = self._frame()
        if self._settings.pixel_format != MJPG:
            return live(pixels)
        small = cv2.imdecode(np.frombuffer(pixels.tobytes(), np.uint8), _QUARTER)
        if small is None:
            raise LookupError(f"The camera at {self._device} delivered a torn picture.")
        return live(small)

    def close(self) -> None:
        """Let go of the camera."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _read_back(self, verb: str) -> dict[str, float]:
        capture = self._opened()
        properties: dict[str, float] = {}
        for setting in self._wanted:
            value = self._ask(capture.get, setting.name)
            properties[setting.words] = value
            if value != setting.value and not (setting.optional and value == _ABSENT):
                raise SettingsError(
                    f"The camera at {self._device} {verb} its {setting.words}:"
                    f" {setting.said(setting.value)} was asked, it has {setting.said(value)}."
                )
        return properties

    def _frame(self) -> tuple[NDArray[Any], float]:
        capture = self._opened()
        before = time.monotonic()
        self._advance(capture)
        # V4L2 stamps buffers with the monotonic clock.
        stamp = self._ask(capture.get, cv2.CAP_PROP_POS_MSEC) / 1000
        if not 0 < stamp <= time.monotonic():
            # Without a stamp only a frame behind every one that was waiting is surely new.
            for _ in range(_DRIVER_BUFFERS):
                self._advance(capture)
            stamp = before
        good, pixels = self._ask(capture.retrieve)
        if not good or pixels is None or pixels.size == 0:
            raise OSError(f"The camera at {self._device} delivered nothing: check its cable.")
        return pixels, stamp

    def _advance(self, capture: Capture) -> None:
        if not self._ask(capture.grab):
            raise self._lost() if self._streams else self._unstarted()
        self._streams = True

    def _ask(self, call: Callable[..., Any], *arguments: float) -> Any:
        try:
            return call(*arguments)
        except cv2.error as error:
            raise self._lost() from error

    def _opened(self) -> Capture:
        if self._capture is None:
            raise OSError(f"The camera at {self._device} is not open.")
        return self._capture

    def _lost(self) -> OSError:
        return OSError(f"The camera at {self._device} is lost: check its cable.")

    def _unstarted(self) -> OSError:
        """It took its settings and then sent nothing: the kernel had no bandwidth for it."""
        others = on_the_same_bus(self._device, self._sysfs)
        shared = f", which it shares with {' and '.join(others)}," if others else ""
        return OSError(
            f"The camera at {self._device} does not start to send: its USB bus{shared} may be"
            " full; plug it into another controller's socket, or choose MJPG or a smaller size."
        )

    def _unopened(self) -> OSError:
        return OSError(f"The camera at {self._device} cannot be opened: is it in use elsewhere?")


def _wanted(settings: UvcSettings) -> tuple[_Setting, ...]:
    """What to set, in this order: the driver forgets the size when the format changes, and takes
    no value for what it still chooses by itself."""
    raw = 0.0 if settings.pixel_format == MJPG else 1.0
    wanted = [
        _Setting("pixel format", cv2.CAP_PROP_FOURCC, _code(settings.pixel_format)),
        _Setting("width", cv2.CAP_PROP_FRAME_WIDTH, float(settings.width), " px"),
        _Setting("height", cv2.CAP_PROP_FRAME_HEIGHT, float(settings.height), " px"),
        _Setting("conversion to RGB", cv2.CAP_PROP_CONVERT_RGB, raw),
        _Setting("automatic exposure", cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL, optional=True),
        _Setting("automatic white balance", cv2.CAP_PROP_AUTO_WB, 0.0, optional=True),
        _Setting("automatic focus", cv2.CAP_PROP_AUTOFOCUS, 0.0, optional=True),
    ]
    if settings.exposure_us is not None:
        steps = settings.exposure_us / _EXPOSURE_UNIT_US
        step = _EXPOSURE_UNIT_US
        wanted.append(_Setting("exposure", cv2.CAP_PROP_EXPOSURE, steps, " µs", step=step))
    for words, name, value, unit in (
        ("gain", cv2.CAP_PROP_GAIN, settings.gain, ""),
        ("white balance", cv2.CAP_PROP_WB_TEMPERATURE, settings.white_balance_k, " K"),
        ("focus", cv2.CAP_PROP_FOCUS, settings.focus, ""),
    ):
        if value is not None:
            wanted.append(_Setting(words, name, float(value), unit))
    return tuple(wanted)


def _code(letters: str) -> float:
    return float(cv2.VideoWriter.fourcc(*letters))


def _letters(code: float) -> str:
    raw = int(code).to_bytes(4, "little", signed=True)
    return raw.decode("ascii", "replace") if raw.isascii() and raw.strip(b"\0") else f"{code:g}"
