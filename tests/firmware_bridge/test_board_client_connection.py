"""The board's client loses and finds its board, sets it up again, and uses no other."""

from contextlib import suppress

import pytest
from board_site import LEVELS, LIGHTS, Site, sent, states
from boards import Board
from loopback import Cable

from firmware_bridge.clients.board import BoardNotice
from firmware_bridge.codecs.board import encode, traffic_decoder
from firmware_bridge.codecs.board_messages import Hello, Refusal, Sound, Welcome
from firmware_bridge.readings import Back, Lost, Pedal
from firmware_bridge.transports.transport import DisconnectedError


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
