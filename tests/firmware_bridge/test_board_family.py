"""The bench board on real ptys: every fault of a wire, the reference firmware, the kind's words."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from board_talk import CONVERSATION
from firmware import program

from firmware_bridge.clients.board import BenchBoard, BoardReading
from firmware_bridge.codecs.board import encode
from firmware_bridge.codecs.board_messages import Message, Ping
from firmware_bridge.emulators.board import BoardImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.families.board import FAMILY, identify
from firmware_bridge.families.index import family
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.serial_port import SerialPort
from firmware_bridge.transports.transport import DisconnectedError

PATIENCE_S = 40.0
LEVELS = {"1": 0.8, "3": 0.25, "4": 1.0}
LIGHTS = (800, 0, 250, 1000)
SAFE = (100, 100, 100, 100)


class Site:
    """A client on the pty of an emulated board."""

    def __init__(self, folder: Path, *faults: Fault) -> None:
        self.imitation = BoardImitation()
        self.emulator = Emulator(self.imitation, PtyPort(folder / "board"), faults=faults, seed=5)
        self.readings: list[BoardReading] = []
        self.client = BenchBoard(self._open)

    def until(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not enough():
            self.readings += self.client.poll(0.05)
            assert time.monotonic() < deadline, self.readings[-20:]

    def until_lit(self) -> None:
        """Ask for the levels until the board has them."""

        def lit() -> bool:
            try:
                self.client.set_levels(LEVELS)
            except DisconnectedError:
                return False
            return self.imitation.outputs.lights == LIGHTS

        self.until(lit)

    @property
    def pedals(self) -> list[bool]:
        return [reading.pressed for reading in self.readings if isinstance(reading, Pedal)]

    @property
    def states(self) -> list[type]:
        return [type(reading) for reading in self.readings if isinstance(reading, Lost | Back)]

    def _open(self) -> SerialPort:
        return SerialPort(self.emulator.port.address, 115_200)


@pytest.mark.parametrize(
    "fault", [Fault.NOISE, Fault.SPLIT, Fault.GLUE, Fault.ECHO, Fault.SLOW, Fault.FLOOD]
)
def test_a_bad_line_neither_loses_nor_invents_a_press(fault: Fault, tmp_path: Path) -> None:
    site = Site(tmp_path, fault)
    with site.emulator:
        site.until_lit()
        site.emulator.act("press")
        site.until(lambda: len(site.pedals) == 1)
        site.emulator.act("release")
        site.until(lambda: len(site.pedals) == 2)
        site.client.close()

    assert site.pedals == [True, False]
    assert site.states[-1] is Back


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.WRONG_CHECKSUM])
def test_a_board_that_cannot_be_understood_is_lost_once(fault: Fault, tmp_path: Path) -> None:
    site = Site(tmp_path, fault)
    with site.emulator:
        site.emulator.act("press")
        site.until(lambda: Lost in site.states)
        with pytest.raises(DisconnectedError):
            site.client.set_levels(LEVELS)
        site.client.close()

    assert site.states == [Lost]
    assert site.pedals == []
    assert site.imitation.outputs.lights == SAFE


@pytest.mark.parametrize("fault", [Fault.UNPLUG_MID_FRAME, Fault.REPLUG])
def test_a_board_that_comes_back_has_its_light_again_and_its_pedal(
    fault: Fault, tmp_path: Path
) -> None:
    site = Site(tmp_path, fault)
    with site.emulator:
        site.until_lit()
        site.until(lambda: site.states[-1:] == [Back] and Lost in site.states)
        lights = site.imitation.outputs.lights
        site.emulator.act("press")
        site.until(lambda: bool(site.pedals))
        site.client.close()

    assert lights == LIGHTS
    assert site.states in ([Back, Lost, Back], [Lost, Back])
    assert site.pedals == [True]


def test_a_board_that_is_pulled_for_good_is_lost_once(tmp_path: Path) -> None:
    site = Site(tmp_path, Fault.UNPLUG)
    with site.emulator:
        site.until(lambda: Lost in site.states)
        for _ in range(20):
            site.readings += site.client.poll(0.05)
        site.client.close()

    assert site.states in ([Back, Lost], [Lost])
    assert site.pedals == []


def test_the_client_works_with_the_reference_firmware_in_real_time(tmp_path: Path) -> None:
    link = tmp_path / "board"
    readings: list[BoardReading] = []
    client = BenchBoard(lambda: SerialPort(str(link), 115_200), expected_serial="RB-000001")

    def until(wanted: BoardReading | type) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not any(wanted in (reading, type(reading)) for reading in readings):
            readings.extend(client.poll(0.05))
            assert time.monotonic() < deadline, readings

    for _ in range(2):
        child = subprocess.Popen(
            [program("host")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None
        assert child.stdout is not None
        link.symlink_to(child.stdout.readline().strip())
        until(Back())
        assert 0 <= client.set_levels(LEVELS) <= 0.035
        child.stdin.write("press\n")
        child.stdin.flush()
        until(Pedal(pressed=True))
        assert [reading for reading in readings if isinstance(reading, Pedal)][-1].pressed
        child.stdin.close()
        assert child.wait(PATIENCE_S) == 0
        printed = child.stdout.read().splitlines()
        child.stdout.close()
        for channel, permille in enumerate(LIGHTS, 1):
            assert f"light {channel} {permille}" in printed
        until(Lost)
        link.unlink()
        readings.clear()
    client.close()


def test_the_kind_is_known_and_makes_a_board_and_its_client(tmp_path: Path) -> None:
    assert family("board") is FAMILY
    assert FAMILY.imitate is not None
    assert FAMILY.listen is not None
    imitation = FAMILY.imitate(["serial RB-000042", "hot"])
    with Emulator(imitation, PtyPort(tmp_path / "board")) as emulator:
        wire = SerialPort(emulator.port.address, FAMILY.bauds[0])
        said = identify(wire)
        wire.close()
        client = FAMILY.listen(lambda: SerialPort(emulator.port.address, FAMILY.bauds[0]))
        readings: list[object] = []
        while Back() not in readings:
            readings += client.poll(0.1)
        client.close()

    assert said == "Bench board RB-000042 answers: firmware 1.0.0, 4 light channels."


def test_a_silent_port_is_not_taken_for_a_board(tmp_path: Path) -> None:
    imitation = BoardImitation()
    with Emulator(imitation, PtyPort(tmp_path / "board"), faults=[Fault.SILENCE]) as emulator:
        wire = SerialPort(emulator.port.address)

        assert identify(wire) is None
        wire.close()


def test_an_unknown_deed_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="press, release, brown-out, hot, cool, restart, serial"):
        BoardImitation(["jump"])


@pytest.mark.parametrize("message", CONVERSATION, ids=lambda message: type(message).__name__)
def test_every_message_has_its_words(message: Message) -> None:
    content = encode(message)
    (words,) = FAMILY.decode(content)

    assert words["damaged"] is False
    assert words["raw"] == content.hex().upper()
    assert words["sender"] == ("board" if content[2] & 0x80 else "computer")


def test_damage_and_nothing_have_words_too() -> None:
    (ping, unfinished) = FAMILY.decode(encode(Ping(9)) + b"\x05\x02")

    assert (ping["name"], ping["sequence"]) == ("ping", 9)
    assert (unfinished["damaged"], unfinished["reason"]) == (True, "unfinished")
    assert [entry["reason"] for entry in FAMILY.decode(b"")] == ["empty"]
