"""The bench's light over several controllers, and over a real imitated one."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.readings import Back
from firmware_bridge.transports.serial_port import SerialPort
from station.adapters.lights import BenchLights
from station.domain.faults import Fault, FaultCode, StationError

LIGHTS = {
    "bright": {"ring": {"A": 0.8, "B": 0.8}},
    "raking": {"ring": {"C": 1.0}, "bar": {"1": 0.5}},
    "dark": {},
}


class Controller:
    """Keeps what it was told; `broken` confirms nothing."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, float]] = []
        self.broken = False
        self.disturbed_s = float("-inf")
        self.settle_s = 0.0

    def set_levels(self, levels: Mapping[str, float]) -> float:
        if self.broken:
            raise StationError(Fault(FaultCode.LIGHT_LOST, "ring"))
        self.told.append(levels)
        return self.settle_s


@pytest.fixture
def ring() -> Controller:
    return Controller()


@pytest.fixture
def bar() -> Controller:
    return Controller()


@pytest.fixture
def lights(ring: Controller, bar: Controller) -> BenchLights:
    return BenchLights(LIGHTS, {"ring": ring, "bar": bar}, needed=["bright", "raking"])


def test_a_light_sets_its_channels_and_puts_all_others_out(
    lights: BenchLights, ring: Controller, bar: Controller
) -> None:
    for name in ("bright", "raking", "dark", "dark"):
        lights.apply(name)

    dark = {"A": 0.0, "B": 0.0, "C": 0.0}
    assert ring.told == [{"A": 0.8, "B": 0.8, "C": 0.0}, {**dark, "C": 1.0}, dark, dark]
    assert bar.told == [{"1": 0.0}, {"1": 0.5}, {"1": 0.0}, {"1": 0.0}]


def test_a_light_settles_with_its_slowest_lamp(
    lights: BenchLights, ring: Controller, bar: Controller
) -> None:
    ring.settle_s, bar.settle_s = 0.02, 0.3

    assert lights.apply("bright") == 0.3


def test_a_light_is_steady_while_no_controller_was_disturbed(
    lights: BenchLights, bar: Controller
) -> None:
    assert lights.steady_since(10.0)
    bar.disturbed_s = 10.5

    assert not lights.steady_since(10.0)
    assert lights.steady_since(11.0)


def test_a_controller_that_does_not_confirm_is_a_fault(
    lights: BenchLights, ring: Controller
) -> None:
    ring.broken = True
    with pytest.raises(StationError) as failed:
        lights.apply("bright")
    assert failed.value.fault.code is FaultCode.LIGHT_LOST


def test_an_unknown_light_is_a_fault_and_nothing_is_set(
    lights: BenchLights, ring: Controller
) -> None:
    with pytest.raises(StationError, match="the light blue has no levels"):
        lights.apply("blue")
    assert ring.told == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"bright": LIGHTS["bright"]}, "the light raking of a recipe has no levels"),
        ({**LIGHTS, "blue": {"lamp": {"A": 1.0}}}, "names lamp, which is no light device"),
        ({**LIGHTS, "blue": {"ring": {"A": 1.5}}}, "sets ring A to 1.5: write 0 to 1"),
        ({**LIGHTS, "blue": {"ring": {"A": float("nan")}}}, "sets ring A to nan: write 0 to 1"),
    ],
)
def test_lights_that_cannot_be_are_refused_at_once(
    wrong: dict[str, dict[str, dict[str, float]]], said: str, ring: Controller, bar: Controller
) -> None:
    with pytest.raises(StationError) as refused:
        BenchLights(wrong, {"ring": ring, "bar": bar}, needed=["bright", "raking"])
    assert said in str(refused.value)
    assert refused.value.fault.code is FaultCode.BAD_INPUT


class OneController:
    """An imitated controller, asked directly."""

    def __init__(self, client: AsciiLight) -> None:
        self._client = client
        self.disturbed_s = 0.0

    def set_levels(self, levels: Mapping[str, float]) -> float:
        self._client.set_levels(levels)
        return 0.0


def test_a_light_reaches_the_channels_of_an_imitated_controller(tmp_path: Path) -> None:
    imitation = AsciiLightImitation(S)
    link = tmp_path / "light"
    with Emulator(imitation, PtyPort(link)):
        client = AsciiLight(lambda: SerialPort(str(link)), S)
        while client.poll(0.05) != (Back(),):
            pass
        lights = BenchLights(
            {"bright": {"ring": {"A": 0.8}}, "raking": {"ring": {"B": 1.0}}},
            {"ring": OneController(client)},
        )
        lights.apply("bright")
        assert imitation.levels == {"A": 204, "B": 0, "C": 0, "D": 0}
        lights.apply("raking")
        assert imitation.levels == {"A": 0, "B": 255, "C": 0, "D": 0}
        client.close()
