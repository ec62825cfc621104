"""The devices of a bench, from settings to threads, against imitated ones."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.readings import Lost
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.app.clients import client_of, family_of
from station.app.equipping import Devices
from station.config import Board, Device, Printer, Scanner
from station.domain.events import FaultCleared, FaultRaised, Key, KeyPressed, Scanned
from station.domain.faults import FaultCode, StationError
from station.domain.label import LabelKind
from station.screen.equipment import DeviceKind
from station.virtual.lit_board import LitBoard
from station.virtual.world import World
from station.workflow.labelling import label_of
from tests.support.desk import desk
from tests.support.drive import SETUP
from tests.support.events import Heard
from tests.support.kept import inspection

LIGHTS = {"bright": {"board": {"1": 1.0}}, "raking": {"board": {"2": 0.5}}}
PATIENCE_S = 60.0
KINDS = (
    "plain",
    "honeywell",
    "ssi",
    "m100",
    "uhfreader18",
    "cf",
    "r2000",
    "thingmagic",
    "llrp",
    "light-s",
    "light-opt",
    "light-ccs",
    "light-gardasoft",
    "board",
    "sics",
    "aandd",
    "scale-generic",
    "zpl",
    "contact",
)


class Patience:
    """True until it has an end, which fails with a reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self._end = time.monotonic() + PATIENCE_S

    def __bool__(self) -> bool:
        assert time.monotonic() < self._end, self._reason
        return True


class Bench:
    """A scanner and a board that lights a virtual world, with the station's side of both."""

    def __init__(self, folder: Path) -> None:
        self.heard = Heard()
        self.world = World()
        self.lit_board = LitBoard(self.world.shine)
        self.board = Emulator(self.lit_board, PtyPort(folder / "board"))
        self.scanner = Emulator(PlainImitation(), PtyPort(folder / "scanner"))
        devices: tuple[Device, ...] = (
            Scanner(kind="plain", name="scanner", port=str(folder / "scanner")),
            Board(kind="board", name="board", port=str(folder / "board")),
        )
        self.clock = SystemClock()
        self.devices = Devices(
            devices,
            LIGHTS,
            ["bright", "raking"],
            emit=self.heard,
            clock=self.clock,
            identifiers=SystemIdentifiers(),
        )

    def apply(self, light: str) -> float:
        """Set a light as soon as the board can be reached."""
        with_board = Patience("the board was never there")
        while with_board:
            try:
                return self.devices.light.apply(light)
            except StationError:
                continue
        raise AssertionError

    def wait_lit(self, light: str) -> None:
        lit = Patience(f"the world is not {light}")
        while lit and [lamp for lamp, _ in self.world.scene.lamps] != [light]:
            self.board.wait_read()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    with made.board, made.scanner:
        made.devices.start()
        yield made
        made.devices.stop()
    made.world.close()


def test_a_light_of_the_recipe_shines_on_the_bench(bench: Bench) -> None:
    bench.apply("raking")
    bench.wait_lit("raking")
    bench.apply("bright")
    bench.wait_lit("bright")

    assert bench.devices.kinds == [DeviceKind.SCANNER, DeviceKind.BOARD]


def test_the_board_says_how_long_its_lamps_take(bench: Bench) -> None:
    bench.apply("bright")
    bench.wait_lit("bright")

    assert 0 < bench.apply("raking") <= 0.035


def test_a_step_on_the_pedal_takes_the_picture(bench: Bench) -> None:
    bench.apply("bright")
    bench.board.act("press")
    pressed = bench.heard.wait(KeyPressed)
    bench.board.act("release")

    assert pressed.key is Key.TAKE


def test_the_scanner_of_the_configuration_is_read(bench: Bench) -> None:
    bench.apply("bright")
    heard = Patience("nothing was scanned")
    while heard and not bench.heard.of(Scanned):
        bench.scanner.act("]E04006381333931")

    assert bench.heard.wait(Scanned).text == "]E04006381333931"


