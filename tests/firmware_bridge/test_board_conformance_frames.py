"""Emulator and firmware hear whole frames in any noise and answer byte for byte alike."""

import pytest
from board_demands import DARK, LEVELS, SESSION, said, status, tell
from board_document import conversation
from boards import Board

from firmware_bridge.codecs.board import MOST_CONTENT, encode, wrap
from firmware_bridge.codecs.board_messages import Ack, Event, Hello, Ping, Refusal, SetLights


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


def test_half_a_frame_before_a_restart_is_forgotten(greeted: Board) -> None:
    greeted.hear(encode(Hello(1, SESSION))[:-1])
    greeted.act("restart")

    assert greeted.hear(b"\x00") == b""


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
