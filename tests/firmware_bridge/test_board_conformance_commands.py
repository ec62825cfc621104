"""Emulator and firmware greet, and do lights, lamps and sounds, as PROTOCOL.md demands."""

import itertools

import pytest
from board_demands import (
    DARK,
    LEVELS,
    NEAR_THE_WRAP_MS,
    SESSION,
    Make,
    events,
    keep_alive,
    lamps,
    said,
    status,
    tell,
)
from boards import Board

from firmware_bridge.codecs.board import wrap
from firmware_bridge.codecs.board_messages import (
    Ack,
    Heard,
    Hello,
    Pattern,
    Ping,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Status,
    Welcome,
)


def test_with_power_the_lights_are_at_the_safe_level_and_nothing_is_said(board: Board) -> None:
    assert board.advance(3000) == b""
    assert board.outputs == DARK


def test_a_greeting_is_answered_with_what_the_board_is(board: Board) -> None:
    assert tell(board, Hello(7, SESSION)) == [
        Welcome(
            sequence=7,
            session=SESSION,
            major=1,
            minor=0,
            firmware=(1, 0, 0),
            conditions=("restarted",),
            safe_permille=100,
            settle_ms=(20, 20, 35, 0),
            serial="RB-000001",
        )
    ]
    assert board.outputs == DARK


def test_a_newer_computer_of_the_same_major_is_welcome_in_the_boards_minor(board: Board) -> None:
    (welcome,) = tell(board, Hello(1, SESSION, minor=9))

    assert isinstance(welcome, Welcome)
    assert (welcome.major, welcome.minor) == (1, 0)


def test_another_major_is_refused_with_the_boards_version_and_commands_stay_undone(
    board: Board,
) -> None:
    assert tell(board, Hello(1, SESSION, major=2)) == [Refusal(1, SESSION, 1, 0)]
    assert status(board, SetLights(2, LEVELS)) == "ungreeted"
    assert board.outputs == DARK


def test_a_refused_greeting_does_not_end_the_session_before_it(greeted: Board) -> None:
    tell(greeted, Hello(1, 99, major=2))

    assert status(greeted, SetLights(2, LEVELS)) == "ok"


def test_nothing_is_done_before_the_greeting(board: Board) -> None:
    for command in (Ping(1), SetLights(2, LEVELS), SetLamps(3, lamps(red="on")), Sound(4, "stop")):
        assert status(board, command) == "ungreeted"
    assert tell(board, Heard(1, 0)) == []
    assert board.outputs == DARK


def test_lights_are_applied_at_once_and_the_answer_says_when_they_are_settled(
    greeted: Board,
) -> None:
    greeted.advance(1000)

    assert tell(greeted, SetLights(1, LEVELS)) == [Ack(1, "ok", 35)]
    assert greeted.outputs.lights == LEVELS
    greeted.advance(30)
    assert tell(greeted, Ping(2)) == [Ack(2, "ok", 5)]
    greeted.advance(10)
    assert tell(greeted, Ping(3)) == [Ack(3, "ok", 0)]


def test_only_channels_that_change_settle_anew(greeted: Board) -> None:
    greeted.advance(1000)
    tell(greeted, SetLights(1, (100, 100, 100, 500)))

    assert tell(greeted, SetLights(2, (100, 100, 100, 500))) == [Ack(2, "ok", 0)]
    assert tell(greeted, SetLights(3, (200, 100, 100, 500))) == [Ack(3, "ok", 20)]
    greeted.advance(15)
    assert tell(greeted, SetLights(4, (200, 100, 100, 0))) == [Ack(4, "ok", 5)]
    greeted.jump(20)
    assert tell(greeted, SetLights(5, (200, 100, 100, 1))) == [Ack(5, "ok", 0)]


@pytest.mark.parametrize("start_ms", [0, 2**32 - 36], ids=["from zero", "over the wrap"])
def test_a_later_change_settles_later(make: Make, start_ms: int) -> None:
    board = make(start_ms)
    tell(board, Hello(0, SESSION))
    board.advance(20)

    assert tell(board, SetLights(1, (200, 100, 100, 100))) == [Ack(1, "ok", 20)]


def test_lights_settle_after_power_too(greeted: Board) -> None:
    assert tell(greeted, Ping(1)) == [Ack(1, "ok", 35)]


def test_a_command_sent_again_is_answered_again_and_not_done_twice(greeted: Board) -> None:
    tell(greeted, Sound(1, "accept"))
    greeted.advance(150)

    assert not greeted.outputs.sounding
    assert status(greeted, Sound(1, "accept")) == "ok"
    assert not greeted.outputs.sounding
    assert status(greeted, Sound(2, "accept")) == "ok"
    assert greeted.outputs.sounding


def test_a_refused_command_sent_again_is_refused_again(greeted: Board) -> None:
    wrong = SetLights(1, (1001, 0, 0, 0))

    assert [status(greeted, wrong) for _ in range(2)] == ["range", "range"]


