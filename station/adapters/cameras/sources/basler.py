"""A Basler camera through pypylon: triggered by software, lossless."""

import time
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from numpy.typing import NDArray

from station.adapters.cameras.sources.extras import extra
from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.triggered import TriggeredSettings, TriggeredSource

BASLER_REMEDY = "Basler cameras need pypylon: install Regrade with its extra `basler`."
_PATIENCE_MS = 1_000


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting under the names that different series have for it.

    One that exists for each colour counts for that which the `selector` names.
    """

    words: str
    names: tuple[str, ...]
    value: object
    optional: bool = False
    tolerance: float = 0.0
    selector: str = ""


class BaslerSource(TriggeredSource):
    """Each frame is triggered after it was asked for, so none can be older than the wish.

    Settings are written when it is opened and read back then and before each evidence frame.
    Verified in pypylon's camera emulation, not on a camera.
    """

    def __init__(self, serial: str, settings: TriggeredSettings) -> None:
        super().__init__(f"the Basler camera {serial}")
        self._serial = serial
        self._settings = settings
        self._wanted = _wanted(settings)
        self._pylon: ModuleType | None = None
        self._camera: Any = None
        self._converter: Any = None

    def open(self) -> dict[str, float]:
        """Open and set it; OSError without pypylon or camera, SettingsError if it has others."""
        pylon = self._pylon = extra("pypylon.pylon", BASLER_REMEDY)
        wish = pylon.DeviceInfo()
        wish.SetSerialNumber(self._serial)
        try:
            device = pylon.TlFactory.GetInstance().CreateDevice(wish)
            self._camera = pylon.InstantCamera(device)
            self._camera.Open()
        except pylon.GenericException as error:
            raise OSError(
                f"The Basler camera {self._serial} cannot be opened:"
                " check its cable, and that nothing else uses it."
            ) from error
        for setting in self._wanted:
            self._write(setting)
        properties = self._read_back("does not take")
        self._converter = pylon.ImageFormatConverter()
        self._converter.OutputPixelFormat = pylon.PixelType_BGR8packed
        try:
            self._camera.StartGrabbing(pylon.GrabStrategy_OneByOne)
        except pylon.GenericException as error:
            raise self._lost() from error
        return properties

    def identity(self) -> str:
        """Its model and serial number."""
        info = self._camera.GetDeviceInfo() if self._camera is not None else None
        return f"{info.GetModelName()}:{info.GetSerialNumber()}" if info else ""

    def close(self) -> None:
        """Let go of the camera."""
        if self._camera is not None:
            self._camera.Close()
            self._camera = None

    def _write(self, setting: _Setting) -> None:
        pylon = self._needed()
        node = self._node(setting)
        if node is None:
            return
        try:
            node.Value = setting.value
        except pylon.GenericException:
            # The camera rejects the value; what it has instead is said when it is read back.
            return

    def _read_back(self, verb: str) -> dict[str, float]:
        pylon = self._needed()
        properties: dict[str, float] = {}
        for setting in self._wanted:
            node = self._node(setting)
            if node is None and setting.optional:
                continue
            try:
                value = None if node is None else node.Value
            except pylon.GenericException as error:
                raise self._lost() from error
            if not _same(value, setting):
                raise SettingsError(
                    f"The Basler camera {self._serial} {verb} its {setting.words}:"
                    f" {setting.value} was asked, it has {'none' if value is None else value}."
                )
            if isinstance(value, (int, float)):
                properties[setting.words] = float(value)
        return properties

    def _node(self, setting: _Setting) -> Any:
        pylon = self._needed()
        for name in setting.names:
            try:
                if setting.selector:
                    self._camera.BalanceRatioSelector.Value = setting.selector
                node = getattr(self._camera, name)
                if node.IsReadable():
                    return node
            except pylon.GenericException:
                continue
        return None

    def _triggered_frame(self) -> tuple[NDArray[Any], float] | None:
        """One frame and when it was triggered; None if parts of it were lost on the way."""
        pylon, camera = self._needed(), self._camera
        try:
            if not camera.WaitForFrameTriggerReady(_PATIENCE_MS, pylon.TimeoutHandling_Return):
                raise self._lost()
            triggered_s = time.monotonic()
            camera.ExecuteSoftwareTrigger()
            result = camera.RetrieveResult(_PATIENCE_MS, pylon.TimeoutHandling_Return)
            if not result.IsValid():
                raise self._lost()
            try:
                if not result.GrabSucceeded():
                    return None
                return self._converter.Convert(result).GetArray(), triggered_s
            finally:
                result.Release()
        except pylon.GenericException as error:
            raise self._lost() from error

    def _needed(self) -> ModuleType:
        if self._pylon is None or self._camera is None:
            raise OSError(f"The Basler camera {self._serial} is not open.")
        return self._pylon

    def _lost(self) -> OSError:
        return OSError(f"The Basler camera {self._serial} is lost: check its cable and power.")


def _wanted(settings: TriggeredSettings) -> tuple[_Setting, ...]:
    """What to set, in this order: a size is bound by the offset, a value by its automatic."""
    wanted = [
        _Setting("pixel format", ("PixelFormat",), settings.pixel_format),
        _Setting("horizontal offset", ("OffsetX",), 0, optional=True),
        _Setting("vertical offset", ("OffsetY",), 0, optional=True),
        _Setting("width", ("Width",), settings.width),
        _Setting("height", ("Height",), settings.height),
        _Setting("automatic exposure", ("ExposureAuto",), "Off", optional=True),
        _Setting("automatic gain", ("GainAuto",), "Off", optional=True),
        _Setting("automatic white balance", ("BalanceWhiteAuto",), "Off", optional=True),
    ]
    if settings.exposure_us is not None:
        names = ("ExposureTime", "ExposureTimeAbs")
        wanted.append(_Setting("exposure", names, float(settings.exposure_us), tolerance=0.5))
    if settings.gain is not None:
        wanted.append(_Setting("gain", ("Gain", "GainRaw"), settings.gain, tolerance=0.01))
    wanted += [
        _Setting(
            f"{colour} white balance",
            ("BalanceRatio", "BalanceRatioAbs"),
            float(ratio),
            tolerance=0.01,
            selector=colour.capitalize(),
        )
        for colour, ratio in settings.balance.items()
    ]
    wanted += [
        _Setting("trigger selector", ("TriggerSelector",), "FrameStart"),
        _Setting("trigger mode", ("TriggerMode",), "On"),
        _Setting("trigger source", ("TriggerSource",), "Software"),
    ]
    return tuple(wanted)


def _same(value: object, setting: _Setting) -> bool:
    wanted = setting.value
    if isinstance(value, (int, float)) and isinstance(wanted, (int, float)):
        return abs(value - wanted) <= setting.tolerance
    return value == wanted
