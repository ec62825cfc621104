"""The LLRP vectors, and a client with an imitated reader in one thread."""

from collections.abc import Callable
from pathlib import Path

from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.llrp import LlrpReader, LlrpReading
from firmware_bridge.codecs.llrp.contents import Tag
from firmware_bridge.emulators.llrp import LlrpReaderImitation
from firmware_bridge.readings import Back, Lost, TagRead

EPC = "3036450FEC2C9B80000003E9"
OTHER = "3000ABCDEF00000000000003"
CAPTURES = Path(__file__).parents[3] / "shared" / "data" / "llrp"

ADD_ROSPEC = bytes.fromhex(
    "04140000008000000008 00B10076 00000001 0000 00B20012 00B3000501 00B600090000000000"
    "00B70048 00010001 00B80019 0300000000 00B90010 000000010000000000000000"
    "00BA0027 000101 00DE0020 0001 00E0000A000100010000 014A001000 0150000B80000400000000"
    "00ED0012 010000 00EE000B1680 015C000500"
)
REPORT = bytes.fromhex(
    "043D0000002C00000063 00F00022 8D3036450FEC2C9B80000003E9 810001 86D0820005A9E4BEF862E0 880003"
)
REPORTED = Tag(bytes.fromhex(EPC), 96, 1, -48, 1594174805140192, 3)


class Bench:
    """A client and an imitated reader under a clock that waiting moves."""

    def __init__(
        self,
        *deeds: str,
        alter: Callable[[bytes], bytes] = bytes,
        antennas: tuple[int, ...] = (1,),
        power_index: int | None = None,
        session: int = 1,
    ) -> None:
        self.time = FakeTime()
        self.cable = Cable()
        self.imitation = LlrpReaderImitation()
        for deed in deeds:
            self.imitation.act(deed, self.time.now)
        self.wire: Loopback | None = None
        self.opened = 0
        self._alter = alter
        self.reader = LlrpReader(
            self._open,
            antennas=antennas,
            power_index=power_index,
            session=session,
            clock=self.time,
            sleep=self.time.sleep,
        )

    def run(self, seconds: float) -> list[LlrpReading]:
        """Poll for so long on the fake clock and return what came."""
        readings: list[LlrpReading] = []
        end = self.time.now + seconds
        while self.time.now < end:
            before = self.time.now
            readings += self.reader.poll(0.1)
            if self.time.now == before:
                self.time.now += 0.001
        return readings

    def act(self, line: str) -> None:
        """Do something to the reader."""
        assert self.wire is not None
        self.wire.act(line)

    def _open(self) -> Loopback:
        self.wire = Loopback(self.imitation, self.time, self.cable, alter=self._alter)
        self.opened += 1
        return self.wire


def epcs(readings: list[LlrpReading]) -> set[str]:
    """The EPCs that were read."""
    return {reading.epc for reading in readings if isinstance(reading, TagRead)}


def states(readings: list[LlrpReading]) -> list[type]:
    """How often and in which order the reader was lost and back."""
    return [type(reading) for reading in readings if isinstance(reading, Lost | Back)]
