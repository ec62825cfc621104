"""The bench board: light channels, foot switch, bin lamps, stack light, sounder."""

import time
from dataclasses import fields

from firmware_bridge.clients.board import BenchBoard
from firmware_bridge.codecs.board import board_decoder, encode, traffic_decoder
from firmware_bridge.codecs.board_messages import (
    FROM_BOARD,
    NAMES,
    FromBoard,
    Hello,
    Message,
    Refusal,
    Welcome,
)
from firmware_bridge.emulators.board import BoardImitation
from firmware_bridge.families.traffic import asked, decoded, whole
from firmware_bridge.family import Family, Meaning
from firmware_bridge.transports.transport import Transport

IDENTIFY_S = 0.8


def decode(content: bytes) -> list[Meaning]:
    """A recording of either side in words."""
    return decoded(content, traffic_decoder(), meaning)


def meaning(message: Message) -> Meaning:
    """A message in words: its fields by their names, and who sends such."""
    said = {field.name: getattr(message, field.name) for field in fields(message)}
    sender = "board" if message.kind & FROM_BOARD else "computer"
    words = {name: list(one) if isinstance(one, tuple) else one for name, one in said.items()}
    return whole(NAMES[type(message)], encode(message), sender=sender, **words)


def identify(wire: Transport) -> str | None:
    """Greet the board, which changes no output."""
    hello = Hello(0, int(time.monotonic() * 1000) & 0xFFFF)

    def answers(said: FromBoard) -> bool:
        return isinstance(said, Welcome | Refusal) and said.session == hello.session

    match asked(wire, encode(hello), board_decoder(), answers, IDENTIFY_S):
        case Welcome() as board:
            return _welcomed(board)
        case Refusal() as refusal:
            return f"A bench board answers that speaks protocol {refusal.major}.{refusal.minor}."
        case _:
            return None


def _welcomed(board: Welcome) -> str:
    firmware = ".".join(map(str, board.firmware))
    return (
        f"Bench board {board.serial} answers: firmware {firmware}, "
        f"{len(board.settle_ms)} light channels."
    )


FAMILY = Family(
    kind="board",
    title="Bench board: lights, foot switch, lamps, sounder",
    decode=decode,
    imitate=BoardImitation,
    identify=identify,
    listen=BenchBoard,
    bauds=(115200,),
)
