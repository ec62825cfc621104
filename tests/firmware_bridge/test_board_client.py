"""The bench board's client, in one thread with the emulator and with the firmware."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from boards import Board, BoardAsImitation, EmulatedBoard, FirmwareBoard
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.board import BenchBoard, BoardNotice, BoardReading, RefusedError
from firmware_bridge.codecs.board import encode, traffic_decoder
from firmware_bridge.codecs.board_messages import (
    Ack,
    Event,
    Heard,
    Hello,
    Message,
    Ping,
    Refusal,
    SetLights,
    Sound,
    Welcome,
)
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.transport import DisconnectedError, Transport

LEVELS = {"1": 0.8, "3": 0.25, "4": 1.0}
LIGHTS = (800, 0, 250, 1000)
SAFE = (100, 100, 100, 100)

Alter = Callable[[bytes], bytes]


class Wire(Loopback):
    """A loopback that may lose what the computer sends."""

    def __init__(self, site: "Site") -> None:
        super().__init__(
            site.imitation, site.time, site.cable, alter=lambda frame: site.hears(frame)
        )
        self._site = site

    def write(self, content: bytes) -> None:
        super().write(self._site.says(content))


@dataclass
class Site:
    """A client, its board, and the cable between them, with something to spoil each way."""

    board: Board
    time: FakeTime = field(default_factory=FakeTime)
    cable: Cable = field(default_factory=Cable)
    hears: Alter = bytes
    says: Alter = bytes
    expected_serial: str | None = None
    readings: list[BoardReading] = field(default_factory=list)
    wire: Wire | None = None

    def __post_init__(self) -> None:
        self.imitation = BoardAsImitation(self.board)
        self.client = BenchBoard(
            self._open,
            expected_serial=self.expected_serial,
            clock=self.time,
            sleep=self.time.sleep,
        )

    def poll(self, seconds: float, *, at_most_s: float = 0.1) -> list[BoardReading]:
        """Poll for some time and return what was read."""
        end = self.time.now + seconds
        read: list[BoardReading] = []
        while self.time.now < end:
            read += self.client.poll(min(at_most_s, end - self.time.now))
        self.readings += read
        return read

    @property
    def client_sequence(self) -> int:
        """The sequence of what the client said last."""
        return sent(self)[-1].sequence

    def connected(self) -> "Site":
        assert self.poll(0.1) == [Back()]
        return self

    def act(self, deed: str) -> None:
        """Do something to the board, whether anybody can hear of it or not."""
        if self.wire is not None and self.cable.plugged:
            self.wire.act(deed)
        else:
            self.imitation.act(deed, self.time.now)

    def _open(self) -> Transport:
        self.wire = Wire(self)
        return self.wire


@pytest.fixture(params=["emulator", "firmware"])
def board(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Board]:
    made: Board = (
        EmulatedBoard(tmp_path / "board") if request.param == "emulator" else FirmwareBoard()
    )
    yield made
    made.close()


@pytest.fixture
def site(board: Board) -> Site:
    return Site(board)


def losing(kind: type[Message], times: int) -> Alter:
    """Lose the first messages of a kind."""
    left = times

    def alter(frames: bytes) -> bytes:
        nonlocal left
        kept = b""
        for message in traffic_decoder().feed(frames, 0.0):
            assert not isinstance(message, Damage)
            if isinstance(message, kind) and left:
                left -= 1
            else:
                kept += encode(message)
        return kept

    return alter


def sent(site: Site) -> list[Message]:
    found = traffic_decoder().feed(bytes(site.cable.sent), 0.0)
    return [message for message in found if not isinstance(message, Damage)]


def states(readings: list[BoardReading]) -> list[type]:
    return [type(reading) for reading in readings if isinstance(reading, Lost | Back)]


def test_a_board_is_greeted_and_says_who_it_is(site: Site) -> None:
    assert not site.client.up
    assert site.client.identity is None
    site.connected()

    assert site.client.up
    assert site.client.identity is not None
    assert site.client.identity.serial == "RB-000001"
    assert site.board.outputs.lights == SAFE


def test_levels_are_set_for_all_channels_and_the_time_to_settle_is_told(site: Site) -> None:
    site.connected().poll(1.0)

    assert site.client.set_levels(LEVELS) == 0.035
    assert site.board.outputs.lights == LIGHTS
    site.poll(1.0)
    assert site.client.set_levels(LEVELS) == 0.0
    assert site.client.set_levels({}) == 0.035
    assert site.board.outputs.lights == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "levels",
    [{"0": 0.5}, {"9": 0.5}, {"A": 0.5}, {"1": 1.01}, {"1": -0.1}, {"1": float("nan")}],
    ids=str,
)
def test_a_level_that_no_board_has_is_refused_and_nothing_is_set(
    site: Site, levels: dict[str, float]
) -> None:
    site.connected()
    with pytest.raises(ValueError, match="channels are 1 to 8, levels 0 to 1"):
        site.client.set_levels(levels)

    assert site.board.outputs.lights == SAFE


def test_a_channel_that_this_board_lacks_is_refused_with_both_numbers(site: Site) -> None:
    site.connected()

    with pytest.raises(ValueError, match="has 4 light channels, and channel 5 was asked for"):
        site.client.set_levels({"5": 0.5})


def test_a_channel_asked_for_before_the_board_was_known_keeps_it_unavailable(site: Site) -> None:
    with pytest.raises(DisconnectedError):
        site.client.set_levels({"5": 0.5})
    (lost,) = site.poll(10.0)

    assert isinstance(lost, Lost)
    assert "has 4 light channels, and channel 5 was asked for" in lost.reason


def test_lamps_are_set_and_those_not_named_go_out(site: Site) -> None:
    site.connected()
    site.client.set_lamps({"repair": "on", "amber": "blink"})
    assert site.board.outputs.lit == {"repair", "amber"}
    site.client.set_lamps({"scrap": "on"})

    assert site.board.outputs.lit == {"scrap"}


def test_a_lamp_mode_or_sound_that_does_not_exist_is_refused(site: Site) -> None:
    site.connected()

    with pytest.raises(ValueError, match="a lamp is off, on or blink"):
        site.client.set_lamps({"repair": "bright"})
    with pytest.raises(ValueError, match="there are silence, accept, attention, stop"):
        site.client.sound("beep")


def test_a_sound_whose_answer_is_lost_sounds_once(site: Site) -> None:
    site.connected()
    site.hears = losing(Ack, 2)
    site.client.sound("accept")

    assert [type(message) for message in sent(site)].count(Sound) == 3
    assert not site.board.outputs.sounding


def test_a_command_that_is_lost_is_sent_again(site: Site) -> None:
    site.connected()
    site.says = losing(SetLights, 2)

    assert site.client.set_levels(LEVELS) == 0.035
    assert site.board.outputs.lights == LIGHTS


def test_a_board_that_does_not_know_a_command_is_told_to_be_updated(site: Site) -> None:
    site.connected()
    site.hears = lambda frames: encode(Ack(site.client_sequence, "unknown")) if frames else b""
    with pytest.raises(RefusedError, match="does not know this command: update its firmware"):
        site.client.sound("accept")

    assert site.client.up


def test_the_heartbeat_keeps_the_light_while_one_polls(site: Site) -> None:
    site.connected()
    site.client.set_levels(LEVELS)
    assert site.poll(30.0) == []
    assert site.poll(30.0, at_most_s=30.0) == []

    assert site.board.outputs.lights == LIGHTS
    assert sum(isinstance(message, Ping) for message in sent(site)) < 130


def test_after_a_pause_without_polling_the_light_is_set_again(site: Site) -> None:
    site.connected()
    site.client.set_levels(LEVELS)
    site.client.set_lamps({"hold": "on"})
    site.time.now += 5
    site.imitation.tick(site.time.now)
    assert site.board.outputs.lights == SAFE

    assert site.poll(0.1) == [BoardNotice("silence")]
    assert site.board.outputs.lights == LIGHTS
    assert site.board.outputs.lit == {"hold"}


def test_the_pedal_is_told_once_each_way(site: Site) -> None:
    site.connected()
    for _ in range(3):
        site.act("press")
        assert site.poll(0.5) == [Pedal(pressed=True)]
        site.act("release")
        assert site.poll(0.5) == [Pedal(pressed=False)]


@pytest.mark.parametrize(
    ("deed", "told"), [("press", Pedal(pressed=True)), ("brown-out", BoardNotice("brown-out"))]
)
def test_an_event_whose_confirmation_is_lost_is_told_once(
    site: Site, deed: str, told: BoardReading
) -> None:
    site.connected()
    site.says = losing(Heard, 3)
    site.act(deed)

    assert site.poll(3.0) == [told]
    assert sum(isinstance(message, Heard) for message in sent(site)) == 1


def test_presses_during_a_command_are_not_lost(site: Site) -> None:
    site.connected()
    site.act("press")
    site.time.now += 0.1
    site.client.set_levels(LEVELS)
    site.act("release")
    site.time.now += 0.1
    site.client.set_levels({})

    assert site.poll(1.0) == [Pedal(pressed=True), Pedal(pressed=False)]


def test_after_a_brown_out_the_light_is_set_again(site: Site) -> None:
    site.connected()
    site.client.set_levels(LEVELS)
    site.act("brown-out")
    assert site.board.outputs.lights == SAFE

    assert site.poll(0.5) == [BoardNotice("brown-out")]
    assert site.board.outputs.lights == LIGHTS


def test_a_hot_board_refuses_light_and_gets_it_back_once_cooled(site: Site) -> None:
    site.connected()
    site.client.set_levels(LEVELS)
    site.act("hot")
    assert site.poll(0.5) == [BoardNotice("too-hot")]
    with pytest.raises(RefusedError, match="too hot for its lights: let it cool"):
        site.client.set_levels({"1": 0.5})
    site.client.set_lamps({"red": "on"})
    assert site.poll(5.0) == []
    assert site.board.outputs.lights == SAFE
    site.act("cool")

    assert site.poll(0.5) == [BoardNotice("cooled")]
    assert site.board.outputs.lights == (500, 0, 0, 0)


def test_a_board_that_is_hot_when_greeted_is_back_and_says_so(site: Site) -> None:
    site.imitation.act("hot", 0.0)
    with suppress(DisconnectedError):
        site.client.set_levels(LEVELS)

    assert site.poll(0.2) == [Back(), BoardNotice("too-hot")]
    assert site.board.outputs.lights == SAFE


def test_what_was_asked_while_the_board_was_away_is_done_on_its_return(site: Site) -> None:
    site.cable.plugged = False
    site.poll(1.0)
    with pytest.raises(DisconnectedError, match="not connected"):
        site.client.set_levels(LEVELS)
    with pytest.raises(DisconnectedError, match="not connected"):
        site.client.set_lamps({"scrap": "on"})
    with pytest.raises(DisconnectedError, match="not connected"):
        site.client.sound("stop")
    site.cable.plugged = True

    assert site.poll(3.0) == [Back()]
    assert site.board.outputs.lights == LIGHTS
    assert site.board.outputs.lit == {"scrap"}
    assert not any(isinstance(message, Sound) for message in sent(site))


def test_a_board_that_restarts_by_itself_is_lost_and_back_with_its_state(site: Site) -> None:
    site.connected()
    site.client.set_levels(LEVELS)
    site.act("restart")
    readings = site.poll(3.0)

    assert states(readings) == [Lost, Back]
    assert isinstance(readings[0], Lost)
    assert "has restarted" in readings[0].reason
    assert site.board.outputs.lights == LIGHTS


def test_a_board_that_falls_silent_is_lost_once(site: Site) -> None:
    site.connected()
    site.hears = lambda _: b""

    (lost,) = site.poll(20.0)
    assert isinstance(lost, Lost)
    site.hears = bytes
    assert site.poll(10.0) == [Back()]


def test_a_release_while_the_board_was_away_is_told_on_its_return(site: Site) -> None:
    site.connected()
    site.act("press")
    assert site.poll(0.5) == [Pedal(pressed=True)]
    site.cable.plugged = False
    site.act("release")
    site.poll(1.0)
    site.cable.plugged = True

    assert site.poll(5.0) == [Back(), Pedal(pressed=False)]


def test_after_a_return_the_pedal_is_told_as_before(site: Site) -> None:
    site.connected()
    for _ in range(2):
        for deed in ("press", "release", "restart"):
            site.act(deed)
            site.poll(3.0)

    assert [reading.pressed for reading in site.readings if isinstance(reading, Pedal)] == [
        True,
        False,
    ] * 2


def test_a_press_while_the_board_was_away_is_never_told(site: Site) -> None:
    site.connected()
    site.cable.plugged = False
    site.act("press")
    site.poll(1.0)
    site.cable.plugged = True

    assert site.poll(5.0) == [Back()]
    site.act("release")
    assert site.poll(1.0) == []


def test_an_event_of_an_older_session_is_not_told(site: Site) -> None:
    def with_an_old_press(frames: bytes) -> bytes:
        old = encode(Event(1, 0x0FED, "pedal-pressed"))
        (first, *_) = traffic_decoder().feed(frames, 0.0) or (None,)
        return old + frames + old if isinstance(first, Welcome) else frames

    site.hears = with_an_old_press

    assert site.poll(2.0) == [Back()]


def test_a_board_of_another_serial_number_is_not_used(board: Board) -> None:
    site = Site(board, expected_serial="RB-000002")
    (lost,) = site.poll(10.0)

    assert isinstance(lost, Lost)
    assert "is RB-000001, not RB-000002" in lost.reason
    assert {type(message) for message in sent(site)} == {Hello}
    with pytest.raises(DisconnectedError):
        site.client.sound("accept")


def test_the_expected_board_is_used(board: Board) -> None:
    site = Site(board, expected_serial="RB-000001")

    assert site.poll(1.0) == [Back()]


def test_a_board_of_another_major_version_is_refused_with_a_sentence(site: Site) -> None:
    def newer(frames: bytes) -> bytes:
        (first, *_) = traffic_decoder().feed(frames, 0.0) or (None,)
        if isinstance(first, Welcome):
            return encode(Refusal(first.sequence, first.session, 2, 3))
        return frames

    site.hears = newer
    (lost,) = site.poll(10.0)

    assert lost == Lost(
        "The bench board speaks protocol 2.3 and this program 1.0: "
        "update the firmware of the board."
    )


def test_an_echo_of_what_was_sent_is_damage_and_nothing_else(site: Site) -> None:
    site.connected()
    echo = encode(Hello(1, 2))
    site.hears = lambda frames: echo + frames if frames else b""
    site.act("press")
    readings = site.poll(2.0)

    assert [reading for reading in readings if not isinstance(reading, Damage)] == [
        Pedal(pressed=True)
    ]


def test_closing_lets_go_of_the_wire_and_polling_opens_it_again(site: Site) -> None:
    site.connected()
    site.client.close()

    assert not site.client.up
    assert Back() in site.poll(1.0)


def conversation(site: Site) -> None:
    """Everything that a client and a board say to each other."""
    site.poll(0.3)
    with suppress(DisconnectedError):
        site.client.set_levels(LEVELS)
    with suppress(DisconnectedError):
        site.client.set_lamps({"repair": "on"})
    with suppress(DisconnectedError):
        site.client.sound("attention")
    for deed in ("press", "release", "brown-out"):
        site.act(deed)
        site.poll(0.6)


def test_a_cable_pulled_at_any_byte_costs_no_reading_twice_and_no_state(board: Board) -> None:
    whole = Site(board)
    conversation(whole)
    undisturbed = [Back(), Pedal(pressed=True), Pedal(pressed=False), BoardNotice("brown-out")]
    assert whole.readings == undisturbed
    total = len(whole.cable.delivered)
    assert total > 100

    for at in range(1, total + 1):
        site = Site(board, cable=Cable(left=at))
        conversation(site)
        site.poll(0.1)
        assert not site.cable.plugged, at
        site.cable.plugged = True
        site.poll(3.0)

        read = [reading for reading in site.readings if not isinstance(reading, Lost | Back)]
        assert states(site.readings) in ([Back, Lost, Back], [Lost, Back]), at
        assert site.board.outputs.lights == LIGHTS, at
        assert site.board.outputs.lit == {"repair"}, at
        assert read in (
            [],
            undisturbed[1:2],
            undisturbed[1:3],
            undisturbed[1:],
        ), (at, read)
        site.client.close()


@pytest.mark.parametrize("serial", ["X" * 17, "", "A B"])
def test_a_serial_number_that_no_board_can_say_cannot_be_given_to_one(
    tmp_path: Path, serial: str
) -> None:
    board = EmulatedBoard(tmp_path / "board")
    with pytest.raises(ValueError, match="Deeds of a bench board"):
        board.act(f"serial {serial}")
    board.close()
