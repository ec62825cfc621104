"""Settings: relative paths belong to the file, and an unknown key is named."""

from pathlib import Path

import pytest

from station.adapters.cameras.sources.basler import BaslerSource
from station.adapters.cameras.sources.cropped import CroppedSource
from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.gige import GigeSource
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.cameras.sources.stream import StreamSource
from station.adapters.cameras.sources.uvc import UvcSource
from station.app.camera_sources import camera_of
from station.app.defaults import RECIPES, load_recipes
from station.app.wiring import check_recipes
from station.config import FolderCamera, StreamCamera, read_settings
from station.domain.faults import StationError

GOOD = """
state = "state"
orders = "orders.json"
[camera]
kind = "folder"
path = "pictures"
[[device]]
name = "scanner"
kind = "plain"
port = "/dev/serial/by-id/x"
[[device]]
name = "lamp"
kind = "light-s"
port = "1A86:7523"
[lights.bright]
lamp = { A = 0.8 }
[upstream]
url = "http://receiver:8080"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "station.toml"
    path.write_text(text, "utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, GOOD))

    assert settings.state == tmp_path / "state"
    assert isinstance(settings.camera[0], FolderCamera)
    assert settings.camera[0].path == tmp_path / "pictures"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('orders = "orders.json"', 'order = "orders.json"', "order"),
        ('kind = "folder"', 'kind = "telescope"', "camera"),
        ('url = "http://receiver:8080"', 'url = "ftp://receiver"', "upstream.url"),
        ("[lights.bright]", "[lights.bright", "not valid TOML"),
        ('kind = "plain"', 'kind = "telegraph"', "device scanner: kind telegraph is none of plain"),
        ('kind = "plain"', 'kind = "plain"\nbaud = 1', "device scanner.baud: it should be greater"),
        ('port = "1A86:7523"', 'port = "/dev/serial/by-id/x"', "two devices have the port"),
        ('state = "state"', "state = 5", "state: it should be a path"),
        ('state = "state"', "", "state: it is missing"),
        ('kind = "plain"', 'kind = "sics"', "needs a barcode scanner"),
        ('name = "lamp"', 'name = "scanner"', "same name"),
        ("lamp = {", "scanner = {", "scanner, which is no light device"),
        ("A = 0.8", "A = 1.8", "lights.bright.lamp.A"),
    ],
)
def test_a_wrong_setting_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(StationError, match=said):
        read_settings(written(tmp_path, GOOD.replace(old, new)))


def test_the_shipped_example_reads_well() -> None:
    settings = read_settings(Path("station/defaults/station.toml"))

    assert settings.upstream.undo_seconds == 20


@pytest.mark.parametrize(
    ("camera", "said"),
    [
        ('kind = "uvc"\ndevice = "/dev/video0"', "name its link under /dev/v4l/by-id"),
        ('kind = "uvc"\ndevice = "/dev/v4l/by-id/x"\nexposure_us = 150', "multiple of 100"),
        ('kind = "uvc"\ndevice = "/dev/v4l/by-id/x"\npixel_format = "H264"', "pixel_format"),
        ('kind = "uvc"\ndevice = "/dev/v4l/by-id/x"\nwidth = 0', "width"),
        ('kind = "uvc"\ndevice = "/dev/v4l/by-id/x"\nurl = "rtsp://x"', "url"),
        ('kind = "stream"\nurl = "ftp://camera/live"', "a stream is rtsp://"),
        ('kind = "stream"\nurl = "rtsp://x"\nlatency_seconds = 9', "latency_seconds"),
        ('kind = "stream"\nurl = "rtsp://[fe80::1/live"', "rtsp://HOST:PORT/PATH"),
        ('kind = "stream"\nurl = "rtsp://camera:port/live"', "rtsp://HOST:PORT/PATH"),
        ('kind = "stream"\nurl = "rtsp://me:se#cret@camera/live"', "write # as %23"),
        ('kind = "stream"\nurl = "rtsp://me:se/cret@camera/live"', "write # as %23"),
        ('kind = "stream"\nurl = "rtsp://x"\nidentity = "a"', "leave identity out"),
        ('kind = "folder"\npath = "pictures"\nidentity = "a"', "leave identity out"),
        ('kind = "basler"', "serial"),
        ('kind = "gige"\nid = "x"\npixel_format = "Mono16"', "pixel_format"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(camera: str, said: str, tmp_path: Path) -> None:
    text = GOOD.replace('kind = "folder"\npath = "pictures"', camera)

    with pytest.raises(StationError, match=said):
        read_settings(written(tmp_path, text))


@pytest.mark.parametrize(
    ("camera", "source"),
    [
        (
            'kind = "uvc"\ndevice = "/dev/v4l/by-id/x"\nexposure_us = 20000\nfocus = 30',
            UvcSource,
        ),
        ('kind = "stream"\nurl = "rtsp://camera/live"', StreamSource),
        ('kind = "basler"\nserial = "22334455"\nexposure_us = 5000', BaslerSource),
        ('kind = "gige"\nid = "Vendor-Model-1"\npixel_format = "BayerRG8"', GigeSource),
        ('kind = "folder"\npath = "pictures"', FolderSource),
    ],
)
def test_every_kind_of_camera_has_its_source(
    camera: str, source: type[FrameSource], tmp_path: Path
) -> None:
    text = GOOD.replace('kind = "folder"\npath = "pictures"', camera)

    assert isinstance(camera_of(read_settings(written(tmp_path, text)).camera[0]), source)


def test_a_film_lies_beside_the_file_and_an_address_stays(tmp_path: Path) -> None:
    for url, kept in (("films/a.avi", str(tmp_path / "films/a.avi")), ("rtsp://x/1", "rtsp://x/1")):
        camera = f'kind = "stream"\nurl = "{url}"'
        text = GOOD.replace('kind = "folder"\npath = "pictures"', camera)
        settings = read_settings(written(tmp_path, text))

        assert isinstance(settings.camera[0], StreamCamera)
        assert settings.camera[0].url == kept


TWO = GOOD.replace(
    '[camera]\nkind = "folder"\npath = "pictures"\n',
    """
