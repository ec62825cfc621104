"""Lamps driven over their controllers while a bench is calibrated, against an imitated one."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort
from station.adapters.cameras.sources.source import PixelExposure
from station.app import calibrate_all, calibration_lamps
from station.app.calibrate_all import picture_lamps
from station.app.calibration_hands import CalibratedBench
from station.app.calibration_lamps import DrivenLamps
from station.app.calibration_light import light_step
from station.app.calibration_record import SeenCamera
from station.config import LightController
from station.domain.faults import StationError
from station.virtual.calibration_bench import CalibrationBench

LIGHTS = {"bright": {"lamp": {"A": 0.8}}, "raking": {"lamp": {"B": 1.0}}}
ORDER = ("off", "bright", "bright@25", "bright@50", "bright@75", "raking", "raking@25", "raking@50")
BUFFERED = 3


class Source:
    """A camera that sees the controller's channels, and first gives what waited in its buffers."""

    def __init__(self, controller: AsciiLightImitation, stop_after: int) -> None:
        self._controller = controller
        self._left = stop_after
        self._waiting = [time.monotonic() - 60.0] * BUFFERED
        self.count = 0

    def open(self) -> dict[str, float]:
        return {}

    def identity(self) -> str:
        return ""

    def look(self) -> NDArray[np.uint8] | None:
        return None

    def grab(self, light: str) -> PixelExposure:
        self.count += 1
        if self._waiting:
            return PixelExposure(np.zeros((90, 160, 3), np.uint8), self.count, self._waiting.pop())
        if self._left == 0:
            raise OSError("The camera is lost: check its cable.")
        self._left -= 1
        exposed_s, levels = time.monotonic(), self._controller.levels
        light_ = 0.01 + 0.6 * levels["A"] / 255 + 0.3 * levels["B"] / 255
        code = 255 * (1.055 * light_ ** (1 / 2.4) - 0.055)
        noisy = np.random.default_rng(self.count).normal(code, 1.0, (90, 160, 3))
        return PixelExposure(np.round(noisy).clip(0, 255).astype(np.uint8), self.count, exposed_s)

    def close(self) -> None:
        """Nothing is held."""


class Hands(CalibrationBench):
    """Whoever shows the targets, counting how often he was asked; every target is grey."""

    def __init__(self, controller: AsciiLightImitation) -> None:
        super().__init__()
        self.controller = controller
        self.asked: list[str] = []
        self.stop_after = -1

    def blank_card(self, turn: int) -> Source:  # type: ignore[override]  # only read from
        self.asked.append(f"card {turn}")
        return Source(self.controller, self.stop_after)

    def edges(self) -> Source:  # type: ignore[override]  # only read from
        self.asked.append("edges")
        return Source(self.controller, -1)


class Stand:
    """An imitated controller on a pty, and the bench whose lamps hang on it."""

    def __init__(self, folder: Path) -> None:
        self.controller = AsciiLightImitation(S)
        self.emulator = Emulator(self.controller, PtyPort(folder / "lamp"))
        self.hands = Hands(self.controller)
        device = LightController(kind="light-s", name="lamp", port=str(folder / "lamp"))
        self.lamps = DrivenLamps([device], LIGHTS, 0.0)
        seen = SeenCamera("top", "046d:0825:1")
        self.bench = CalibratedBench(seen, self.hands, self.lamps, folder)


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    monkeypatch.setattr(calibrate_all, "UNTOUCHED", 4)
    made = Stand(tmp_path)
    with made.emulator, made.lamps:
        yield made


def said(_: str) -> None:
    """Nobody listens."""


def test_each_lamp_is_driven_through_its_levels_and_only_fresh_pictures_count(
    stand: Stand, tmp_path: Path
) -> None:
    progress: list[str] = []
    shots = picture_lamps(stand.bench, (), "bright", tmp_path / "work", progress.append)

    names = [picture.path.stem for picture in shots.lit]
    assert names[:8] == [f"{light}-01" for light in ORDER]
    assert names[9:17] == [f"{light}-02" for light in ORDER]
    assert stand.hands.asked == ["card 0", "card 1", "edges"]
    assert progress[0] == "1 of 9 pictures, off"
    found = light_step(shots.lit, [], blank=False, say=said)
    bright, raking = found.lamps
    assert bright.light[0] == pytest.approx(0.48, rel=0.03)
    assert raking.light[0] == pytest.approx(0.30, rel=0.03)
    assert [level for level, _ in bright.curve] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert all(share == pytest.approx(level, abs=0.02) for level, share in bright.curve)


def test_a_broken_off_capture_goes_on_where_it_ended(stand: Stand, tmp_path: Path) -> None:
    stand.hands.stop_after = 4
    with pytest.raises(StationError, match="camera is lost"):
        picture_lamps(stand.bench, ("bright",), "bright", tmp_path / "work", said)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").rglob("*.png")}
    assert len(before) == 4
    stand.hands.stop_after = 2
    with pytest.raises(StationError, match="camera is lost"):
        picture_lamps(stand.bench, ("bright",), "bright", tmp_path / "work", said)
    stand.hands.stop_after = -1
    stand.hands.asked.clear()
    shots = picture_lamps(stand.bench, ("bright",), "bright", tmp_path / "work", said)

    assert stand.hands.asked == ["card 1", "edges"]
    assert len(shots.lit) == 10
    assert all(path.stat().st_mtime_ns == at for path, at in before.items())


@pytest.mark.parametrize(
    ("deed", "why"),
    [("dead", "does not answer"), ("stick A", "reports level 0 on channel A after")],
)
def test_a_lamp_that_does_not_answer_is_named_with_its_reason(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str, why: str
) -> None:
    stand.lamps.lit("off")
    monkeypatch.setattr(calibration_lamps, "PATIENCE_S", 1.0)
    stand.emulator.act(deed)

    with pytest.raises(StationError) as failure:
        picture_lamps(stand.bench, (), "bright", tmp_path / "work", said)
    assert "cannot be set by lamp: " in str(failure.value)
    assert why in str(failure.value)
    assert "check its" in str(failure.value)


def test_a_controller_that_restarts_during_a_picture_has_it_taken_again(stand: Stand) -> None:
    since_s = stand.lamps.lit("bright")
    assert stand.lamps.steady_since(since_s)
    stand.emulator.unplug()
    stand.emulator.replug()

    assert not stand.lamps.steady_since(since_s)
    assert stand.lamps.lit("bright") > since_s
    assert stand.controller.levels["A"] == 204


def test_a_controller_that_is_not_there_is_named_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_lamps, "PATIENCE_S", 0.3)
    device = LightController(kind="light-s", name="ring", port=str(tmp_path / "nowhere"))

    with (
        pytest.raises(StationError, match=r"cannot be set by ring: The port .* is not there"),
        DrivenLamps([device], {"bright": {"ring": {"A": 1.0}}}, 0.0),
    ):
        pytest.fail("a bench without its lamps was begun")


def test_a_light_that_nobody_gave_levels_is_refused_before_anything_is_switched() -> None:
    with pytest.raises(StationError, match="the light red of a recipe has no levels"):
        DrivenLamps([], LIGHTS, 0.0, ["red"])
