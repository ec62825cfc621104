"""`regrade capture empty`: the empty bench under each light, with the bench's own controller."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from http_camera import HttpCamera

from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort
from models.runtime.pictures import read_picture
from station.commands.root import run

SIZE = (320, 240)
STATION = """
state = "state"
settle_seconds = 0.05
{named}
[[camera]]
name = "top"
kind = "stream"
url = "{url}"
width = 320
height = 240
latency_seconds = 0.2
{under}
[[device]]
name = "scanner"
kind = "plain"
port = "{folder}/scanner"
[[device]]
name = "lamp"
kind = "light-s"
port = "{folder}/lamp"
[lights.bright]
lamp = {{ A = 0.8 }}
[lights.raking]
lamp = {{ B = 0.4 }}
[upstream]
url = "http://127.0.0.1:1"
"""


class LitCamera(HttpCamera):
    """A network camera that sees the controller's channels."""

    def __init__(self, controller: AsciiLightImitation) -> None:
        self.controller = controller
        super().__init__(SIZE, 25.0)

    def picture(self) -> np.ndarray:
        levels = self.controller.levels
        self.level = round(levels["A"] / 2 + levels["B"] / 2)
        return super().picture()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LitCamera]:
    controller = AsciiLightImitation(S)
    camera = LitCamera(controller)
    with Emulator(controller, PtyPort(tmp_path / "lamp")):
        yield camera
    camera.close()


def configured(folder: Path, camera: HttpCamera, named: str = "", under: str = "") -> Path:
    config = folder / "station.toml"
    text = STATION.format(named=named, under=under, url=camera.url, folder=folder)
    config.write_text(text, "utf-8")
    return config


def test_each_light_is_pictured_and_what_to_write_is_said(
    bench: LitCamera, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, bench)

    assert run(["capture", "empty", "--config", str(config)]) == 0

    said = capsys.readouterr().out
    assert 'add to camera top: empty_bench = "empty-top-bright.png"' in said
    assert 'add to empty_under of camera top: raking = "empty-top-raking.png"' in said
    bright, raking = (
        read_picture(tmp_path / f"empty-top-{light}.png").mean() for light in ("bright", "raking")
    )
    assert bright == pytest.approx(0.8 * 255 / 2, abs=4)
    assert raking == pytest.approx(0.4 * 255 / 2, abs=4)
    assert not (tmp_path / "state").exists()


def test_pictures_go_where_the_configuration_names_them_and_are_not_lost_unasked(
    bench: LitCamera, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named, under = 'empty_bench = "a.jpg"', 'empty_under = { raking = "b.jpg" }'
    config = configured(tmp_path, bench, named, under)
    (tmp_path / "b.jpg").write_text("precious", "utf-8")

    assert run(["capture", "empty", "--config", str(config)]) == 2
    assert "--replace" in capsys.readouterr().err
    assert (tmp_path / "b.jpg").read_text("utf-8") == "precious"
    assert not (tmp_path / "a.jpg").exists()
    assert run(["capture", "empty", "--config", str(config), "--replace", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert all(each["named"] for each in answer["pictures"])
    assert read_picture(tmp_path / "b.jpg").shape == (240, 320, 3)


def test_a_lamp_that_gives_no_light_leaves_everything_as_it_was(
    bench: LitCamera, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, bench)
    config.write_text(config.read_text("utf-8").replace("B = 0.4", "B = 0.0"), "utf-8")

    assert run(["capture", "empty", "--config", str(config)]) != 0
    assert "top sees nothing under raking" in capsys.readouterr().err
    assert not list(tmp_path.glob("empty-*"))


def test_a_camera_that_is_not_there_is_said(
    bench: LitCamera, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, bench)

    assert run(["capture", "empty", "--config", str(config), "--camera", "side"]) != 0
    assert "its live cameras are top" in capsys.readouterr().err
