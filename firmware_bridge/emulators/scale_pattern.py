"""Imitated scales of the shipped dialects: one that is asked (Radwag), one that sends (Toledo)."""

from collections.abc import Sequence
from decimal import Decimal

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import FrameDecoder
from firmware_bridge.codecs.lines import line_cut
from firmware_bridge.codecs.scale_pattern import LONGEST_LINE, radwag_line, toledo_line
from firmware_bridge.emulators.pan import Pan

REPEAT_S = 0.2
CENTIGRAM = Decimal("0.01")
HECTOGRAM = Decimal("0.1")
DIALECT = "dialect "


class PatternScaleImitation:
    """A scale with a display step of 0.01 g, or 10 g as `dialect toledo`, which sends by itself."""

    def __init__(self, deeds: Sequence[str] = ()) -> None:
        self._pan = Pan()
        self._streaming = False
        self._repeat_at = 0.0
        self._decoder: FrameDecoder[str] = FrameDecoder(
            line_cut(lambda _, line: line, limit=LONGEST_LINE), limit=LONGEST_LINE
        )
        for deed in deeds:
            self._do(deed)

    def plugged(self, now: float) -> list[bytes]:
        """Power: zero and tare are gone."""
        self._decoder.reset(now)
        self._repeat_at = now
        self._pan.power_up()
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Answer commands in order; the one that sends by itself hears nothing."""
        if self._streaming:
            return []
        said: list[bytes] = []
        for event in self._decoder.feed(content, now):
            match event:
                case "S" | "SI":
                    said += [b"S A\r\n", self._radwag()]
                case "Z" | "T":
                    self._pan.set_zero() if event == "Z" else self._pan.set_tare()
                    said += [f"{event} A\r\n".encode("ascii"), f"{event} D\r\n".encode("ascii")]
                case Damage():
                    pass
                case _:
                    said.append(b"ES\r\n")
        return said

    def tick(self, now: float) -> list[bytes]:
        """What the scale sends by itself."""
        self._decoder.flush(now)
        if not self._streaming or now < self._repeat_at:
            return []
        self._repeat_at = now + REPEAT_S
        return [self._toledo()]

    def act(self, line: str, now: float) -> list[bytes]:
        """Change what lies on the pan; see `Pan.act`."""
        self._do(line)
        return self.tick(now)

    def spoil(self, frame: bytes) -> bytes:
        """These lines have no checksum: the frame stays as it is."""
        return frame

    def _do(self, line: str) -> None:
        if not line.startswith(DIALECT):
            self._pan.act(line)
        elif line.removeprefix(DIALECT) in ("radwag", "toledo"):
            self._streaming = line.endswith("toledo")
        else:
            raise ValueError("The shipped dialects are `dialect radwag` and `dialect toledo`.")

    def _radwag(self) -> bytes:
        statuses = {"unstable": "?", "overload": "^", "underload": "v"}
        return radwag_line(
            statuses.get(self._pan.status, " "), self._pan.net.quantize(CENTIGRAM), "g"
        )

    def _toledo(self) -> bytes:
        hundredths = int((self._pan.net * HECTOGRAM).to_integral_value())
        code = 0x30 | (2 if hundredths < 0 else 0)
        code |= {"unstable": 8, "overload": 4, "underload": 4}.get(self._pan.status, 0)
        return toledo_line(chr(code), abs(hundredths))
