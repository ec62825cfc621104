"""What the bench board and the computer say to each other: lights, foot switch, lamps, sounder.

PROTOCOL.md is their contract. Numbers are big-endian. Kinds below 80 hex come from the computer,
the others from the board.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Self, TypeAlias, TypeVar

MAJOR = 1
MINOR = 0
MOST_CHANNELS = 8
MOST_SERIAL = 16
FULL_PERMILLE = 1000
FROM_BOARD = 0x80
SILENCE_MS = 1500
RESEND_MS = 200
DEBOUNCE_MS = 20

_Name = TypeVar("_Name")

Lamp: TypeAlias = Literal["resellable", "repair", "scrap", "hold", "red", "amber", "green", "blue"]
LampMode: TypeAlias = Literal["off", "on", "blink"]
Pattern: TypeAlias = Literal["silence", "accept", "attention", "stop"]
Status: TypeAlias = Literal["ok", "unknown", "malformed", "range", "ungreeted", "stale", "hot"]
What: TypeAlias = Literal[
    "pedal-pressed", "pedal-released", "silence", "brown-out", "too-hot", "cooled"
]
Condition: TypeAlias = Literal["pedal-pressed", "too-hot", "restarted", "silence", "brown-out"]

# Each of these is its place in the protocol.
LAMPS: tuple[Lamp, ...] = (
    "resellable", "repair", "scrap", "hold", "red", "amber", "green", "blue",
)  # fmt: skip
LAMP_MODES: tuple[LampMode, ...] = ("off", "on", "blink")
PATTERNS: tuple[Pattern, ...] = ("silence", "accept", "attention", "stop")
STATUSES: tuple[Status, ...] = ("ok", "unknown", "malformed", "range", "ungreeted", "stale", "hot")
WHATS: tuple[What, ...] = (
    "pedal-pressed", "pedal-released", "silence", "brown-out", "too-hot", "cooled",
)  # fmt: skip
CONDITIONS: tuple[Condition, ...] = (
    "pedal-pressed", "too-hot", "restarted", "silence", "brown-out",
)  # fmt: skip

SOUNDS_MS: Mapping[Pattern, tuple[int, ...]] = MappingProxyType(
    {"silence": (), "accept": (100,), "attention": (100, 100, 100), "stop": (600,)}
)
"""How long each pattern sounds, pauses, sounds, in turn."""


class MalformedError(ValueError):
    """A body of the wrong length for its kind."""


class RangeError(ValueError):
    """A body with a value that the protocol does not know."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The computer's greeting; `session` marks every event that follows. Its layout never changes.

    After it, event numbers start over and events from before are forgotten.
    """

    kind: ClassVar[int] = 0x01
    sequence: int
    session: int
    major: int = MAJOR
    minor: int = MINOR

    def body(self) -> bytes:
        """The body's bytes."""
        return _word(self.session) + bytes((self.major, self.minor))

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError."""
        _sized(body, 4)
        return cls(sequence, _number(body[:2]), body[2], body[3])


@dataclass(frozen=True, slots=True)
class Ping:
    """The computer is still there."""

    kind: ClassVar[int] = 0x02
    sequence: int

    def body(self) -> bytes:
        """The body's bytes."""
        return b""

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError."""
        _sized(body, 0)
        return cls(sequence)


@dataclass(frozen=True, slots=True)
class SetLights:
    """The level of every light channel of the board, in permille."""

    kind: ClassVar[int] = 0x03
    sequence: int
    permille: tuple[int, ...]

    def body(self) -> bytes:
        """The body's bytes."""
        return b"".join(map(_word, self.permille))

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        if len(body) % 2:
            raise MalformedError("levels are words")
        levels = tuple(_number(body[at : at + 2]) for at in range(0, len(body), 2))
        if not 1 <= len(levels) <= MOST_CHANNELS or max(levels) > FULL_PERMILLE:
            raise RangeError("a level is at most 1000 permille, for 1 to 8 channels")
        return cls(sequence, levels)


@dataclass(frozen=True, slots=True)
class SetLamps:
    """What every lamp does, in the order of `LAMPS`."""

    kind: ClassVar[int] = 0x04
    sequence: int
    modes: tuple[LampMode, ...]

    def body(self) -> bytes:
        """The body's bytes."""
        return bytes(LAMP_MODES.index(mode) for mode in self.modes)

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        _sized(body, len(LAMPS))
        return cls(sequence, tuple(_named(LAMP_MODES, mode) for mode in body))


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound a pattern once, in place of one that still sounds."""

    kind: ClassVar[int] = 0x05
    sequence: int
    pattern: Pattern

    def body(self) -> bytes:
        """The body's bytes."""
        return bytes((PATTERNS.index(self.pattern),))

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        _sized(body, 1)
        return cls(sequence, _named(PATTERNS, body[0]))


