"""Basler cameras in pypylon's emulation, where the extra is installed."""

import importlib.util
from collections.abc import Iterator

import pytest

from station.adapters.cameras.sources.basler import BaslerSource
from station.adapters.cameras.sources.listing import basler_cameras
from station.adapters.cameras.sources.source import SettingsError
from station.adapters.cameras.sources.triggered import TriggeredSettings

SERIAL = "0815-0000"
SETTINGS = TriggeredSettings(640, 480, "BGR8Packed", exposure_us=5_000, gain=2)

# SWIG's modules warn when they are loaded, and crash where that is an error.
pytestmark = pytest.mark.filterwarnings("ignore:builtin type:DeprecationWarning")

INSTALLED = importlib.util.find_spec("pypylon") is not None
emulated = pytest.mark.skipif(not INSTALLED, reason="pypylon is not installed: extra `basler`")


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaslerSource]:
    # Read once, when pylon is first loaded by this process.
    monkeypatch.setenv("PYLON_CAMEMU", "2")
    source = BaslerSource(SERIAL, SETTINGS)
    yield source
    source.close()


@emulated
def test_frames_are_triggered_lossless_and_of_the_size_asked_for(source: BaslerSource) -> None:
    properties = source.open()
    source._camera.TestImageSelector.Value = "Testimage2"

    frames = [source.grab("bright") for _ in range(10)]
    look = source.look()

    assert properties["exposure"] == 5_000
    assert properties["gain"] == pytest.approx(2, abs=0.01)
    assert {frame.pixels.shape for frame in frames} == {(480, 640, 3)}
    assert len({frame.pixels.tobytes() for frame in frames}) == 10
    assert [frame.sequence for frame in frames] == list(range(1, 11))
    assert look.shape == (180, 320, 3)


@emulated
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (TriggeredSettings(99_999, 480, "Mono8"), r"its width: 99999 was asked, it has \d+\."),
        (TriggeredSettings(640, 480, "Blue"), "its pixel format: Blue was asked, it has Mono8"),
        (TriggeredSettings(640, 480, "Mono8", gain=-5), "its gain: -5 was asked, it has"),
        (
            TriggeredSettings(640, 480, "Mono8", balance={"blue": 2}),
            "its blue white balance: 2.0 was asked, it has none",
        ),
    ],
)
def test_a_setting_that_is_not_taken_is_named(
    settings: TriggeredSettings, said: str, source: BaslerSource
) -> None:
    other = BaslerSource("0815-0001", settings)

    with pytest.raises(SettingsError, match=said):
        other.open()
    other.close()


@emulated
def test_drift_is_found_before_the_next_frame_becomes_evidence(source: BaslerSource) -> None:
    source.open()
    source.grab("bright")
    source._camera.ExposureTime.Value = 9_000

    with pytest.raises(SettingsError, match=r"lost its exposure: 5000.0 was asked, it has 9000"):
        source.grab("bright")


@emulated
def test_a_torn_frame_is_triggered_anew_and_one_that_stays_torn_is_refused(
    source: BaslerSource,
) -> None:
    source.open()
    source._camera.ForceFailedBufferCount.Value = 1
    source._camera.ForceFailedBuffer.Execute()
    assert source.grab("bright").pixels.shape == (480, 640, 3)

    source._camera.ForceFailedBufferCount.Value = 50
    source._camera.ForceFailedBuffer.Execute()
    with pytest.raises(LookupError, match="come with gaps"):
        source.grab("bright")


@emulated
def test_the_camera_is_listed_and_says_who_it_is(source: BaslerSource) -> None:
    source.open()

    listed = {camera.address: camera.identity for camera in basler_cameras()}
    assert listed[SERIAL] == source.identity()


@emulated
def test_a_camera_that_is_not_there_is_a_sentence(source: BaslerSource) -> None:
    with pytest.raises(OSError, match="The Basler camera 9 cannot be opened: check its cable"):
        BaslerSource("9", SETTINGS).open()


@pytest.mark.skipif(INSTALLED, reason="pypylon is installed")
def test_without_the_extra_the_camera_says_what_to_install() -> None:
    with pytest.raises(OSError, match="install Regrade with its extra `basler`"):
        BaslerSource(SERIAL, SETTINGS).open()
