"""The board's client has lights, lamps and sounds done once, or says why not."""

from pathlib import Path

import pytest
from board_site import LEVELS, LIGHTS, SAFE, Site, losing, sent
from boards import EmulatedBoard

from firmware_bridge.clients.board import BoardNotice, RefusedError
from firmware_bridge.codecs.board import encode
from firmware_bridge.codecs.board_messages import Ack, Ping, SetLights, Sound
from firmware_bridge.readings import Lost
from firmware_bridge.transports.transport import DisconnectedError


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


@pytest.mark.parametrize("serial", ["X" * 17, "", "A B"])
def test_a_serial_number_that_no_board_can_say_cannot_be_given_to_one(
    tmp_path: Path, serial: str
) -> None:
    board = EmulatedBoard(tmp_path / "board")
    with pytest.raises(ValueError, match="Deeds of a bench board"):
        board.act(f"serial {serial}")
    board.close()