def test_a_board_that_is_away_is_a_fault_and_its_light_is_set_again(bench: Bench) -> None:
    bench.apply("bright")
    bench.wait_lit("bright")
    before = bench.clock.monotonic()
    bench.board.unplug()
    fault = bench.heard.wait(FaultRaised).fault

    assert (fault.code, fault.subject) == (FaultCode.BOARD_LOST, "board")
    with pytest.raises(StationError):
        bench.devices.light.apply("raking")
    bench.board.replug()
    bench.heard.wait(FaultCleared)
    bench.wait_lit("raking")
    assert not bench.devices.light.steady_since(before)
    assert len(bench.heard.of(FaultRaised)) == len(bench.heard.of(FaultCleared)) == 1


@pytest.mark.parametrize(
    ("view", "lit"),
    [
        ("ready", ["green"]),
        ("clear", ["resellable", "amber"]),
        ("scrap", ["scrap", "amber"]),
        ("unexamined", ["hold", "amber"]),
        ("stopped", ["red"]),
        ("looking", []),
    ],
)
def test_the_lamps_show_what_the_screen_shows(bench: Bench, view: str, lit: list[str]) -> None:
    bench.apply("bright")
    bench.devices.show(desk(view, "en").view)

    shown = Patience(f"the lamps are not {lit}")
    while shown and set(bench.lit_board.lit(bench.clock.monotonic())) != set(lit):
        bench.board.wait_read()


def test_a_closed_item_is_printed_with_the_shipped_template(tmp_path: Path) -> None:
    printer = ZplImitation()
    heard = Heard()
    with Emulator(printer, TcpPort()) as device:
        settings = Printer(kind="zpl", name="printer", port=device.port.address)
        devices = Devices(
            (settings,),
            {},
            ["bright"],
            emit=heard,
            clock=SystemClock(),
            identifiers=SystemIdentifiers(),
        )
        assert devices.labels is not None
        devices.labels.print_label(label_of(LabelKind.RESULT, inspection(1), SETUP))
        devices.start()
        printed = Patience("nothing was printed")
        while printed and not printer.printed:
            device.wait_read()
        devices.stop()

    (label,) = printer.printed
    assert label.startswith(b"^XA")
    assert str(inspection(1).item.code.serial).encode() in label


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"kind": "m100", "antennas": [2]}, "one antenna"),
        ({"kind": "honeywell", "settings": ["not a command"]}, "menu command"),
        ({"kind": "scale-generic", "dialect": {"like": "nothing"}}, "choose one of"),
        ({"kind": "plain", "port": "ftp://x"}, "no address"),
    ],
)
def test_a_setting_that_a_device_does_not_take_is_said_with_its_name(
    table: dict[str, object], said: str
) -> None:
    device = TypeAdapter(Device).validate_python({"name": "corner", "port": "/dev/x", **table})

    with pytest.raises(StationError, match=said) as refused:
        client_of(device)

    assert str(refused.value).startswith("corner: ")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_configuration_has_a_client(kind: str, tmp_path: Path) -> None:
    device = TypeAdapter(Device).validate_python(
        {"name": "corner", "kind": kind, "port": str(tmp_path / "absent")}
    )
    client = client_of(device)

    (lost,) = client.poll(0.01)
    client.close()

    assert isinstance(lost, Lost)
    assert "check its cable" in lost.reason


def test_a_device_is_listened_to_in_the_dialect_of_its_site() -> None:
    own = {"pattern": "(?P<status>[SD]) *(?P<value>[0-9.]{1,9})", "stable": ["S"], "unit": "kg"}
    scale = TypeAdapter(Device).validate_python(
        {"name": "scale", "kind": "scale-generic", "port": "/dev/x", "dialect": own}
    )
    lamp = TypeAdapter(Device).validate_python(
        {"name": "lamp", "kind": "light-s", "port": "/dev/x", "dialect": {"done": "!"}}
    )

    (weight,) = family_of(scale).decode(b"S 1.250\r\n")
    (done,) = family_of(lamp).decode(b"!")
    assert (weight["damaged"], done["damaged"]) == (False, False)
    assert family_of(scale).kind == "scale-generic"
