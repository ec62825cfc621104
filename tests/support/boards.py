"""Bench boards on a pty whose clock the test moves: the emulator and the reference firmware."""

import os
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware import program

from firmware_bridge.codecs.board_messages import LAMPS
from firmware_bridge.emulators.board import BoardImitation
from firmware_bridge.emulators.ports import PtyPort

WAIT_S = 10.0


@dataclass(frozen=True)
class Outputs:
    """What a board drives: levels in permille, the lamps that are lit, the sounder."""

    lights: tuple[int, ...]
    lit: frozenset[str]
    sounding: bool


class Board(Protocol):
    """A board behind a pty. What it says comes back as bytes, all of it."""

    def hear(self, content: bytes) -> bytes:
        """Send bytes to the board."""
        ...

    def advance(self, ms: int) -> bytes:
        """Let time pass, millisecond by millisecond."""
        ...

    def jump(self, ms: int) -> None:
        """Let time pass while the board's program is held up elsewhere."""
        ...

    def act(self, deed: str) -> bytes:
        """Do something to the board."""
        ...

    @property
    def outputs(self) -> Outputs:
        """What the board drives now."""
        ...

    def close(self) -> None:
        """Unplug the board."""
        ...


class EmulatedBoard:
    """The emulator in Python."""

    def __init__(self, link: Path, start_ms: int = 0) -> None:
        self._imitation = BoardImitation()
        self._now_ms = start_ms
        self._port = PtyPort(link)
        self._port.replug()
        self._wire = os.open(link, os.O_RDWR | os.O_NOCTTY)
        self._say(self._imitation.plugged(self._now))

    @property
    def _now(self) -> float:
        return self._now_ms / 1000

    def hear(self, content: bytes) -> bytes:
        write_all(self._wire, content)
        left = len(content)
        said: list[bytes] = []
        while left:
            heard = self._port.receive(WAIT_S)
            assert heard, "the bytes did not come through the pty"
            left -= len(heard)
            said += self._imitation.hear(heard, self._now)
        return self._say(said + self._imitation.tick(self._now))

    def advance(self, ms: int) -> bytes:
        said: list[bytes] = []
        for _ in range(ms):
            self._now_ms += 1
            said += self._imitation.tick(self._now)
        return self._say(said)

    def jump(self, ms: int) -> None:
        self._now_ms += ms

    def act(self, deed: str) -> bytes:
        said = self._imitation.act(deed, self._now)
        return self._say(said + self._imitation.tick(self._now))

    @property
    def outputs(self) -> Outputs:
        driven = self._imitation.outputs
        lit = zip(LAMPS, driven.lit(self._now_ms), strict=True)
        return Outputs(
            driven.lights,
            frozenset(lamp for lamp, on in lit if on),
            driven.sounding(self._now_ms),
        )

    def close(self) -> None:
        os.close(self._wire)
        self._port.unplug()

    def _say(self, frames: list[bytes]) -> bytes:
        content = b"".join(frames)
        self._port.send(content)
        return read_exactly(self._wire, len(content))


class FirmwareBoard:
    """The reference firmware, compiled for this computer."""

    def __init__(self, start_ms: int = 0) -> None:
        self._child = subprocess.Popen(
            [program("host"), "--stepped", str(start_ms)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._orders, self._lines = self._child.stdin, self._child.stdout
        self._lights: dict[int, int] = {}
        self._lit: dict[str, bool] = {}
        self._sounding = False
        self._said = 0
        self._wire = os.open(self._lines.readline().rstrip("\n"), os.O_RDWR | os.O_NOCTTY)

    def hear(self, content: bytes) -> bytes:
        if not content:
            return b""
        write_all(self._wire, content)
        return self.act(f"hear {len(content)}")

    def advance(self, ms: int) -> bytes:
        return self.act(f"step {ms}")

    def jump(self, ms: int) -> None:
        self.act(f"jump {ms}")

    def act(self, deed: str) -> bytes:
        self._orders.write(f"{deed}\n")
        self._orders.flush()
        while True:
            line = self._lines.readline().split()
            match line:
                case ["light", channel, permille]:
                    self._lights[int(channel)] = int(permille)
                case ["lamp", lamp, on]:
                    self._lit[lamp] = on == "1"
                case ["sounder", on]:
                    self._sounding = on == "1"
                case ["done", count]:
                    new = int(count) - self._said
                    self._said = int(count)
                    return read_exactly(self._wire, new)
                case _:
                    raise AssertionError(f"the firmware ended: {line}")

    @property
    def outputs(self) -> Outputs:
        lights = tuple(self._lights[channel] for channel in sorted(self._lights))
        lit = frozenset(lamp for lamp, on in self._lit.items() if on)
        return Outputs(lights, lit, self._sounding)

    def close(self) -> None:
        os.close(self._wire)
        self._orders.close()
        status = self._child.wait(WAIT_S)
        self._lines.close()
        assert status == 0, "the firmware ended badly"


class BoardAsImitation:
    """A board on a pty as the `Imitation` of a loopback, whose clock it follows."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._now_ms: int | None = None

    def plugged(self, now: float) -> list[bytes]:
        """Power."""
        return [*self._follow(now), self._board.act("restart")]

    def hear(self, content: bytes, now: float) -> list[bytes]:
        return [*self._follow(now), self._board.hear(content)]

    def tick(self, now: float) -> list[bytes]:
        return self._follow(now)

    def act(self, line: str, now: float) -> list[bytes]:
        return [*self._follow(now), self._board.act(line)]

    def spoil(self, frame: bytes) -> bytes:
        """Loopbacks spoil nothing."""
        return frame

    def _follow(self, now: float) -> list[bytes]:
        ms = round(now * 1000)
        passed = 0 if self._now_ms is None else ms - self._now_ms
        self._now_ms = ms
        return [self._board.advance(passed)] if passed else []


def write_all(wire: int, content: bytes) -> None:
    """Write everything."""
    while content:
        content = content[os.write(wire, content) :]


def read_exactly(wire: int, count: int) -> bytes:
    """Read as many bytes as were sent, which the kernel may hand over later."""
    content = b""
    while len(content) < count:
        ready, _, _ = select.select([wire], [], [], WAIT_S)
        assert ready, f"{count} bytes were sent and {len(content)} came"
        content += os.read(wire, count - len(content))
    return content