@dataclass(frozen=True, slots=True)
class Heard:
    """The computer has the event of this sequence and session. The board answers nothing."""

    kind: ClassVar[int] = 0x06
    sequence: int
    session: int

    def body(self) -> bytes:
        """The body's bytes."""
        return _word(self.session)

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError."""
        _sized(body, 2)
        return cls(sequence, _number(body))


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to the command of this sequence; `settle_ms` until all lights are settled."""

    kind: ClassVar[int] = 0x81
    sequence: int
    status: Status
    settle_ms: int = 0

    def body(self) -> bytes:
        """The body's bytes."""
        return bytes((STATUSES.index(self.status),)) + _word(self.settle_ms)

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        _sized(body, 3)
        return cls(sequence, _named(STATUSES, body[0]), _number(body[1:]))


@dataclass(frozen=True, slots=True)
class Welcome:
    """The board's answer to a greeting: who it is and how it is.

    `settle_ms` has a time for each light channel; `safe_permille` is the level of all channels
    without a computer. Of the conditions, pedal-pressed and too-hot are now; restarted, silence and
    brown-out have happened since the last greeting.
    """

    kind: ClassVar[int] = 0x82
    sequence: int
    session: int
    major: int
    minor: int
    firmware: tuple[int, int, int]
    conditions: tuple[Condition, ...]
    safe_permille: int
    settle_ms: tuple[int, ...]
    serial: str

    def body(self) -> bytes:
        """The body's bytes."""
        flags = sum(1 << CONDITIONS.index(condition) for condition in self.conditions)
        return (
            _word(self.session)
            + bytes((self.major, self.minor, *self.firmware, flags))
            + _word(self.safe_permille)
            + bytes((len(self.settle_ms),))
            + b"".join(map(_word, self.settle_ms))
            + self.serial.encode("ascii")
        )

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        serial_at = 11 + 2 * body[10] if len(body) > 10 else len(body)
        serial = body[serial_at:]
        if not 1 <= len(serial) <= MOST_SERIAL:
            raise MalformedError("a serial number has 1 to 16 characters")
        safe_permille = _number(body[8:10])
        if not all(0x21 <= sign <= 0x7E for sign in serial):
            raise RangeError("a serial number is printable ASCII")
        if body[7] >> len(CONDITIONS) or safe_permille > FULL_PERMILLE:
            raise RangeError("an unknown condition or level")
        if not 1 <= body[10] <= MOST_CHANNELS:
            raise RangeError("a board has 1 to 8 light channels")
        return cls(
            sequence,
            _number(body[:2]),
            body[2],
            body[3],
            (body[4], body[5], body[6]),
            tuple(name for bit, name in enumerate(CONDITIONS) if body[7] >> bit & 1),
            safe_permille,
            tuple(_number(body[at : at + 2]) for at in range(11, serial_at, 2)),
            serial.decode("ascii"),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """The board speaks another major version, this one. Its layout never changes."""

    kind: ClassVar[int] = 0x83
    sequence: int
    session: int
    major: int
    minor: int

    def body(self) -> bytes:
        """The body's bytes."""
        return _word(self.session) + bytes((self.major, self.minor))

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError."""
        _sized(body, 4)
        return cls(sequence, _number(body[:2]), body[2], body[3])


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened at the board; sent again until the computer has `Heard` it."""

    kind: ClassVar[int] = 0x84
    sequence: int
    session: int
    what: What

    def body(self) -> bytes:
        """The body's bytes."""
        return _word(self.session) + bytes((WHATS.index(self.what) + 1,))

    @classmethod
    def read(cls, sequence: int, body: bytes) -> Self:
        """The message of a body; MalformedError, RangeError."""
        _sized(body, 3)
        return cls(sequence, _number(body[:2]), _named(WHATS, body[2] - 1))


FromComputer: TypeAlias = Hello | Ping | SetLights | SetLamps | Sound | Heard
FromBoard: TypeAlias = Ack | Welcome | Refusal | Event
Message: TypeAlias = FromComputer | FromBoard
Reader: TypeAlias = Callable[[int, bytes], Message]

NAMES: Mapping[type[Message], str] = MappingProxyType(
    {
        Hello: "hello",
        Ping: "ping",
        SetLights: "set-lights",
        SetLamps: "set-lamps",
        Sound: "sound",
        Heard: "heard",
        Ack: "ack",
        Welcome: "welcome",
        Refusal: "refusal",
        Event: "event",
    }
)
READERS: Mapping[int, Reader] = MappingProxyType({kind.kind: kind.read for kind in NAMES})


def _word(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _sized(body: bytes, size: int) -> None:
    if len(body) != size:
        raise MalformedError(f"this body has {size} bytes")


def _named(names: tuple[_Name, ...], place: int) -> _Name:
    if not 0 <= place < len(names):
        raise RangeError("an unknown value")
    return names[place]
