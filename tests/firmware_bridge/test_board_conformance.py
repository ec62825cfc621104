"""Emulator and firmware are the same board: what PROTOCOL.md demands, of both, on a pty."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from board_document import conversation
from boards import Board, EmulatedBoard, FirmwareBoard, Outputs

from firmware_bridge.codecs.board import MOST_CONTENT, encode, traffic_decoder, wrap
from firmware_bridge.codecs.board_messages import (
    LAMPS,
    Ack,
    Event,
    Heard,
    Hello,
    LampMode,
    Message,
    Pattern,
    Ping,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Status,
    Welcome,
    What,
)

SESSION = 0x1234
SAFE = (100, 100, 100, 100)
LEVELS = (800, 0, 250, 1000)
DARK = Outputs(SAFE, frozenset(), sounding=False)
NEAR_THE_WRAP_MS = 2**32 - 700

Make = Callable[..., Board]


@pytest.fixture(params=["emulator", "firmware"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    made: list[Board] = []

    def board(start_ms: int = 0) -> Board:
        made.append(
            EmulatedBoard(tmp_path / "board", start_ms)
            if request.param == "emulator"
            else FirmwareBoard(start_ms)
        )
        return made[-1]

    yield board
    for board_made in made:
        board_made.close()


@pytest.fixture
def board(make: Make) -> Board:
    """A board that has just got power."""
    return make()


@pytest.fixture
def greeted(board: Board) -> Board:
    """A board that was greeted with sequence 0."""
    board.hear(encode(Hello(0, SESSION)))
    return board


def said(content: bytes) -> list[Message]:
    """The messages of a board's bytes, which hold nothing else."""
    found = traffic_decoder().feed(content, 0.0)
    messages = [message for message in found if isinstance(message, Message)]
    assert b"".join(map(encode, messages)) == content
    return messages


def tell(board: Board, *messages: Message) -> list[Message]:
    return said(board.hear(b"".join(map(encode, messages))))


def status(board: Board, message: Message) -> Status:
    (ack,) = tell(board, message)
    assert isinstance(ack, Ack)
    assert ack.sequence == message.sequence
    return ack.status


def lamps(**modes: LampMode) -> tuple[LampMode, ...]:
    return tuple(modes.get(lamp, "off") for lamp in LAMPS)


def events(content: bytes) -> list[What]:
    return [message.what for message in said(content) if isinstance(message, Event)]


def keep_alive(board: Board, ms: int, numbers: Iterator[int]) -> list[Message]:
    """Let time pass with a ping every half second; return what the board says beside that."""
    heard: list[Message] = []
    for _ in range(ms // 500):
        heard += said(board.advance(500))
        heard += tell(board, Ping(next(numbers)))
    heard += said(board.advance(ms % 500))
    return [message for message in heard if not isinstance(message, Ack)]


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


@pytest.mark.parametrize("at", range(1, 14))
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_damaged_frame_is_not_answered_and_the_next_one_is(
    greeted: Board, at: int, flip: int
) -> None:
    frame = bytearray(encode(SetLights(1, LEVELS)))
    frame[at] ^= flip
    greeted.hear(bytes(frame))

    assert greeted.outputs == DARK
    assert status(greeted, SetLights(1, LEVELS)) == "ok"


@pytest.mark.parametrize(
    "noise",
    [
        b"boot v1.2\r\n",
        bytes(range(1, 256)),
        b"\x00",
        b"\x00\x00\x00",
        b"\x07\x00\x01\x00",
        b"\xff",
    ],
    ids=["text", "every byte", "a zero", "zeros", "short frames", "one byte"],
)
def test_noise_before_a_frame_does_it_no_harm(greeted: Board, noise: bytes) -> None:
    assert said(greeted.hear(noise + encode(Ping(1)))) == [Ack(1, "ok", 35)]


@pytest.mark.parametrize("noise", [b"\x00", b"x", b"\x00x\x00"], ids=["zero", "letter", "both"])
@pytest.mark.parametrize("at", range(2, 13))
def test_noise_inside_a_frame_costs_that_frame_alone(greeted: Board, noise: bytes, at: int) -> None:
    frame = encode(SetLights(1, LEVELS))

    assert said(greeted.hear(frame[:at] + noise + frame[at:])) == []
    assert greeted.outputs == DARK
    assert status(greeted, SetLights(1, LEVELS)) == "ok"


@pytest.mark.parametrize("at", range(15))
def test_a_frame_in_two_pieces_with_a_pause_is_one_frame(greeted: Board, at: int) -> None:
    frame = encode(SetLights(1, LEVELS))
    greeted.hear(frame[:at])
    greeted.advance(900)

    assert said(greeted.hear(frame[at:])) == [Ack(1, "ok", 35)]
    assert greeted.outputs.lights == LEVELS


def test_an_overlong_frame_is_dropped_and_the_next_one_is_heard(greeted: Board) -> None:
    whole = b"\x00" + b"\x41" * (MOST_CONTENT + 2) + b"\x00"

    assert greeted.hear(whole) == b""
    assert greeted.hear(b"\x00" + b"\x41" * 3000) == b""
    assert status(greeted, Ping(1)) == "ok"


def test_the_longest_frame_is_heard(greeted: Board) -> None:
    longest = wrap(0x7F, 1, bytes(MOST_CONTENT - 4))

    assert said(greeted.hear(longest)) == [Ack(1, "unknown", 35)]


def test_what_a_board_says_is_nothing_to_a_board(greeted: Board) -> None:
    echoes = (Ack(1, "ok"), Event(1, SESSION, "silence"), Refusal(1, SESSION, 1, 0))

    assert tell(greeted, *echoes) == []


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


def test_a_restart_loses_greeting_lights_and_lamps(greeted: Board) -> None:
    tell(greeted, SetLights(1, LEVELS), SetLamps(2, lamps(red="on")), Sound(3, "stop"))
    greeted.act("restart")

    assert greeted.outputs == DARK
    assert status(greeted, SetLights(4, LEVELS)) == "ungreeted"


def test_half_a_frame_before_a_restart_is_forgotten(greeted: Board) -> None:
    greeted.hear(encode(Hello(1, SESSION))[:-1])
    greeted.act("restart")

    assert greeted.hear(b"\x00") == b""


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


def test_the_conversation_of_the_document_is_held_byte_for_byte(board: Board) -> None:
    answer = b""
    for row in conversation():
        if row.sender == "board":
            assert answer[: len(row.content)] == row.content, row
            answer = answer[len(row.content) :]
            continue
        assert answer == b"", f"before {row}"
        match row.sender:
            case "computer":
                answer = board.hear(row.content)
            case "person":
                answer = board.act(row.meaning)
            case _:
                answer = board.advance(int(row.meaning.removesuffix(" ms")))
    assert answer == b""
