"""Emulator and firmware tell silence, pedal, brown-out and heat as PROTOCOL.md demands."""

import itertools

import pytest
from board_demands import (
    DARK,
    LEVELS,
    NEAR_THE_WRAP_MS,
    SAFE,
    SESSION,
    Make,
    events,
    keep_alive,
    lamps,
    said,
    status,
    tell,
)
from boards import Board, Outputs

from firmware_bridge.codecs.board import encode, wrap
from firmware_bridge.codecs.board_messages import (
    Ack,
    Event,
    Heard,
    Hello,
    Ping,
    SetLamps,
    SetLights,
    Sound,
    Welcome,
    What,
)


def test_without_a_computer_the_light_becomes_safe_and_lamps_and_sounder_stop(
    greeted: Board,
) -> None:
    tell(greeted, SetLights(1, LEVELS), SetLamps(2, lamps(repair="on", red="on")))
    greeted.advance(1400)
    tell(greeted, Sound(3, "stop"))
    greeted.advance(1499)
    assert greeted.outputs == Outputs(LEVELS, frozenset({"repair", "red"}), sounding=False)

    assert greeted.advance(1) == b""
    assert greeted.outputs == DARK


@pytest.mark.parametrize("start_ms", [0, NEAR_THE_WRAP_MS], ids=["from zero", "over the wrap"])
def test_the_heartbeat_keeps_light_and_lamps(make: Make, start_ms: int) -> None:
    board = make(start_ms)
    tell(board, Hello(0, SESSION), SetLights(1, LEVELS), SetLamps(2, lamps(hold="on")))
    numbers = itertools.count(3)

    assert keep_alive(board, 10_000, numbers) == []
    assert board.outputs == Outputs(LEVELS, frozenset({"hold"}), sounding=False)
    board.advance(1500)
    assert board.outputs == DARK


def test_noise_and_damaged_frames_are_no_heartbeat(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS))
    for _ in range(16):
        greeted.advance(100)
        greeted.hear(b"\x00noise\x00\x05\x02\x02\x00")

    assert greeted.outputs == DARK


def test_heard_again_the_board_says_that_its_light_was_the_safe_one(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS))
    assert greeted.advance(5000) == b""

    answers = tell(greeted, Ping(2))
    assert answers == [Ack(2, "ok", 0), Event(1, SESSION, "silence")]
    assert greeted.outputs == DARK
    assert status(greeted, SetLights(3, LEVELS)) == "ok"
    assert greeted.outputs.lights == LEVELS


def test_greeted_again_after_silence_the_board_says_so_in_its_welcome(greeted: Board) -> None:
    greeted.advance(2000)
    (welcome,) = tell(greeted, Hello(9, 77))

    assert isinstance(welcome, Welcome)
    assert welcome.conditions == ("silence",)
    assert greeted.advance(1000) == b""


def test_a_frame_that_comes_just_too_late_finds_the_light_safe(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS))
    greeted.jump(1500)

    assert tell(greeted, SetLights(2, LEVELS)) == [
        Ack(2, "ok", 35),
        Event(1, SESSION, "silence"),
    ]


def test_the_pedal_is_told_once_its_contact_is_still(greeted: Board) -> None:
    assert greeted.act("press") == b""
    assert greeted.advance(19) == b""
    assert said(greeted.advance(1)) == [Event(1, SESSION, "pedal-pressed")]


def test_a_bouncing_contact_is_one_press(greeted: Board) -> None:
    for _ in range(5):
        greeted.act("press")
        greeted.advance(7)
        greeted.act("release")
        greeted.advance(3)
    greeted.act("press")

    assert events(greeted.advance(25)) == ["pedal-pressed"]
    greeted.hear(encode(Heard(1, SESSION)))
    assert greeted.advance(500) == b""


def test_an_event_is_sent_again_until_it_is_confirmed(greeted: Board) -> None:
    greeted.act("press")
    once = greeted.advance(20)

    assert greeted.advance(199) == b""
    assert greeted.advance(1) == once
    assert greeted.advance(400) == once * 2
    assert tell(greeted, Heard(1, SESSION)) == []
    assert greeted.advance(800) == b""


@pytest.mark.parametrize(
    "wrong",
    [Heard(2, SESSION), Heard(0, SESSION), Heard(1, SESSION + 1)],
    ids=["later", "earlier", "other session"],
)
def test_a_confirmation_of_something_else_confirms_nothing(greeted: Board, wrong: Heard) -> None:
    greeted.act("press")
    greeted.advance(20)
    tell(greeted, wrong)

    assert events(greeted.advance(200)) == ["pedal-pressed"]


def test_a_malformed_confirmation_confirms_nothing(greeted: Board) -> None:
    greeted.act("press")
    greeted.advance(20)

    assert greeted.hear(wrap(Heard.kind, 1, b"\x12\x34\x00")) == b""
    assert events(greeted.advance(200)) == ["pedal-pressed"]


