"""The serial tag readers, each with its captured frames, for tests that ask the same of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.inventory import Reading, TagReader
from firmware_bridge.clients.m100 import M100Reader
from firmware_bridge.codecs import m100
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.families import m100 as m100_family
from firmware_bridge.family import Family
from firmware_bridge.readings import Back, Lost, TagRead

EPC = "3036450FEC2C9B80000003E9"
OTHER = "30751FEB705C5904E3D50D70"


@dataclass(frozen=True)
class Sent:
    """A captured command, the bytes a codec's function makes of it, and its meaning."""

    captured: str
    made: bytes
    name: str
    said: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A captured frame of a reader and its meaning."""

    captured: str
    name: str
    said: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Talk:
    """A captured answer that an imitation gives to a command, after some deeds."""

    deeds: Sequence[str]
    command: str
    answers: Sequence[str]


@dataclass(frozen=True)
class Kind:
    """One kind of reader and everything that the common tests need of it.

    `state` are the bytes that set what `settings` ask for. `invented_share` bounds the frames
    that damaged traffic may make up, `invented_tags` the tags, both as a share of the inputs.
    """

    family: Family
    codec: ModuleType
    reader: Callable[..., TagReader[Any]]
    settings: dict[str, Any]
    state: Sequence[bytes]
    sent: Sequence[Sent]
    said: Sequence[Said]
    refused: Sequence[str]
    talks: Sequence[Talk]
    invented_share: float
    invented_tags: float
    limit: int

    def imitation(self, *deeds: str) -> Imitation:
        assert self.family.imitate is not None
        return self.family.imitate(deeds)


M100 = Kind(
    family=m100_family.FAMILY,
    codec=m100,
    reader=M100Reader,
    settings={"power_dbm": 20.0, "region": "EU"},
    state=(m100.set_power(20), m100.set_region("EU")),
    sent=(
        Sent("BB 00 03 00 01 00 04 7E", m100.module_info(), "module info"),
        Sent("BB 00 22 00 00 22 7E", m100.single_inventory(), "single inventory"),
        Sent(
            "BB 00 27 00 03 22 27 10 83 7E",
            m100.multi_inventory(10_000),
            "multi inventory",
            {"rounds": 10_000},
        ),
        Sent(
            "BB 00 27 00 03 22 FF FF 4A 7E",
            m100.multi_inventory(),
            "multi inventory",
            {"rounds": 65_535},
        ),
        Sent("BB 00 28 00 00 28 7E", m100.stop(), "stop"),
        Sent("BB 00 07 00 01 03 0B 7E", m100.set_region("EU"), "set region", {"region": "EU"}),
        Sent("BB 00 B7 00 00 B7 7E", m100.get_power(), "get power"),
        Sent("BB 00 B6 00 02 07 D0 8F 7E", m100.set_power(20), "set power", {"power_dbm": 20.0}),
        Sent(
            "BB 00 39 00 09 00 00 FF FF 03 00 00 00 02 45 7E",
            m100.read_memory(bytes.fromhex("0000FFFF"), 3, 0, 2),
            "read memory",
        ),
        Sent(
            "BB 00 0C 00 13 01 00 00 00 20 60 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 AD 7E",
            m100.select(1, 32, bytes.fromhex(OTHER)),
            "set select",
        ),
    ),
    said=(
        Said(
            "BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 92 7E",
            "module info reply",
            {"text": "M100 26dBm V1.0"},
        ),
        Said(
            "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E",
            "tag",
            {"epc": OTHER, "rssi_dbm": -55.0},
        ),
        Said(
            "BB 02 22 00 11 C4 30 00 E2 00 00 1D 73 15 01 65 21 40 8F C6 B8 3E C2 7E",
            "tag",
            {"epc": "E200001D7315016521408FC6", "rssi_dbm": -60.0},
        ),
        Said("BB 01 FF 00 01 15 16 7E", "error", {"meaning": "no tag"}),
        Said("BB 01 28 00 01 00 2A 7E", "stop reply", {"done": True}),
        Said("BB 01 B7 00 02 07 D0 91 7E", "get power reply", {"power_dbm": 20.0}),
        Said("BB 01 B6 00 01 00 B8 7E", "set power reply", {"done": True}),
    ),
    refused=(
        "BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 22 7E",
        "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 77 F0 7E",
        "BB 02 22 00 11 C9 3C 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 F7 7E",
        "BB 01 FF 00 01 15 16 7F",
    ),
    talks=(
        Talk(
            (),
            "BB 00 03 00 01 00 04 7E",
            ("BB 01 03 00 10 00 4D 31 30 30 20 32 36 64 42 6D 20 56 31 2E 30 92 7E",),
        ),
        Talk((), "BB 00 22 00 00 22 7E", ("BB 01 FF 00 01 15 16 7E",)),
        Talk(
            ("tag E200001D7315016521408FC6 -60",),
            "BB 00 22 00 00 22 7E",
            ("BB 02 22 00 11 C4 30 00 E2 00 00 1D 73 15 01 65 21 40 8F C6 B8 3E C2 7E",),
        ),
        Talk((), "BB 00 28 00 00 28 7E", ("BB 01 28 00 01 00 2A 7E",)),
        Talk((), "BB 00 B6 00 02 07 D0 8F 7E", ("BB 01 B6 00 01 00 B8 7E",)),
        Talk((), "BB 00 39 00 09 00 00 FF FF 03 00 00 00 02 45 7E", ("BB 01 FF 00 01 09 0A 7E",)),
    ),
    invented_share=0.002,
    invented_tags=1e-6,
    limit=m100.MAX_FRAME,
)

KINDS: tuple[Kind, ...] = (M100,)


class Bench:
    """A reader's client and its imitation in one thread, under a clock that waiting moves."""

    def __init__(
        self,
        kind: Kind,
        *deeds: str,
        alter: Callable[[bytes], bytes] = bytes,
        **settings: Any,
    ) -> None:
        self.time = FakeTime()
        self.cable = Cable()
        self.imitation = kind.imitation(*deeds)
        self.opened = 0
        self._alter = alter
        self.reader = kind.reader(
            self._open, **(settings or kind.settings), clock=self.time, sleep=self.time.sleep
        )

    def run(self, seconds: float) -> list[Reading]:
        """Poll for so long on the fake clock and return what came."""
        readings: list[Reading] = []
        end = self.time.now + seconds
        while self.time.now < end:
            before = self.time.now
            readings += self.reader.poll(0.1)
            if self.time.now == before:
                self.time.now += 0.001
        return readings

    def _open(self) -> Loopback:
        wire = Loopback(self.imitation, self.time, self.cable, alter=self._alter)
        self.opened += 1
        return wire


def epcs(readings: Sequence[object]) -> set[str]:
    """The EPCs that were read."""
    return {reading.epc for reading in readings if isinstance(reading, TagRead)}


def states(readings: Sequence[object]) -> list[type]:
    """How often and in which order the reader was lost and back."""
    return [type(reading) for reading in readings if isinstance(reading, Lost | Back)]
