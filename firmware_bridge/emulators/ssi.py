"""A barcode scanner that speaks Zebra SSI, imitated."""

from collections import deque

from firmware_bridge.codecs.aim import split_identifier
from firmware_bridge.codecs.code import GROUP_SEPARATOR
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.ssi import (
    BAD_CONTEXT,
    DENIED,
    HOST,
    MORE,
    RESEND,
    RETRANSMIT,
    Opcode,
    Packet,
    packet_decoder,
)
from firmware_bridge.emulators.plain import WRITTEN_SEPARATOR

ANSWER_S = 2.0
MOST_SENDINGS = 3
PART_BYTES = 240
REVISION = b"IMITATED SSI SCANNER"
TYPES = {"]C0": 0x03, "]C1": 0x0F, "]E4": 0x0A, "]e0": 0x32}
FAMILY_TYPES = {"A": 0x01, "C": 0x03, "G": 0x07, "I": 0x06, "L": 0x11, "Q": 0x1C, "d": 0x1B}
EAN_13, CODE_128 = 0x0B, 0x03
ACKNOWLEDGED = frozenset(
    {
        Opcode.AIM_ON,
        Opcode.AIM_OFF,
        Opcode.BEEP,
        Opcode.DEFAULTS,
        Opcode.FLUSH_QUEUE,
        Opcode.LED_ON,
        Opcode.LED_OFF,
        Opcode.SLEEP,
        Opcode.STOP_SESSION,
    }
)


class SsiImitation:
    """A scanner that sends each packet again until it is acknowledged, thrice in all, 2 s apart.

    Codes wait while an earlier one is on its way. A disabled scanner reads nothing. Where the
    symbology leaves the identifier open, the identifier goes before the text, as with the setting
    "transmit code ID: AIM". With `repeats_type` every packet of a long code begins with its type,
    else the first alone.
    """

    def __init__(self, *, repeats_type: bool = False) -> None:
        self._repeats_type = repeats_type
        self._decoder = packet_decoder()
        self._waiting: deque[Packet] = deque()
        self._sendings = 0
        self._sent_at = 0.0
        self._enabled = True
        self._in_session = False

    @property
    def enabled(self) -> bool:
        """Whether the scanner may scan."""
        return self._enabled

    @property
    def in_session(self) -> bool:
        """Whether the computer holds the trigger."""
        return self._in_session

    def plugged(self, now: float) -> list[bytes]:
        """The scanner gets power: it may scan, and what it had not delivered is gone."""
        self._decoder.reset(now)
        self._waiting.clear()
        self._sendings = 0
        self._enabled, self._in_session = True, False
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer the packets of the computer; what its own kind sends is not for it."""
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            if isinstance(event, Damage):
                said.append(_nak(RESEND))
            elif event.source == HOST:
                said += self._answer(event, now)
        return said

    def tick(self, now: float) -> list[bytes]:
        """Send again what was not acknowledged in time, or give it up."""
        return self._send_again(now) if now - self._sent_at >= ANSWER_S else []

    def act(self, line: str, now: float) -> list[bytes]:
        """Scan a code: any text, behind an AIM identifier such as `]d2` where it has one."""
        if not line or not self._enabled:
            return []
        idle = not self._waiting
        self._waiting += self._packets(line.replace(WRITTEN_SEPARATOR, GROUP_SEPARATOR))
        self._in_session = False
        return self._send(now) if idle else []

    def spoil(self, frame: bytes) -> bytes:
        """The packet with a wrong checksum."""
        return frame[:-1] + bytes([frame[-1] ^ 0x01])

    def _answer(self, packet: Packet, now: float) -> list[bytes]:
        match packet.opcode:
            case Opcode.ACK:
                return self._acknowledged(now)
            case Opcode.NAK if packet.data == bytes([RESEND]):
                return self._send_again(now)
            case Opcode.NAK:
                return self._acknowledged(now)
            case Opcode.REQUEST_REVISION:
                return [Packet(Opcode.REPLY_REVISION, REVISION).encoded()]
            case Opcode.START_SESSION if not self._enabled:
                return [_nak(DENIED)]
            case Opcode.START_SESSION:
                self._in_session = True
            case Opcode.SCAN_ENABLE | Opcode.SCAN_DISABLE:
                self._enabled = packet.opcode == Opcode.SCAN_ENABLE
                self._in_session &= self._enabled
            case opcode if opcode not in ACKNOWLEDGED:
                return [_nak(BAD_CONTEXT)]
        if packet.opcode in (Opcode.STOP_SESSION, Opcode.SLEEP):
            self._in_session = False
        return [Packet(Opcode.ACK).encoded()]

    def _acknowledged(self, now: float) -> list[bytes]:
        if self._waiting:
            self._waiting.popleft()
        self._sendings = 0
        return self._send(now) if self._waiting else []

    def _send_again(self, now: float) -> list[bytes]:
        """Send the packet once more; after the third time its whole code is given up."""
        if self._waiting and self._sendings >= MOST_SENDINGS:
            while self._waiting.popleft().more:
                pass
            self._sendings = 0
        return self._send(now) if self._waiting else []

    def _send(self, now: float) -> list[bytes]:
        packet = self._waiting[0]
        status = packet.status | (RETRANSMIT if self._sendings else 0)
        self._sendings += 1
        self._sent_at = now
        return [Packet(packet.opcode, packet.data, packet.source, status).encoded()]

    def _packets(self, text: str) -> list[Packet]:
        content = text.encode("utf-8", "surrogateescape")
        number, body = _typed(content)
        parts = [body[at : at + PART_BYTES] for at in range(0, len(body), PART_BYTES)] or [b""]
        last = len(parts) - 1
        return [
            Packet(
                Opcode.DECODE_DATA,
                (bytes([number]) if index == 0 or self._repeats_type else b"") + part,
                status=0 if index == last else MORE,
            )
            for index, part in enumerate(parts)
        ]


def _typed(content: bytes) -> tuple[int, bytes]:
    """The type of a code and what is sent as its text."""
    identifier, body = split_identifier(content)
    if identifier is None:
        return CODE_128, content
    if identifier == "]E0" and len(body) == 13:
        return EAN_13, body
    if identifier in TYPES:
        return TYPES[identifier], body
    return FAMILY_TYPES.get(identifier[1], CODE_128), content


def _nak(reason: int) -> bytes:
    return Packet(Opcode.NAK, bytes([reason])).encoded()
