"""The bench board's frames (PROTOCOL.md).

A frame is a zero, the stuffed content and a zero. The content is kind, sequence, body and a CRC-16
(GENIBUS) over all before it.
"""

from dataclasses import dataclass

from firmware_bridge.codecs.board_messages import (
    READERS,
    FromBoard,
    FromComputer,
    MalformedError,
    Message,
    RangeError,
)
from firmware_bridge.codecs.checksums import crc16_genibus
from firmware_bridge.codecs.cobs import ZERO, CobsDecoder, Unfit, stuff
from firmware_bridge.codecs.frames import Decoder

MOST_CONTENT = 64
MOST_CHUNK = MOST_CONTENT + 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """A frame with the right checksum, whatever its body."""

    kind: int
    sequence: int
    content: bytes

    @property
    def body(self) -> bytes:
        """What stands between sequence and checksum."""
        return self.content[2:-2]


def wrap(kind: int, sequence: int, body: bytes) -> bytes:
    """The bytes of a frame, its body unchecked; ValueError above `MOST_CONTENT` bytes."""
    content = bytes((kind, sequence)) + body
    content += crc16_genibus(content).to_bytes(2, "big")
    if len(content) > MOST_CONTENT:
        raise ValueError(f"a frame holds at most {MOST_CONTENT} bytes")
    return ZERO + stuff(content) + ZERO


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    return wrap(message.kind, message.sequence, message.body())


def message_of(envelope: Envelope) -> Message | None:
    """What a frame says; none for an unknown kind, MalformedError, RangeError for a wrong body."""
    reader = READERS.get(envelope.kind)
    return None if reader is None else reader(envelope.sequence, envelope.body)


def envelope_decoder() -> Decoder[Envelope]:
    """Cuts out every frame whose checksum is right."""
    return CobsDecoder(_envelope, limit=MOST_CHUNK)


def board_decoder() -> Decoder[FromBoard]:
    """Cuts out what the board says; the computer's own words are damage (`content`)."""

    def read(content: bytes) -> FromBoard | Unfit:
        message = _message(content)
        return Unfit("content") if isinstance(message, FromComputer) else message

    return CobsDecoder(read, limit=MOST_CHUNK)


def traffic_decoder() -> Decoder[Message]:
    """Cuts out what both sides say; a frame that pauses for a second is given up."""
    return CobsDecoder(_message, limit=MOST_CHUNK, idle_gap_s=1.0)


def _envelope(content: bytes) -> Envelope | Unfit:
    if len(content) < 4:
        return Unfit("noise")
    if crc16_genibus(content[:-2]) != int.from_bytes(content[-2:], "big"):
        return Unfit("checksum")
    return Envelope(content[0], content[1], content)


def _message(content: bytes) -> Message | Unfit:
    envelope = _envelope(content)
    if isinstance(envelope, Unfit):
        return envelope
    try:
        return message_of(envelope) or Unfit("content")
    except MalformedError:
        return Unfit("length")
    except RangeError:
        return Unfit("content")
