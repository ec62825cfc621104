"""`regrade calibrate colour`, `light` and `focus`: figures, verdicts, the record, and refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.record import Calibration
from calibration.rendering.chart import ChartScene, ColourCamera
from calibration.rendering.planar import Flat, Glow, PlanarCamera, Sensor, on_bench
from calibration.rendering.spectra import incandescent, white_led
from calibration.sections.geometry import BenchPlane, Lens
from calibration.targets.sheets import edge_sheet
from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort
from models.runtime.opencv import cv2
from station.app import calibrate_all
from station.commands.root import run

SIZE = (800, 600)


def save(path: Path, rgb: NDArray[np.uint8]) -> Path:
    assert cv2.imwrite(str(path), np.ascontiguousarray(rgb[..., ::-1]))
    return path


def chart(path: Path, scene: ChartScene, **camera: Any) -> Path:
    sees = ColourCamera(**{"balanced_for": scene.light, "exposure": 1.0, **camera})
    return save(path, scene.pictured(sees))


def card(path: Path, level: float, seed: int = 0, size: tuple[int, int] = SIZE) -> Path:
    """A blank card under a lamp that falls off, with a little light of the room."""
    light = 0.8 * level * Glow(falloff=0.3).over(size) + 0.008
    return save(path, Sensor().develop(light.astype(np.float32), np.random.default_rng(seed)))


def answered(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["calibrate", *arguments, "--json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_a_charts_figures_are_those_of_patches_that_were_held_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = chart(tmp_path / "chart.png", ChartScene(light=white_led(), turned_deg=175))
    answer = answered(capsys, "colour", "--from", str(picture), "--batch", "since-2014-11")

    assert set(answer["de00"]) == {"before_mean", "mean", "p90", "max"}
    assert answer["de00"]["mean"] <= 1.5 < answer["de00"]["before_mean"]
    assert answer["verdict"] == "pass"
    assert answer["chart"]["turned_deg"] == pytest.approx(175, abs=1)
    assert len(answer["patches"]) == 24


def test_the_correction_goes_into_the_record_and_uses_its_flat_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "bench.toml"
    fallen = ChartScene(light=white_led(), falloff=0.3)
    picture = chart(tmp_path / "chart.png", fallen)
    blank = np.full((600, 800, 3), 0.6) * (1 - 0.3 * np.linspace(0, 1, 800))[None, :, None]
    for number in (1, 2):
        light = blank.astype(np.float32)
        save(
            tmp_path / f"bright-{number}.png",
            Sensor().develop(light, np.random.default_rng(number)),
        )
    save(tmp_path / "off-1.png", np.full((600, 800, 3), 3, np.uint8))
    lamps = [str(tmp_path / name) for name in ("bright-1.png", "bright-2.png", "off-1.png")]
    shading = [each for lamp in lamps for each in ("--from", lamp)]
    uneven = answered(capsys, "colour", "--from", str(picture), "--batch", "since-2014-11")
    assert run(["calibrate", "light", *shading, "--record", str(record)]) == 0
    even = answered(
        capsys,
        *("colour", "--from", str(picture), "--batch", "since-2014-11"),
        *("--record", str(record), "--chart", "SN 7", "--by", "0815"),
    )
    kept = Calibration.read(record)

    assert even["chart"]["flat_field"]
    assert even["de00"]["mean"] < uneven["de00"]["mean"]
    assert kept.colour is not None
    assert kept.colour.de00_mean == pytest.approx(even["de00"]["mean"])
    assert kept.colour.lamp == "bright"
    assert kept.lamps[0].response is not None
    assert any(target.serial == "SN 7" for target in kept.targets)
    assert {each.step for each in kept.results} >= {"colour", "exposure", "lamp bright"}


@pytest.mark.parametrize(
    ("camera", "light", "said"),
    [
        ({"exposure": 1.25}, white_led(), "clipped"),
        ({"exposure": 0.6}, white_led(), "too dark"),
        ({"balanced_for": white_led(1.1)}, incandescent(2856.0), "balanced for"),
    ],
    ids=["white clipped", "dark", "wrong light"],
)
def test_a_picture_taken_wrongly_is_answered_and_fails_by_name(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    camera: dict[str, Any],
    light: NDArray[np.float64],
    said: str,
) -> None:
    picture = chart(tmp_path / "chart.png", ChartScene(light=light), **camera)
    answer = answered(capsys, "colour", "--from", str(picture), "--batch", "since-2014-11")

    failed = [each for each in answer["results"] if each["verdict"] == "fail"]
    assert answer["verdict"] == "fail"
    assert any(said in each["reason"] for each in failed)
    assert all(each["remedy"] for each in failed)


def test_what_shows_no_chart_computes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirrored = ChartScene(light=white_led()).pictured(ColourCamera())[:, ::-1]
    save(tmp_path / "mirrored.png", mirrored)
    save(tmp_path / "nothing.png", np.full((90, 120, 3), 120, np.uint8))

    assert run(["calibrate", "colour", "--from", str(tmp_path / "mirrored.png")]) == 1
    assert "mirror" in capsys.readouterr().err
    assert run(["calibrate", "colour", "--from", str(tmp_path / "nothing.png"), "--json"]) == 1
    assert capsys.readouterr().out == ""
    assert run(["calibrate", "colour"]) == 2


def test_a_folder_gives_a_line_for_each_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart(tmp_path / "a.png", ChartScene(light=white_led()))
    save(tmp_path / "b.png", np.full((90, 120, 3), 120, np.uint8))

    assert run(["calibrate", "colour", "--from", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "a.png" in shown
    assert "b.png: No 24-patch chart" in shown


def test_lamps_come_from_pictures_named_after_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = (320, 240)
    for number in (1, 2):
        card(tmp_path / f"bright-{number}.png", 1.0, number, small)
        card(tmp_path / f"bright@50-{number}.png", 0.5, number, small)
    card(tmp_path / "off-1.png", 0.0, 5, small)
    answer = answered(capsys, "light", "--from", str(tmp_path))
    (lamp,) = answer["lamps"]

    assert answer["verdict"] == "pass"
    assert lamp["curve"][1] == [0.5, pytest.approx(0.5, abs=0.01)]
    assert lamp["residual_percent"] < 3
    assert np.array(lamp["flat_field"]).shape == (9, 9)


def test_pictures_without_a_lamps_name_or_without_the_dark_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card(tmp_path / "bright-1.png", 1.0, size=(120, 90))

    assert run(["calibrate", "light", "--from", str(tmp_path)]) == 1
    assert "all lamps off" in capsys.readouterr().err


def test_focus_is_measured_from_the_printed_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = PlanarCamera(Lens(1000, 1000, 399.5, 299.5), SIZE)
    pose = on_bench(BenchPlane((0, 0, 1), 375.0, 0.001), (148.5, 105.0))
    light = camera.sees([Flat(edge_sheet().raster(3.0), 1 / 3, pose)], blur_px=0.5)
    picture = Sensor().develop(light, np.random.default_rng(0))
    save(tmp_path / "edges.png", picture)
    record = tmp_path / "bench.toml"
    sharp = answered(
        capsys, "focus", "--from", str(tmp_path / "edges.png"), "--record", str(record)
    )
    soft = cv2.GaussianBlur(picture, (0, 0), 1.8)
    save(tmp_path / "soft.png", np.asarray(soft, np.uint8))
    blurred = answered(capsys, "focus", "--from", str(tmp_path / "soft.png"))
    kept = Calibration.read(record)

    assert sharp["verdict"] == "pass"
    assert set(sharp["corners"]) == {"upper left", "upper right", "lower right", "lower left"}
    assert blurred["verdict"] == "fail"
    assert kept.sharpness is not None
    assert len(kept.sharpness.edges) == 5

    config = tmp_path / "station.toml"
    by_hand = CONFIGURED.replace("[lights.bright]\nlamp = {{ A = 1.0 }}\n", "")
    config.write_text(by_hand.format(port=tmp_path / "lamp"), "utf-8")
    save(made(tmp_path / "pictures") / "edges.png", picture)
    live = ("focus", "--camera", "top", "--config", str(config))
    answered(capsys, *live, "--record", str(tmp_path / "one.toml"))
    assert Calibration.read(tmp_path / "one.toml").camera.name == "top"
    assert run(["calibrate", *live, "--record", str(record)]) == 2
    said = capsys.readouterr().err
    assert "Light only bright, at 100 %." in said
    assert "is of the camera bench and these pictures are of top" in said


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


CONFIGURED = """
state = "state"
[[camera]]
name = "top"
kind = "folder"
path = "pictures"
[[device]]
name = "scanner"
kind = "plain"
port = "/dev/null"
[[device]]
name = "lamp"
kind = "light-s"
port = "{port}"
[lights.bright]
lamp = {{ A = 1.0 }}
[upstream]
url = "http://receiver.example"
"""


def test_a_configured_camera_has_its_lamps_driven_and_its_record_named_after_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate_all, "UNTOUCHED", 4)
    config, record = tmp_path / "station.toml", tmp_path / "one.toml"
    config.write_text(CONFIGURED.format(port=tmp_path / "lamp"), "utf-8")
    made(tmp_path / "pictures")
    for number, level in enumerate((0.0, 1.0, 0.25, 0.5, 0.75)):
        card(tmp_path / "pictures" / f"{number}.png", level, number)
    named = ("light", "--camera", "top", "--config", str(config), "--record", str(record))

    assert run(["calibrate", *named, "--lamp", "blue"]) == 2
    assert "blue of a recipe has no levels" in capsys.readouterr().err
    told: list[int] = []
    with Emulator(Kept(told), PtyPort(tmp_path / "lamp")):
        assert run(["calibrate", *named]) == 1  # a blank folder shows no movement of the bench
    said = capsys.readouterr().err
    assert said.index("Lay a clean, matt, blank card") < said.index("Turn the blank card")
    assert said.count("5 of 5 pictures, bright@75") == 2
    steps = [level for n, level in enumerate(told) if level != (told[n - 1] if n else -1)]
    assert steps == [0, 255, 64, 128, 191, 0, 255, 64, 128, 191, 255]
    assert not record.exists()
    kept = tmp_path / "state/calibration/top/lamps/light"
    assert len(list(kept.iterdir())) == 10

    assert run(["calibrate", "light", "--from", str(kept), "--record", str(record)]) == 0
    assert Calibration.read(record).camera.name == "one"


class Kept(AsciiLightImitation):
    """A controller that remembers every level of channel A."""

    def __init__(self, told: list[int]) -> None:
        super().__init__(S)
        self._told = told

    def hear(self, content: bytes, now: float) -> list[bytes]:
        answers = super().hear(content, now)
        self._told.append(self.levels["A"])
        return answers
