"""The board's client tells every event of its board once, however often it is said."""

from contextlib import suppress

import pytest
from board_site import LEVELS, LIGHTS, SAFE, Site, losing, sent

from firmware_bridge.clients.board import BoardNotice, BoardReading, RefusedError
from firmware_bridge.codecs.board import encode, traffic_decoder
from firmware_bridge.codecs.board_messages import Event, Heard, Hello, Welcome
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Pedal
from firmware_bridge.transports.transport import DisconnectedError


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


def test_an_echo_of_what_was_sent_is_damage_and_nothing_else(site: Site) -> None:
    site.connected()
    echo = encode(Hello(1, 2))
    site.hears = lambda frames: echo + frames if frames else b""
    site.act("press")
    readings = site.poll(2.0)

    assert [reading for reading in readings if not isinstance(reading, Damage)] == [
        Pedal(pressed=True)
    ]
