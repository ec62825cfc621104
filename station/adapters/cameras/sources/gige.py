"""A GigE Vision or USB3 Vision camera through Aravis: triggered by software, lossless."""

import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.sources.extras import extra
from station.adapters.cameras.sources.gige_settings import GigeSettings, written_in_order
from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.triggered import TriggeredSource

_REMEDY = (
    "GigE Vision cameras need Aravis:"
    " run `apt install gir1.2-aravis-0.8 python3-gi` and use the system's own Python version."
)
_SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"
_PATIENCE_US = 1_000_000
_ARMING_US = 500_000
_ARMING_TRIES = 3
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


class GigeSource(TriggeredSource):
    """Each frame is triggered after it was asked for, so none can be older than the wish.

    Settings are written when it is opened and read back then and before each evidence frame. It
    counts as open once it has answered a trigger: one that follows the start of the acquisition too
    closely is ignored. A frame with lost packets is triggered anew, thrice at most. Verified
    against Aravis' fake network camera, not on a camera.
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
        for setting in written_in_order(self._opened(), self._settings):
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
        self._arm()
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

    def _read_back(self, verb: str) -> dict[str, float]:
        properties: dict[str, float] = {}
        try:
            for setting in written_in_order(self._opened(), self._settings):
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

    def _arm(self) -> None:
        """Trigger until a frame comes, and leave none of these behind; OSError if none comes."""
        for triggered in range(1, _ARMING_TRIES + 1):
            self._trigger()
            if self._swept(triggered):
                return
        raise self._lost()

    def _swept(self, most: int) -> bool:
        """Whether any of the frames came that were triggered; an earlier one may be just late."""
        came = 0
        while came < most and (buffer := self._stream.timeout_pop_buffer(_ARMING_US)) is not None:
            self._stream.push_buffer(buffer)
            came += 1
        return came > 0

    def _trigger(self) -> None:
        try:
            self._opened().software_trigger()
        except self._error as error:
            raise self._lost() from error

    def _triggered_frame(self) -> tuple[NDArray[Any], float] | None:
        """One frame and when it was triggered; None if parts of it were lost on the way."""
        self._opened()
        stream = self._stream
        while (late := stream.try_pop_buffer()) is not None:
            stream.push_buffer(late)
        triggered_s = time.monotonic()
        self._trigger()
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
