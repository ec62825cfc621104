"""What is said to a bench board to see whether it does what PROTOCOL.md demands."""

from collections.abc import Callable, Iterator

from boards import Board, Outputs

from firmware_bridge.codecs.board import encode, traffic_decoder
from firmware_bridge.codecs.board_messages import (
    LAMPS,
    Ack,
    Event,
    LampMode,
    Message,
    Ping,
    Status,
    What,
)

SESSION = 0x1234
SAFE = (100, 100, 100, 100)
LEVELS = (800, 0, 250, 1000)
DARK = Outputs(SAFE, frozenset(), sounding=False)
NEAR_THE_WRAP_MS = 2**32 - 700

Make = Callable[..., Board]


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
