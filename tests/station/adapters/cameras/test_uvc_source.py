"""A USB camera is believed only as far as its settings can be read back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.uvc import YUYV, UvcSettings, UvcSource

WIDTH, HEIGHT = 320, 240
FULL = UvcSettings(WIDTH, HEIGHT, exposure_us=20_000, gain=4, white_balance_k=5_000, focus=30)


class PluggedCamera:
    """A camera behind OpenCV's V4L2 backend: absolute controls, a clamp, a stamp for each frame."""

    def __init__(self) -> None:
        self.controls: dict[int, float] = {
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"YUYV")),
            cv2.CAP_PROP_FRAME_WIDTH: 640.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 480.0,
            cv2.CAP_PROP_CONVERT_RGB: 1.0,
            cv2.CAP_PROP_BUFFERSIZE: 4.0,
            cv2.CAP_PROP_AUTO_EXPOSURE: 3.0,
            cv2.CAP_PROP_EXPOSURE: 156.0,
            cv2.CAP_PROP_GAIN: 0.0,
            cv2.CAP_PROP_AUTO_WB: 1.0,
            cv2.CAP_PROP_WB_TEMPERATURE: 4_600.0,
            cv2.CAP_PROP_AUTOFOCUS: 1.0,
            cv2.CAP_PROP_FOCUS: 0.0,
        }
        self.order: list[int] = []
        self.stuck: set[int] = set()
        self.forced: dict[int, float] = {}
        self.raises: set[str] = set()
        self.opened = True
        self.unplugged = self.empty = False
        self.picture_size: tuple[int, int] | None = None
        self.stamped = False
        self.released = False
        self.frames = 0

    def open(self, device: str, backend: int) -> "PluggedCamera":
        assert backend == cv2.CAP_V4L2
        self._may_raise("open")
        return self

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return self.opened

    def set(self, propId: int, value: float) -> bool:  # noqa: N803  OpenCV's name
        self._may_raise("set")
        self.order.append(propId)
        if propId == cv2.CAP_PROP_FOURCC:
            # As the driver does: another format, the size of its own again.
            self.controls[cv2.CAP_PROP_FRAME_WIDTH] = 640.0
            self.controls[cv2.CAP_PROP_FRAME_HEIGHT] = 480.0
        automatic = {
            cv2.CAP_PROP_EXPOSURE: self.controls.get(cv2.CAP_PROP_AUTO_EXPOSURE) == 3.0,
            cv2.CAP_PROP_WB_TEMPERATURE: self.controls.get(cv2.CAP_PROP_AUTO_WB) == 1.0,
            cv2.CAP_PROP_FOCUS: self.controls.get(cv2.CAP_PROP_AUTOFOCUS) == 1.0,
        }
        if propId not in self.controls:
            return False
        if propId not in self.stuck and not automatic.get(propId, False):
            self.controls[propId] = self.forced.get(propId, value)
        return True

    def get(self, propId: int) -> float:  # noqa: N803  OpenCV's name
        self._may_raise("get")
        if propId == cv2.CAP_PROP_POS_MSEC:
            return float(cv2.getTickCount() / cv2.getTickFrequency() * 1e3) if self.stamped else 0.0
        return self.controls.get(propId, -1.0)

    def grab(self) -> bool:
        self._may_raise("grab")
        self.frames += 1
        return not self.unplugged

    def retrieve(self) -> tuple[bool, NDArray[Any] | None]:
        self._may_raise("retrieve")
        if self.empty:
            return True, np.zeros((0,), np.uint8)
        width, height = self.picture_size or (
            int(self.controls[cv2.CAP_PROP_FRAME_WIDTH]),
            int(self.controls[cv2.CAP_PROP_FRAME_HEIGHT]),
        )
        pixels = np.full((height, width, 3), self.frames % 200, np.uint8)
        if self.controls[cv2.CAP_PROP_CONVERT_RGB]:
            return True, pixels
        return True, cv2.imencode(".jpg", pixels)[1].reshape(1, -1)

    def release(self) -> None:
        self.released = True

    def _may_raise(self, call: str) -> None:
        if call in self.raises:
            raise cv2.error(f"{call} failed")


Plug = Callable[..., UvcSource]


@pytest.fixture
def camera() -> PluggedCamera:
    return PluggedCamera()