def test_events_come_in_their_order_one_at_a_time(greeted: Board) -> None:
    greeted.act("press")
    greeted.advance(25)
    greeted.act("release")
    greeted.act("brown-out")

    assert events(greeted.advance(200)) == ["pedal-pressed"]
    assert tell(greeted, Heard(1, SESSION)) == [Event(2, SESSION, "brown-out")]
    assert tell(greeted, Heard(1, SESSION)) == []
    assert tell(greeted, Heard(2, SESSION)) == [Event(3, SESSION, "pedal-released")]
    assert tell(greeted, Heard(3, SESSION)) == []
    assert greeted.advance(1000) == b""


def test_more_events_than_the_queue_holds_end_in_the_true_state(greeted: Board) -> None:
    numbers = itertools.count(1)
    for _ in range(7):
        greeted.act("press")
        keep_alive(greeted, 40, numbers)
        greeted.act("release")
        keep_alive(greeted, 40, numbers)
        tell(greeted, Ping(next(numbers)))
    heard: list[What] = []
    for number in range(1, 20):
        answer = tell(greeted, Heard(number, SESSION))
        heard += [event.what for event in answer if isinstance(event, Event)]

    assert 7 <= len(heard) <= 9
    assert heard[-1] == "pedal-released"


def test_a_press_that_nobody_heard_is_void(greeted: Board) -> None:
    greeted.act("press")
    greeted.advance(3000)

    answer = tell(greeted, Ping(1))
    assert answer[1:] == [Event(2, SESSION, "silence")]
    tell(greeted, Heard(2, SESSION))
    assert greeted.advance(1000) == b""


def test_a_release_that_nobody_heard_is_told_afterwards(greeted: Board) -> None:
    greeted.act("press")
    greeted.advance(20)
    tell(greeted, Heard(1, SESSION))
    greeted.act("release")
    greeted.advance(3000)

    tell(greeted, Ping(1))
    (release,) = tell(greeted, Heard(3, SESSION))
    assert isinstance(release, Event)
    assert release.what == "pedal-released"


def test_a_greeting_forgets_the_events_before_it_and_numbers_anew(greeted: Board) -> None:
    greeted.act("press")
    greeted.advance(20)
    (welcome,) = tell(greeted, Hello(1, 0xBEEF))

    assert isinstance(welcome, Welcome)
    assert welcome.conditions == ("pedal-pressed",)
    assert greeted.advance(500) == b""
    greeted.act("release")
    assert said(greeted.advance(20)) == [Event(1, 0xBEEF, "pedal-released")]


def test_a_pedal_held_down_at_power_is_no_press(board: Board) -> None:
    board.act("press")
    board.act("restart")
    board.advance(100)

    assert len(tell(board, Hello(1, SESSION))) == 1
    assert board.advance(500) == b""


def test_a_brown_out_makes_the_light_safe_and_is_told(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS), SetLamps(2, lamps(red="on")))

    assert events(greeted.act("brown-out")) == ["brown-out"]
    assert greeted.outputs == Outputs(SAFE, frozenset({"red"}), sounding=False)
    tell(greeted, Heard(1, SESSION))
    assert status(greeted, SetLights(3, LEVELS)) == "ok"


def test_a_brown_out_before_the_greeting_is_told_in_the_welcome(board: Board) -> None:
    board.act("brown-out")
    (welcome,) = tell(board, Hello(1, SESSION))
    (again,) = tell(board, Hello(2, SESSION))

    assert isinstance(welcome, Welcome)
    assert isinstance(again, Welcome)
    assert welcome.conditions == ("restarted", "brown-out")
    assert again.conditions == ()


def test_a_brown_out_that_was_not_confirmed_is_told_in_the_next_welcome(greeted: Board) -> None:
    greeted.act("brown-out")
    (welcome,) = tell(greeted, Hello(1, 5))

    assert isinstance(welcome, Welcome)
    assert welcome.conditions == ("brown-out",)


def test_a_hot_board_keeps_the_safe_light_until_it_has_cooled(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS))

    assert events(greeted.act("hot")) == ["too-hot"]
    assert greeted.outputs.lights == SAFE
    tell(greeted, Heard(1, SESSION))
    assert status(greeted, SetLights(2, LEVELS)) == "hot"
    assert status(greeted, SetLamps(3, lamps(red="on"))) == "ok"
    assert greeted.outputs.lights == SAFE
    assert events(greeted.act("cool")) == ["cooled"]
    assert status(greeted, SetLights(4, LEVELS)) == "ok"


def test_a_hot_board_says_so_in_its_welcome(board: Board) -> None:
    board.act("hot")
    board.act("restart")
    (welcome,) = tell(board, Hello(1, SESSION))

    assert isinstance(welcome, Welcome)
    assert welcome.conditions == ("too-hot", "restarted")
    assert board.advance(500) == b""
