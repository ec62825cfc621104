"""Settings: relative paths belong to the file, and an unknown key is named."""

from pathlib import Path

import pytest

from station.config import FolderCamera, read_settings
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
    assert isinstance(settings.camera, FolderCamera)
    assert settings.camera.path == tmp_path / "pictures"


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
