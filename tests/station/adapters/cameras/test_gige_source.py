"""GigE Vision against Aravis' fake network camera, a process of its own on the loopback."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from machine_cameras import GVCP_PORT, network_camera_in_use

from station.adapters.cameras.sources.gige import GigeSource
from station.adapters.cameras.sources.gige_settings import GigeSettings
from station.adapters.cameras.sources.listing import gige_cameras
from station.adapters.cameras.sources.source import SettingsError

# PyGObject's importer is of an older kind.
pytestmark = pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning")

FAKE = "arv-fake-gv-camera-0.8"
ADDRESS = "127.0.0.1"
SETTINGS = GigeSettings(320, 240, "RGB8", exposure_us=3_000, gain=2)


def _missing() -> str:
    if shutil.which(FAKE) is None:
        return f"{FAKE} is not installed: apt install aravis-tools"
    if network_camera_in_use():
        return "another GigE Vision camera has the loopback"
    program = (
        "from station.adapters.cameras.sources.gige import aravis_bindings\n"
        "try:\n    aravis_bindings()\nexcept OSError as error:\n    print(error)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return asked.stdout.strip()


@pytest.fixture(scope="module")
def aravis() -> None:
    if reason := _missing():
        pytest.skip(reason)


def _started(*options: str) -> "subprocess.Popen[bytes]":
    fake = subprocess.Popen([FAKE, "-i", ADDRESS, "-s", "BENCH1", *options])
    # The control port is a UDP one: once it answers a discovery, the camera is there.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.1)
        for request in range(1, 100):
            discovery = bytes((0x42, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, request))
            try:
                asking.sendto(discovery, (ADDRESS, GVCP_PORT))
                asking.recv(1024)
            except OSError:
                continue
            return fake
    fake.kill()
    raise AssertionError("the fake camera does not answer")


@pytest.fixture
def camera(aravis: None) -> Iterator["subprocess.Popen[bytes]"]:
    fake = _started()
    yield fake
    fake.kill()
    fake.wait()


@pytest.fixture
def lossy_camera(aravis: None, lost_per_thousand: int) -> Iterator["subprocess.Popen[bytes]"]:
    fake = _started("-r", str(lost_per_thousand))
    yield fake
    fake.kill()
    fake.wait()


def test_frames_are_triggered_lossless_and_of_the_size_asked_for(
    camera: "subprocess.Popen[bytes]",
) -> None:
    source = GigeSource(ADDRESS, SETTINGS)
    properties = source.open()
    frames = [source.grab("bright") for _ in range(10)]
    look = source.look()
    source.close()

    assert properties == {"width": 320, "height": 240, "exposure": 3_000, "gain": 2}
    assert {frame.pixels.shape for frame in frames} == {(240, 320, 3)}
    assert len({frame.pixels.tobytes() for frame in frames}) == 10
    assert [frame.sequence for frame in frames] == list(range(1, 11))
    stamps = [frame.monotonic_s for frame in frames]
    assert stamps == sorted(stamps)
    assert look.shape == (180, 320, 3)


@pytest.mark.parametrize("pixel_format", ["Mono8", "BayerRG8", "BayerGB8"])
def test_every_offered_format_becomes_a_picture(
    pixel_format: str, camera: "subprocess.Popen[bytes]"
) -> None:
    source = GigeSource(ADDRESS, GigeSettings(320, 240, pixel_format))
    source.open()
    picture = source.grab("bright").pixels
    source.close()

    assert picture.shape[:2] == (240, 320)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (GigeSettings(9_000, 240, "RGB8"), r"does not take its width: 9000 was asked, it has \d+"),
        (GigeSettings(320, 240, "BGR8"), "its pixel format: BGR8 was asked, it has"),
        (GigeSettings(320, 240, "Mono16"), "Mono16 cannot be kept: choose one of Mono8"),
        (GigeSettings(320, 240, "RGB8", gain=99), "its gain: 99.0 was asked, it has"),
        (
            GigeSettings(320, 240, "RGB8", balance={"red": 1.5}),
            "its red white balance: 1.5 was asked, it has none",
        ),
    ],
)
def test_a_setting_that_is_not_taken_is_named(
    settings: GigeSettings, said: str, camera: "subprocess.Popen[bytes]"
) -> None:
    source = GigeSource(ADDRESS, settings)
    with pytest.raises(SettingsError, match=said):
        source.open()
    source.close()


def test_the_camera_says_who_it_is_and_takes_large_packets(
    camera: "subprocess.Popen[bytes]",
) -> None:
    source = GigeSource(ADDRESS, GigeSettings(320, 240, "RGB8", packet_size=8_000))
    properties = source.open()
    identity = source.identity()
    shape = source.grab("bright").pixels.shape
    source.close()

    assert properties["packet size"] == 8_000
    assert identity == "Aravis-Fake-BENCH1"
    assert shape == (240, 320, 3)


def test_the_camera_is_listed_by_the_name_that_opens_it(
    camera: "subprocess.Popen[bytes]",
) -> None:
    (listed,) = (c for c in gige_cameras() if c.identity.endswith("BENCH1"))
    source = GigeSource(listed.address, SETTINGS)
    source.open()
    identity = source.identity()
    source.close()

    assert listed.kind == "gige"
    assert identity == listed.identity


def test_drift_is_found_before_the_next_frame_becomes_evidence(
    camera: "subprocess.Popen[bytes]",
) -> None:
    source = GigeSource(ADDRESS, SETTINGS)
    source.open()
    source.grab("bright")
    source._camera.set_exposure_time(9_000.0)

    with pytest.raises(SettingsError, match=r"lost its exposure: 3000.0 was asked, it has 9000"):
        source.grab("bright")
    source.close()


@pytest.mark.parametrize("lost_per_thousand", [50])
def test_a_frame_some_of_whose_packets_are_lost_is_never_delivered(
    lossy_camera: "subprocess.Popen[bytes]",
) -> None:
    source = GigeSource(ADDRESS, SETTINGS)
    source.open()

    with pytest.raises(LookupError, match="come with gaps"):
        source.grab("bright")
    source.close()


@pytest.mark.parametrize("lost_per_thousand", [1000])
def test_a_camera_none_of_whose_frames_arrive_does_not_open(
    lossy_camera: "subprocess.Popen[bytes]",
) -> None:
    source = GigeSource(ADDRESS, SETTINGS)

    with pytest.raises(OSError, match="is lost: check its cable and power"):
        source.open()
    source.close()


class _Late:
    """Stands for a camera and its stream: the first trigger's frame comes after the second's."""

    def __init__(self) -> None:
        self.triggered = 0
        self.waiting: list[str] = []
        self.returned: list[str] = []

    def software_trigger(self) -> None:
        self.triggered += 1
        if self.triggered == 2:
            self.waiting = ["first", "second"]

    def timeout_pop_buffer(self, patience_us: int) -> str | None:
        return self.waiting.pop(0) if self.waiting else None

    def push_buffer(self, buffer: str) -> None:
        self.returned.append(buffer)


def test_a_late_answer_to_the_first_trigger_is_not_left_for_the_first_picture() -> None:
    source, late = GigeSource(ADDRESS, SETTINGS), _Late()
    source._camera = source._stream = late

    source._arm()

    assert late.triggered == 2
    assert (late.waiting, late.returned) == ([], ["first", "second"])


def test_a_camera_that_is_killed_is_lost(camera: "subprocess.Popen[bytes]") -> None:
    source = GigeSource(ADDRESS, SETTINGS)
    source.open()
    source.grab("bright")
    camera.kill()
    camera.wait()

    with pytest.raises(OSError, match="is lost: check its cable and power"):
        source.grab("bright")
    source.close()


def test_a_camera_that_is_not_there_is_a_sentence(aravis: None) -> None:
    with pytest.raises(OSError, match=r"no camera 127\.0\.0\.1: check its cable"):
        GigeSource(ADDRESS, SETTINGS).open()