[[camera]]
name = "top"
kind = "folder"
path = "pictures"
width = 1280
height = 720
crop = [160, 64, 960, 600]
[[camera]]
name = "side"
kind = "basler"
serial = "22334455"
identity = "acA1920-40uc:22334455"
balance = { red = 1.6, blue = 2.0 }
calibration = "side.json"
""",
)


def test_a_bench_may_have_several_cameras(tmp_path: Path) -> None:
    top, side = read_settings(written(tmp_path, TWO)).camera

    assert (top.name, side.name) == ("top", "side")
    assert top.kept == (960, 600)
    assert side.kept == (1280, 720)
    assert side.calibration == tmp_path / "side.json"
    assert isinstance(camera_of(top), CroppedSource)
    assert isinstance(camera_of(side), BaslerSource)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "side"', 'name = "top"', "two cameras have the name top"),
        ("[160, 64, 960, 600]", "[160, 64, 1200, 600]", "camera top: its crop reaches out of"),
        ("[160, 64, 960, 600]", "[160, 64, 32, 32]", "camera top: its crop is smaller than"),
        (
            "[160, 64, 960, 600]",
            "[150, 64, 960, 600]",
            "camera top.crop.0: it should be",
        ),
        ("red = 1.6", "rad = 1.6", "camera side.balance.rad"),
        ('serial = "22334455"', 'serial = ""', "camera side.serial"),
        ('name = "top"\n', 'name = "top"\ncalibration = "a.json"\n', "name it at the top"),
    ],
)
def test_what_is_wrong_with_a_camera_is_said_with_its_name(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(StationError) as refused:
        read_settings(written(tmp_path, TWO.replace(old, new)))

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("cameras", "said"),
    [
        (("top", "top", "side"), ""),
        (("top", "top", "back"), "asks for the camera back, this bench has top, side"),
        (
            ("top", "side", "top"),
            "pictures the pose top with side and top: make it",
        ),
    ],
)
def test_a_recipe_must_fit_the_cameras_of_the_bench(
    cameras: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    recipe = RECIPES / "carton.toml"
    text = recipe.read_text("utf-8")
    for camera in cameras:
        text = text.replace('camera = "bench"', f'camera = "{camera}"', 1)
    (tmp_path / "recipe.toml").write_text(text, "utf-8")
    settings = read_settings(written(tmp_path, TWO))
    recipes = load_recipes([tmp_path / "recipe.toml"])

    if not said:
        check_recipes(settings, recipes)
        return
    with pytest.raises(StationError, match=said):
        check_recipes(settings, recipes)
