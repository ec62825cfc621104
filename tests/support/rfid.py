"""The serial tag readers, each with its captured frames, for tests that ask the same of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.cf import CfReader
from firmware_bridge.clients.inventory import Reading, TagReader
from firmware_bridge.clients.m100 import M100Reader
from firmware_bridge.clients.r2000 import R2000Reader
from firmware_bridge.clients.thingmagic import ThingMagicReader
from firmware_bridge.clients.uhfreader18 import UhfReader18
from firmware_bridge.codecs import cf, m100, r2000, thingmagic, uhfreader18
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.families import cf as cf_family
from firmware_bridge.families import m100 as m100_family
from firmware_bridge.families import r2000 as r2000_family
from firmware_bridge.families import thingmagic as thingmagic_family
from firmware_bridge.families import uhfreader18 as uhfreader18_family
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
    """A captured frame of a reader, the meaning of its first part, and the EPCs of the others."""

    captured: str
    name: str
    said: dict[str, object] = field(default_factory=dict)
    more: Sequence[str] = ()


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
    `always` are deeds that make the imitation one of this kind's dialects, named by `label`.
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
    keeps_settings: bool = False
    always: Sequence[str] = ()
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or self.family.kind

    def imitation(self, *deeds: str) -> Imitation:
        assert self.family.imitate is not None
        return self.family.imitate([*self.always, *deeds])


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
    invented_share=0.001,
    invented_tags=1e-6,
    limit=m100.MAX_FRAME,
)

NEAR = "000000000000000000000313"
TWO_TAGS = (
    "20 00 01 03 02 0C 00 00 00 00 00 00 00 00 00 00 03 13"
    " 0C 00 00 00 00 00 00 00 00 00 00 03 14 9A C9"
)

READER288 = Kind(
    family=uhfreader18_family.FAMILY,
    label="uhfreader288",
    codec=uhfreader18,
    reader=UhfReader18,
    settings={"power_dbm": 20.0, "region": "US"},
    keeps_settings=True,
    state=(uhfreader18.set_power(20), uhfreader18.set_band("US")),
    sent=(
        Sent("04 FF 21 19 95", uhfreader18.info(), "reader info"),
        Sent(
            "0D 00 01 0F 00 01 00 00 00 00 80 14 5D EA",
            uhfreader18.inventory_288(0, q=15, scan_time_s=2.0),
            "inventory",
            {"antenna": 1, "scan_time_s": 2.0},
        ),
        Sent("05 00 2F 14 28 9B", uhfreader18.set_power(20, 0), "set power", {"power_dbm": 20}),
    ),
    said=(
        Said(
            "11 00 21 00 00 16 0C 03 4E 00 1E 0A 01 00 00 00 E6 51",
            "reader info reply",
            {"region": "EU", "power_dbm": 30, "type": "0C"},
        ),
        Said(
            "15 00 01 03 01 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 6B B1 A5",
            "inventory reply",
            {"epc": NEAR, "antenna": 1},
        ),
        Said(
            "15 00 01 03 04 01 0C 49 44 00 00 00 00 00 00 0A 00 03 34 64 25 C0",
            "inventory reply",
            {"epc": "49440000000000000A000334", "antenna": 3},
        ),
        Said("07 00 01 01 01 00 1E 4B", "inventory reply", {"status": "done", "epc": None}),
    ),
    refused=(
        "15 00 01 03 01 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 6B B1 A6",
        "04 FF 21 19 96",
        "07 00 01 01 01 01 97 5A",
    ),
    talks=(
        Talk((), "04 FF 21 19 95", ("11 00 21 00 00 16 0C 03 4E 00 1E 0A 01 00 00 00 E6 51",)),
        Talk((), "0D 00 01 0F 00 01 00 00 00 00 80 14 5D EA", ("07 00 01 01 01 00 1E 4B",)),
        Talk(
            (f"tag {NEAR} -22",),
            "0D 00 01 0F 00 01 00 00 00 00 80 14 5D EA",
            ("15 00 01 03 01 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 6B B1 A5",),
        ),
    ),
    invented_share=2e-5,
    invented_tags=2e-5,
    limit=uhfreader18.MAX_FRAME,
)

READER18 = Kind(
    family=uhfreader18_family.FAMILY,
    label="uhfreader18",
    always=("dialect reader18",),
    codec=uhfreader18,
    reader=UhfReader18,
    settings={"power_dbm": 20.0, "region": "US"},
    keeps_settings=True,
    state=(uhfreader18.set_power(20), uhfreader18.set_band("US")),
    sent=(
        Sent("04 FF 21 19 95", uhfreader18.info(), "reader info"),
        Sent("04 00 01 DB 4B", uhfreader18.inventory_18(0), "inventory"),
    ),
    said=(
        Said("05 00 01 FB F2 3D", "inventory reply", {"status": "no tag"}),
        Said(
            "13 00 01 03 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 3F 39",
            "inventory reply",
            {"epc": NEAR, "antenna": None},
        ),
        Said(
            TWO_TAGS,
            "inventory reply",
            {"epc": NEAR, "count": 1},
            more=(f"{NEAR[:-1]}4",),
        ),
    ),
    refused=(
        "13 00 01 03 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 39 3F",
        "05 00 01 FB 3D F2",
    ),
    talks=(
        Talk((), "04 00 01 DB 4B", ("05 00 01 FB F2 3D",)),
        Talk(
            (f"tag {NEAR}",),
            "04 00 01 DB 4B",
            ("13 00 01 03 01 0C 00 00 00 00 00 00 00 00 00 00 03 13 3F 39",),
        ),
        Talk(
            (f"tag {NEAR}", f"tag {NEAR[:-1]}4"),
            "04 00 01 DB 4B",
            (TWO_TAGS,),
        ),
    ),
    invented_share=2e-5,
    invented_tags=2e-5,
    limit=uhfreader18.MAX_FRAME,
)

IMPINJ = "300833B2DDD9014000000001"
IMPINJ_FRAME = "A0 13 01 89 8C 30 00 30 08 33 B2 DD D9 01 40 00 00 00 01 37 BB"
ALIEN = "E2004074850A0103163070E1"
ALIEN_FRAME = "A0 13 01 89 74 30 00 E2 00 40 74 85 0A 01 03 16 30 70 E1 36 29"

R2000 = Kind(
    family=r2000_family.FAMILY,
    codec=r2000,
    reader=R2000Reader,
    settings={"power_dbm": 20.0, "region": "US"},
    keeps_settings=True,
    state=(r2000.set_power(20), r2000.set_region("US")),
    sent=(
        Sent("A0 04 01 74 00 E7", r2000.set_antenna(1, 1), "set antenna", {"antenna": 1}),
        Sent("A0 04 01 89 01 D1", r2000.inventory(1, 1), "inventory", {"repeat": 1}),
        Sent(
            "A0 06 01 8B 01 00 01 CC",
            r2000.session_inventory(1, 0, 1, 1),
            "session inventory",
            {"session": 1, "target": "A", "repeat": 1},
        ),
        Sent(
            "A0 11 01 85 00 0C 11 22 33 44 55 66 77 88 99 00 AA BB 5B",
            r2000.set_match(bytes.fromhex("11223344556677889900AABB"), 1),
            "set epc match",
        ),
        Sent("A0 03 01 72 EA", r2000.firmware(1), "firmware"),
        Sent("A0 03 01 70 EC", r2000.reset(1), "reset"),
    ),
    said=(
        Said("A0 04 01 74 10 D7", "set antenna reply", {"meaning": "done"}),
        Said(IMPINJ_FRAME, "tag", {"epc": IMPINJ, "rssi_dbm": -74.0, "antenna": 1}),
        Said(ALIEN_FRAME, "tag", {"epc": ALIEN, "rssi_dbm": -75.0, "antenna": 1}),
        Said(
            "A0 0A 01 89 00 00 11 00 00 00 05 B6",
            "inventory reply",
            {"rate_per_s": 17, "reads": 5},
        ),
        Said(
            "A0 13 01 8B 10 30 00 30 09 66 37 81 DB 02 97 48 76 FC 6A 67 2B",
            "tag",
            {"epc": "3009663781DB02974876FC6A", "rssi_dbm": -26.0},
        ),
        Said(
            "A0 0A 01 8B 00 00 19 00 00 00 01 B0",
            "session inventory reply",
            {"rate_per_s": 25, "reads": 1},
        ),
    ),
    refused=(
        "A0 04 01 74 10 D8",
        "A0 13 01 89 8C 38 00 30 08 33 B2 DD D9 01 40 00 00 00 01 37 B3",
        "A0 0A 01 89 00 00 11 00 00 00 05 B7",
    ),
    talks=(
        Talk((), "A0 04 01 74 00 E7", ("A0 04 01 74 10 D7",)),
        Talk(
            (f"tag {IMPINJ} -74", f"tag {ALIEN} -75"),
            "A0 04 01 89 01 D1",
            (IMPINJ_FRAME, ALIEN_FRAME),
        ),
    ),
    invented_share=0.003,
    invented_tags=0.002,
    limit=r2000.MAX_FRAME,
)

START_STREAM = "FF 10 2F 00 00 01 22 00 00 05 07 22 10 00 1B 03 E8 01 FF DD 2B"
RECORD = (
    "FF 28 22 00 00 10 03 1B 01 FF 01 01 E4 11 0E 1A 5A 00 00 00 10 00 A0 05 00 00 01 00 80 30 30"
    " AA AA BB BB CC CC DD DD EE EE FF FF 71 87 6E 3F"
)
RECORD_WITH_DATA = (
    "FF 2A 22 00 00 10 03 1F 01 FF 01 01 EB 22 0E 0A BA 00 00 00 11 00 5F 05 00 60 E2 80 11 04"
    " 20 00 22 8D FC 99 00 00 01 00 30 08 30 44 44 F2 11 99 AA"
)

THINGMAGIC = Kind(
    family=thingmagic_family.FAMILY,
    codec=thingmagic,
    reader=ThingMagicReader,
    settings={"power_dbm": 20.0, "region": "EU"},
    state=(thingmagic.set_power(20), thingmagic.set_region("EU")),
    sent=(
        Sent("FF 00 03 1D 0C", thingmagic.version(), "version"),
        Sent("FF 00 04 1D 0B", thingmagic.boot_firmware(), "boot firmware"),
        Sent("FF 01 97 08 4B B5", thingmagic.set_region("EU"), "set region", {"region": "EU"}),
        Sent("FF 02 93 00 05 51 7D", thingmagic.set_gen2(), "set protocol"),
        Sent("FF 02 91 01 01 70 3B", thingmagic.set_antenna(1), "set antenna"),
        Sent("FF 03 91 02 01 01 42 C5", thingmagic.set_antennas([1]), "set antenna"),
        Sent(
            "FF 02 92 07 D0 46 89", thingmagic.set_power(20), "set read power", {"power_dbm": 20.0}
        ),
        Sent(
            "FF 02 21 03 E8 D5 09",
            thingmagic.read_single(1000),
            "read single",
            {"timeout_ms": 1000},
        ),
        Sent("FF 03 9A 01 0C 00 A3 5D", thingmagic.filter_off(), "set option"),
        Sent(START_STREAM, thingmagic.start_stream(), "stream", {"running": True}),
        Sent("FF 03 2F 00 00 02 5E 86", thingmagic.stop_stream(), "stream", {"running": False}),
    ),
    said=(
        Said("FF 00 22 04 00 84 E0", "keep-alive"),
        Said(
            RECORD,
            "tag",
            {
                "epc": "AAAABBBBCCCCDDDDEEEEFFFF",
                "rssi_dbm": -28.0,
                "antenna": 1,
                "frequency_khz": 924_250,
                "count": 1,
            },
        ),
        Said(
            RECORD_WITH_DATA,
            "tag",
            {"epc": "4444", "rssi_dbm": -21.0, "antenna": 2, "data": "E28011042000228DFC990000"},
        ),
    ),
    refused=(
        RECORD[:-1] + "E",
        "FF 00 22 04 00 84 E1",
        "FF 00 22 04 00 E0 84",
    ),
    talks=(Talk((), START_STREAM, ("FF 00 2F 00 00 51 4D", "FF 00 22 04 00 84 E0")),),
    invented_share=2e-4,
    invented_tags=1e-6,
    limit=thingmagic.MAX_FRAME,
)

CF = Kind(
    family=cf_family.FAMILY,
    codec=cf,
    reader=CfReader,
    settings={"power_dbm": 26.0},
    keeps_settings=True,
    state=(cf.set_power(26),),
    sent=(
        Sent("CF FF 00 50 00 07 26", cf.module_init(), "init"),
        Sent("CF FF 00 70 00 24 15", cf.device_info(), "device info"),
        Sent("CF FF 00 01 05 00 00 00 00 05 A2 18", cf.inventory(5), "inventory", {"seconds": 5}),
        Sent("CF FF 00 01 05 00 00 00 00 00 F5 B5", cf.inventory(), "inventory", {"seconds": 0}),
        Sent(
            "CF FF 00 01 05 01 00 00 00 03 CC 6A",
            cf.inventory(3, cf.BY_ROUNDS),
            "inventory",
            {"rounds": 3},
        ),
        Sent("CF FF 00 02 00 E7 61", cf.stop(), "stop"),
        Sent("CF FF 00 72 00 17 A5", cf.get_all(), "get all"),
        Sent("CF FF 00 53 02 1A 00 FB C8", cf.set_power(26), "set power", {"power_dbm": 26}),
    ),
    said=(
        Said("CF 01 00 50 01 00 A3 F5", "init reply", {"status": "done"}),
        Said(
            "CF 00 00 01 12 00 FE C0 01 00 0C E2 80 11 60 60 00 02 09 4C 4C 8B 1A 1A 5B",
            "tag",
            {"epc": "E2801160600002094C4C8B1A", "rssi_dbm": -32.0, "antenna": 1},
        ),
        Said("CF 00 00 01 01 12 42 1D", "inventory reply", {"status": "no tag"}),
        Said("CF 00 00 53 01 00 47 D5", "set power reply", {"status": "done"}),
    ),
    refused=(
        "CF 01 00 50 01 00 F5 A3",
        "CF FF 00 50 00 26 07",
        "CF 00 00 01 01 12 42 1C",
    ),
    talks=(Talk((), "CF FF 00 50 00 07 26", ("CF 01 00 50 01 00 A3 F5",)),),
    invented_share=2e-5,
    invented_tags=2e-5,
    limit=cf.MAX_FRAME,
)

KINDS: tuple[Kind, ...] = (M100, READER18, READER288, CF, R2000, THINGMAGIC)


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
        return Loopback(self.imitation, self.time, self.cable, alter=self._alter)


def epcs(readings: Sequence[object]) -> set[str]:
    """The EPCs that were read."""
    return {reading.epc for reading in readings if isinstance(reading, TagRead)}


def states(readings: Sequence[object]) -> list[type]:
    """How often and in which order the reader was lost and back."""
    return [type(reading) for reading in readings if isinstance(reading, Lost | Back)]
