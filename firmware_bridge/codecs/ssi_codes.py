"""Codes out of the decode-data packets of an SSI scanner."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from firmware_bridge.codecs.aim import split_identifier
from firmware_bridge.codecs.code import (
    MAX_CODE_BYTES,
    NO_SUBSTITUTES,
    Code,
    GsSubstitutes,
    read_code,
)
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage, DamageReason
from firmware_bridge.codecs.ssi import Packet

PART_S = 5.0
"""A scanner sends a packet thrice, 2 s apart: the last try is there after 4 s, and after 6 s the
next code may follow."""
MEMORY_S = 10.0
"""How long a packet may be a repeat of an earlier one, or a part of an older code."""

EAN_8, EAN_13, UPC_A, UPC_E = 0x0A, 0x0B, 0x08, 0x09
ADD_ONS: Mapping[int, int] = MappingProxyType({0x40: 2, 0x80: 5})
PRINTABLE = 0x20
RETAIL = "E"
OTHER = "]X0"


@dataclass(frozen=True, slots=True)
class CodeType:
    """A symbology as SSI numbers it: its name, its letter in AIM identifiers, and the identifier
    where the number leaves no choice."""

    name: str
    letter: str
    identifier: str | None = None


CODE_TYPES: Mapping[int, CodeType] = MappingProxyType(
    {
        0x01: CodeType("Code 39", "A"),
        0x03: CodeType("Code 128", "C", "]C0"),
        0x06: CodeType("ITF", "I"),
        0x07: CodeType("Code 93", "G", "]G0"),
        UPC_A: CodeType("UPC-A", RETAIL, "]E0"),
        UPC_E: CodeType("UPC-E", RETAIL, "]E0"),
        EAN_8: CodeType("EAN-8", RETAIL, "]E4"),
        EAN_13: CodeType("EAN-13", RETAIL, "]E0"),
        0x0F: CodeType("GS1-128", "C", "]C1"),
        0x11: CodeType("PDF417", "L"),
        0x1B: CodeType("Data Matrix", "d"),
        0x1C: CodeType("QR Code", "Q"),
        0x25: CodeType("MaxiCode", "U"),
        0x30: CodeType("GS1 DataBar", "e", "]e0"),
        0x31: CodeType("GS1 DataBar Limited", "e", "]e0"),
        0x32: CodeType("GS1 DataBar Expanded", "e", "]e0"),
    }
)


def type_name(number: int) -> str:
    """A code type in words."""
    known, add_on = _code_type(number)
    if known is None:
        return f"type {number:02X}"
    return f"{known.name} with add-on {add_on}" if add_on else known.name


def read_typed(
    data: bytes, raw: bytes, substitutes: GsSubstitutes = NO_SUBSTITUTES
) -> Code | Damage:
    """A code from a type byte and text.

    An AIM identifier that the scanner put before the text is believed if it is one of that type;
    else it is text, and the symbology is `]X0`.
    UPC-A and UPC-E are given in the thirteen digits that `]E0` stands for, and an add-on is cut
    off, because goods are named by what stands before it. Damage `content` for retail codes of
    another length or with a wrong check digit.
    """
    if not data:
        return Damage("empty", raw[:SHOWN_BYTES])
    body = data[1:]
    known, add_on = _code_type(data[0])
    if known is None:
        return read_code(body, _unbelieved(body, None), raw, substitutes)
    told, behind = split_identifier(body)
    if told and told[1] == known.letter:
        body = behind
    else:
        told = known.identifier
    if known.letter == RETAIL:
        return _retail(data[0] & 0x3F, body, add_on, raw)
    return read_code(body, _unbelieved(body, told), raw, substitutes)


def _unbelieved(body: bytes, symbology: str | None) -> str | None:
    """The symbology, named as unknown where the text itself would pass for naming one."""
    return OTHER if symbology is None and split_identifier(body)[0] else symbology


def _code_type(number: int) -> tuple[CodeType | None, int]:
    """What a number stands for, and how many digits are an add-on to it."""
    retail, digits = CODE_TYPES.get(number & 0x3F), ADD_ONS.get(number & 0xC0)
    if digits and retail and retail.letter == RETAIL:
        return retail, digits
    return CODE_TYPES.get(number), 0


def _retail(number: int, body: bytes, add_on: int, raw: bytes) -> Code | Damage:
    digits = body.decode("latin-1")
    main = digits[: len(digits) - add_on]
    if digits.isascii() and digits.isdigit():
        if number == UPC_E and len(main) == 8:
            main = _expanded(main)
        length = {EAN_8: 8, EAN_13: 13}.get(number, 12)
        if (len(main) == length or (len(main) == 13 and number != EAN_8)) and _checks(main):
            symbology = "]E4" if number == EAN_8 else "]E0"
            return Code(main if number == EAN_8 else main.zfill(13), symbology, raw)
    return Damage("content", raw[:SHOWN_BYTES])


def _checks(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (modulo 10, weights 3 and 1)."""
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[::-1]))
    return sum(weighted) % 10 == 0