@pytest.fixture
def plug(tmp_path: Path, camera: PluggedCamera) -> Plug:
    device = tmp_path / "bench-camera"
    device.touch()
    return partial(UvcSource, str(device), open_device=camera.open)


def size_of(evidence: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(evidence, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


def test_a_camera_gets_all_its_settings_with_nothing_automatic(
    camera: PluggedCamera, plug: Plug
) -> None:
    properties = plug(FULL).open()

    assert properties["exposure"] == 200.0  # hundreds of microseconds, as V4L2 counts
    assert camera.controls[cv2.CAP_PROP_WB_TEMPERATURE] == 5_000.0
    assert camera.controls[cv2.CAP_PROP_FOCUS] == 30.0
    assert camera.controls[cv2.CAP_PROP_AUTO_EXPOSURE] == 1.0
    assert camera.controls[cv2.CAP_PROP_AUTO_WB] == 0.0
    assert camera.controls[cv2.CAP_PROP_AUTOFOCUS] == 0.0
    assert camera.order.index(cv2.CAP_PROP_FOURCC) < camera.order.index(cv2.CAP_PROP_FRAME_WIDTH)


def test_the_cameras_own_jpeg_is_the_evidence(camera: PluggedCamera, plug: Plug) -> None:
    source = plug(FULL)
    source.open()

    first, second = source.grab("bright"), source.grab("bright")

    assert first.media_type == "image/jpeg"
    assert first.evidence.startswith(b"\xff\xd8")
    assert size_of(first.evidence) == (WIDTH, HEIGHT)
    assert (first.sequence, second.sequence) == (1, 2)
    assert second.monotonic_s >= first.monotonic_s


def test_uncompressed_pixels_are_given_as_they_came(camera: PluggedCamera, plug: Plug) -> None:
    source = plug(UvcSettings(WIDTH, HEIGHT, pixel_format=YUYV))
    source.open()

    taken = source.grab("bright")

    assert taken.pixels.shape == (HEIGHT, WIDTH, 3)


def test_without_a_stamp_what_waited_in_the_driver_is_passed_over(
    camera: PluggedCamera, plug: Plug
) -> None:
    source = plug(FULL)
    source.open()
    source.grab("bright")
    assert camera.frames == 5

    camera.stamped = True
    source.grab("bright")
    assert camera.frames == 6


def test_a_camera_without_automatic_modes_needs_none_switched_off(
    camera: PluggedCamera, plug: Plug
) -> None:
    for automatic in (
        cv2.CAP_PROP_AUTO_EXPOSURE,
        cv2.CAP_PROP_AUTO_WB,
        cv2.CAP_PROP_AUTOFOCUS,
    ):
        del camera.controls[automatic]

    assert plug(FULL).open()["automatic focus"] == -1.0


@pytest.mark.parametrize(
    ("control", "forced", "said"),
    [
        (cv2.CAP_PROP_FOURCC, 1448695129.0, "its pixel format: MJPG was asked, it has YUYV."),
        (cv2.CAP_PROP_FRAME_WIDTH, 640.0, "its width: 320 px was asked, it has 640 px."),
        (cv2.CAP_PROP_FRAME_HEIGHT, 200.0, "its height: 240 px was asked, it has 200 px."),
        (cv2.CAP_PROP_CONVERT_RGB, 1.0, "its conversion to RGB: 0 was asked, it has 1."),
        (cv2.CAP_PROP_AUTO_EXPOSURE, 3.0, "its automatic exposure: 1 was asked, it has 3."),
        (cv2.CAP_PROP_EXPOSURE, 156.0, "its exposure: 20000 µs was asked, it has 15600 µs."),
        (cv2.CAP_PROP_GAIN, 3.0, "its gain: 4 was asked, it has 3."),
        (cv2.CAP_PROP_AUTO_WB, 1.0, "its automatic white balance: 0 was asked, it has 1."),
        (cv2.CAP_PROP_WB_TEMPERATURE, 4_600.0, "balance: 5000 K was asked, it has 4600 K."),
        (cv2.CAP_PROP_AUTOFOCUS, 1.0, "its automatic focus: 0 was asked, it has 1."),
        (cv2.CAP_PROP_FOCUS, 25.0, "its focus: 30 was asked, it has 25."),
    ],
)
def test_success_with_another_value_is_refused_in_words(
    control: int, forced: float, said: str, camera: PluggedCamera, plug: Plug
) -> None:
    camera.forced[control] = forced

    with pytest.raises(SettingsError, match="does not take") as refused:
        plug(FULL).open()

    assert said in str(refused.value)


def test_a_setting_that_the_camera_lacks_is_refused(camera: PluggedCamera, plug: Plug) -> None:
    del camera.controls[cv2.CAP_PROP_FOCUS]

    with pytest.raises(SettingsError, match="its focus: 30 was asked, it has none"):
        plug(FULL).open()


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        (cv2.CAP_PROP_EXPOSURE, 156.0, "has lost its exposure: 20000 µs was asked"),
        (cv2.CAP_PROP_AUTO_WB, 1.0, "has lost its automatic white balance: 0 was asked"),
        (cv2.CAP_PROP_FRAME_WIDTH, 640.0, "has lost its width: 320 px was asked, it has 640 px"),
    ],
)
def test_drift_is_found_before_the_next_frame_becomes_evidence(
    control: int, value: float, said: str, camera: PluggedCamera, plug: Plug
) -> None:
    source = plug(FULL)
    source.open()
    source.grab("bright")
    camera.controls[control] = value

    with pytest.raises(SettingsError, match=said):
        source.grab("bright")


