"""Packets of Zebra's (Symbol's) Simple Serial Interface, 72E-40451.

`length opcode source status data… checksum(2)`: the length counts everything but the checksum, and
the sum of all bytes and of the checksum word is 0 modulo 65536.
"""

from dataclasses import dataclass
from enum import IntEnum

from firmware_bridge.codecs.checksums import complement16
from firmware_bridge.codecs.frames import Cut, FrameDecoder, Skip, Whole

HEADER = 4
CHECKSUM = 2
MOST_DATA = 0xFF - HEADER
DECODER, HOST = 0x00, 0x04
RETRANSMIT, MORE = 0x01, 0x02
RESEND, BAD_CONTEXT, DENIED = 1, 2, 6
IDLE_GAP_S = 0.2


class Opcode(IntEnum):
    """What a packet is. Scanners may send others; they are packets all the same."""

    MANAGEMENT = 0x80
    REQUEST_REVISION = 0xA3
    REPLY_REVISION = 0xA4
    AIM_OFF = 0xC4
    AIM_ON = 0xC5
    PARAMETERS = 0xC6
    REQUEST_PARAMETERS = 0xC7
    DEFAULTS = 0xC8
    ACK = 0xD0
    NAK = 0xD1
    FLUSH_QUEUE = 0xD2
    REQUEST_CAPABILITIES = 0xD3
    REPLY_CAPABILITIES = 0xD4
    START_SESSION = 0xE4
    STOP_SESSION = 0xE5
    BEEP = 0xE6
    LED_ON = 0xE7
    LED_OFF = 0xE8
    SCAN_ENABLE = 0xE9
    SCAN_DISABLE = 0xEA
    SLEEP = 0xEB
    DECODE_DATA = 0xF3
    EVENT = 0xF6
    IMAGER_MODE = 0xF7


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `retransmit` and `more` are the bits of the status that both sides use."""

    opcode: int
    data: bytes = b""
    source: int = DECODER
    status: int = 0

    @property
    def retransmit(self) -> bool:
        """Whether this packet was sent before."""
        return bool(self.status & RETRANSMIT)

    @property
    def more(self) -> bool:
        """Whether the message goes on in the next packet."""
        return bool(self.status & MORE)

    def encoded(self) -> bytes:
        """The bytes on the wire; ValueError above `MOST_DATA` bytes of data."""
        if len(self.data) > MOST_DATA:
            raise ValueError(f"a packet holds at most {MOST_DATA} bytes")
        head = (HEADER + len(self.data), self.opcode, self.source, self.status)
        content = bytes(head) + self.data
        return content + complement16(content).to_bytes(CHECKSUM, "big")


def command(opcode: Opcode, data: bytes = b"") -> bytes:
    """The bytes of a packet from the computer."""
    return Packet(opcode, data, HOST).encoded()


def nak(reason: int) -> bytes:
    """The computer's refusal of the last packet: `RESEND`, `BAD_CONTEXT` or `DENIED`."""
    return command(Opcode.NAK, bytes([reason]))


def packet_decoder() -> FrameDecoder[Packet]:
    """A decoder of packets of both directions."""
    return FrameDecoder(_cut, limit=0xFF + CHECKSUM, idle_gap_s=IDLE_GAP_S)


def _cut(buffer: bytearray, start: int) -> Cut[Packet]:
    length, there = buffer[start], len(buffer) - start
    if length < HEADER or (there > 2 and buffer[start + 2] not in (DECODER, HOST)):
        return Skip(1, "noise")
    if there < length + CHECKSUM:
        return None
    end = start + length
    content = bytes(buffer[start:end])
    if int.from_bytes(buffer[end : end + CHECKSUM], "big") != complement16(content):
        return Skip(1, "checksum")
    packet = Packet(content[1], content[HEADER:], content[2], content[3])
    return Whole(length + CHECKSUM, packet)