def test_a_greeting_sent_again_is_answered_alike_and_forgets_nothing(board: Board) -> None:
    first = tell(board, Hello(1, SESSION))
    board.act("press")
    board.advance(25)

    (again,) = (m for m in tell(board, Hello(1, SESSION)) if isinstance(m, Welcome))
    assert isinstance(first[0], Welcome)
    assert again.conditions == ("pedal-pressed", *first[0].conditions)
    assert events(board.advance(200)) == ["pedal-pressed"]


def test_a_command_out_of_order_is_answered_as_stale_and_not_done(greeted: Board) -> None:
    tell(greeted, SetLights(5, LEVELS))

    assert status(greeted, SetLights(4, (0, 0, 0, 0))) == "stale"
    assert status(greeted, SetLights(5, (0, 0, 0, 0))) == "stale"
    assert status(greeted, SetLights(134, (0, 0, 0, 0))) == "stale"
    assert greeted.outputs.lights == LEVELS
    assert status(greeted, SetLights(133, (1, 0, 0, 0))) == "ok"


def test_the_sequence_wraps_around(greeted: Board) -> None:
    for number in range(1, 600):
        level = number % 2
        assert status(greeted, SetLights(number % 256, (level, 0, 0, 0))) == "ok"
        assert greeted.outputs.lights[0] == level


@pytest.mark.parametrize(
    ("kind", "body", "answer"),
    [
        (0x00, b"", "unknown"),
        (0x55, b"anything", "unknown"),
        (0x01, b"\x12\x34\x01", "malformed"),
        (0x02, b"\x00", "malformed"),
        (0x03, b"\x00\x64\x00", "malformed"),
        (0x03, b"", "range"),
        (0x03, b"\x00\x64" * 3, "range"),
        (0x03, b"\x00\x64" * 5, "range"),
        (0x03, b"\x03\xe9" + b"\x00\x64" * 3, "range"),
        (0x04, bytes(7), "malformed"),
        (0x04, b"\x03" + bytes(7), "range"),
        (0x05, b"", "malformed"),
        (0x05, b"\x04", "range"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_and_nothing_is_done(
    greeted: Board, kind: int, body: bytes, answer: Status
) -> None:
    (ack,) = said(greeted.hear(wrap(kind, 1, body)))

    assert isinstance(ack, Ack)
    assert (ack.sequence, ack.status) == (1, answer)
    assert greeted.outputs == DARK


def test_a_restart_loses_greeting_lights_and_lamps(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS), SetLamps(2, lamps(red="on")), Sound(3, "stop"))
    greeted.act("restart")

    assert greeted.outputs == DARK
    assert status(greeted, SetLights(4, LEVELS)) == "ungreeted"


@pytest.mark.parametrize("start_ms", [0, NEAR_THE_WRAP_MS], ids=["from zero", "over the wrap"])
def test_lamps_blink_in_step_and_begin_lit(make: Make, start_ms: int) -> None:
    board = make(start_ms)
    numbers = itertools.count(2)
    tell(board, Hello(0, SESSION), SetLamps(1, lamps(scrap="blink", amber="blink", green="on")))
    blinking = frozenset({"scrap", "amber", "green"})
    seen = []
    for _ in range(5):
        seen.append(board.outputs.lit)
        keep_alive(board, 499, numbers)
        seen.append(board.outputs.lit)
        keep_alive(board, 1, numbers)
        tell(board, Ping(next(numbers)))

    lit, dark = [blinking] * 2, [frozenset({"green"})] * 2
    assert seen == lit + dark + lit + dark + lit


@pytest.mark.parametrize(
    ("pattern", "heard"),
    [
        ("silence", [(0, False)]),
        ("accept", [(0, True), (99, True), (100, False), (400, False)]),
        (
            "attention",
            [
                (0, True),
                (99, True),
                (100, False),
                (199, False),
                (200, True),
                (299, True),
                (300, False),
                (700, False),
            ],
        ),
        ("stop", [(0, True), (599, True), (600, False)]),
    ],
)
def test_a_pattern_sounds_as_long_as_it_should(
    greeted: Board, pattern: Pattern, heard: list[tuple[int, bool]]
) -> None:
    tell(greeted, Sound(1, pattern))
    now = 0
    for at, sounding in heard:
        greeted.advance(at - now)
        now = at
        assert greeted.outputs.sounding == sounding, at


def test_a_pattern_takes_the_place_of_one_that_still_sounds(greeted: Board) -> None:
    tell(greeted, Sound(1, "stop"))
    greeted.advance(300)
    tell(greeted, Sound(2, "accept"))
    greeted.advance(100)
    assert not greeted.outputs.sounding
    tell(greeted, Sound(3, "stop"), Sound(4, "silence"))
    assert not greeted.outputs.sounding