def test_drift_is_found_while_nothing_is_pictured(camera: PluggedCamera, plug: Plug) -> None:
    source = plug(FULL, check_every=3)
    source.open()
    camera.controls[cv2.CAP_PROP_GAIN] = 9.0

    assert source.look().shape == source.look().shape == (180, 320, 3)
    with pytest.raises(SettingsError, match="has lost its gain: 4 was asked, it has 9"):
        source.look()


def test_pictures_of_another_size_keep_their_own_size_for_the_station_to_refuse(
    camera: PluggedCamera, plug: Plug
) -> None:
    source = plug(FULL)
    source.open()
    camera.picture_size = (160, 120)

    assert size_of(source.grab("bright").evidence) == (160, 120)


@pytest.mark.parametrize("call", ["open", "set", "get"])
def test_an_exception_while_opening_is_a_lost_camera(
    call: str, camera: PluggedCamera, plug: Plug
) -> None:
    camera.raises = {call}

    with pytest.raises(OSError, match=r"^The camera at .*[:].*[.?]$") as lost:
        plug(FULL).open()

    assert not isinstance(lost.value, SettingsError)


@pytest.mark.parametrize("call", ["get", "grab", "retrieve"])
def test_an_exception_while_picturing_is_a_lost_camera(
    call: str, camera: PluggedCamera, plug: Plug
) -> None:
    source = plug(FULL)
    source.open()
    camera.raises = {call}

    with pytest.raises(OSError, match="is lost: check its cable"):
        source.grab("bright")


def test_an_unplugged_or_empty_handed_camera_is_lost(camera: PluggedCamera, plug: Plug) -> None:
    source = plug(FULL)
    source.open()
    camera.empty = True
    with pytest.raises(OSError, match="delivered nothing"):
        source.grab("bright")

    camera.unplugged = True
    with pytest.raises(OSError, match="is lost"):
        source.look()


def test_a_torn_live_picture_is_passed_over_and_the_camera_stays(
    camera: PluggedCamera, plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = plug(FULL)
    source.open()
    monkeypatch.setattr(camera, "retrieve", lambda: (True, np.zeros((1, 64), np.uint8)))

    with pytest.raises(LookupError, match="torn"):
        source.look()
    monkeypatch.undo()
    assert source.look().shape == (180, 320, 3)


def test_a_camera_that_took_its_settings_and_sends_nothing_may_have_no_bandwidth(
    camera: PluggedCamera, plug: Plug
) -> None:
    source = plug(FULL)
    source.open()
    camera.unplugged = True

    with pytest.raises(OSError, match="does not start to send: its USB bus may be full; plug it"):
        source.grab("bright")


def test_a_camera_in_use_elsewhere_is_said_to_be(camera: PluggedCamera, plug: Plug) -> None:
    camera.opened = False
    source = plug(FULL)

    with pytest.raises(OSError, match="is it in use elsewhere"):
        source.open()

    source.close()
    assert camera.released