def _expanded(upc_e: str) -> str:
    """The UPC-A of an eight-digit UPC-E (GS1 General Specifications, 5.2.2.4.2)."""
    system, body, check = upc_e[0], upc_e[1:7], upc_e[7]
    last = body[5]
    if last in "012":
        middle = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        middle = body[:3] + "00000" + body[3:5]
    elif last == "4":
        middle = body[:4] + "00000" + body[4]
    else:
        middle = body[:5] + "0000" + last
    return system + middle + check


class CodeAssembler:
    """Puts the packets of a code together and keeps repeated, torn and older ones out.

    A packet with the retransmit bit is a repeat if the one before it was the same and came within
    `MEMORY_S`; after damage it may as well be the damaged one, and a code of one packet is then
    given twice rather than not at all. Within `MEMORY_S` of the opening a retransmitted packet
    whose first sending was not heard belongs to an older code: damage `cut`, to its end. A code of
    several packets is damage `unfinished` when the next one is not there within `PART_S`, or when
    damage leaves open which packet was lost; what comes of it later is dropped like an older code.
    Nothing here raises, and no code is longer than
    `MAX_CODE_BYTES`.
    """

    def __init__(self, substitutes: GsSubstitutes = NO_SUBSTITUTES) -> None:
        self._substitutes = substitutes
        self._parts = bytearray()
        self._raw = bytearray()
        self._last: bytes | None = None
        self._last_at = 0.0
        self._single = False
        self._older_until: float | None = None
        self._doubted = False
        self._dropping = False

    def reopened(self, now: float) -> tuple[Damage, ...]:
        """The port was opened at `now`: what was begun will not be finished."""
        self._older_until = now + MEMORY_S
        self._doubted = self._dropping = False
        return self._given_up(now) if self._parts else ()

    def doubt(self) -> None:
        """Damage was heard: the next retransmitted packet may be the one that was damaged."""
        self._doubted = True

    def expire(self, now: float) -> tuple[Damage, ...]:
        """Give up a code whose next packet has not come."""
        return self._given_up(now) if self._parts and now - self._last_at >= PART_S else ()

    def take(self, packet: Packet, now: float) -> tuple[Code | Damage, ...]:
        """Take a decode-data packet and return what it completed; nothing for a repeat."""
        expired = self.expire(now)
        if now - self._last_at >= MEMORY_S:
            self._last, self._dropping = None, False
        same = packet.retransmit and packet.data == self._last
        if same and not (self._doubted and (self._single or self._parts)):
            self._last_at = now
            return expired
        doubted, self._doubted = self._doubted, False
        older = self._older_until is not None and now < self._older_until
        self._older_until = None
        self._last, self._last_at = packet.data, now
        if self._dropping:
            self._dropping, self._single = packet.more, False
            return expired
        if packet.retransmit and older:
            self._dropping, self._single = packet.more, False
            return (*expired, Damage("cut", packet.encoded()[:SHOWN_BYTES]))
        if self._parts and doubted and (same or not packet.retransmit):
            self._dropping = packet.more
            return (*expired, *self._given_up(now))
        return (*expired, *self._joined(packet, now))

    def _joined(self, packet: Packet, now: float) -> tuple[Code | Damage, ...]:
        data = packet.data
        self._single = not self._parts and not packet.more
        if self._parts and data[:1] == self._parts[:1] and data[0] < PRINTABLE:
            data = data[1:]  # some scanners repeat the type, which below 0x20 cannot be text
        self._parts += data
        self._raw += packet.encoded()
        if len(self._parts) > MAX_CODE_BYTES + 1:
            self._dropping = packet.more
            return self._given_up(now, "overlong")
        if packet.more:
            return ()
        parts, raw = bytes(self._parts), bytes(self._raw)
        self._forget()
        return (read_typed(parts, raw, self._substitutes),)

    def _given_up(self, now: float, reason: DamageReason = "unfinished") -> tuple[Damage, ...]:
        """Drop the parts; what of their code is sent again later is part of an older code."""
        damage = Damage(reason, bytes(self._raw[:SHOWN_BYTES]))
        self._last, self._single = None, False
        self._older_until = now + MEMORY_S
        self._forget()
        return (damage,)

    def _forget(self) -> None:
        self._parts.clear()
        self._raw.clear()
