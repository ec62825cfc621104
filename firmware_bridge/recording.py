"""What went over a wire, kept as a text file that can be read, replayed and tested with.

One JSON object a line. First `{"recording": 1, "kind": …}`, then `{"t": seconds since the start,
"from": "device" | "computer", "hex": …}` for bytes and `{"t": …, "wire": "opened" | "lost"}`.
"""

import json
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TextIO

from firmware_bridge.transports.transport import DisconnectedError, Transport

VERSION = 1
LONGEST_LINE = 1_000_000

Side = Literal["device", "computer"]


class RecordingError(ValueError):
    """A file is no recording; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes that passed at `t` seconds."""

    t: float
    sender: Side
    content: bytes


@dataclass(frozen=True, slots=True)
class Changed:
    """The wire was opened or lost at `t` seconds."""

    t: float
    wire: Literal["opened", "lost"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording of one device of a kind."""

    kind: str
    entries: tuple[Passed | Changed, ...]

    def sent_by(self, side: Side) -> bytes:
        """Everything one side sent, joined."""
        parts = [e.content for e in self.entries if isinstance(e, Passed) and e.sender == side]
        return b"".join(parts)


class TappedWire:
    """A `Transport` that tells `see` of everything that passes over another one."""

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        see: Callable[[Passed | Changed], None],
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives the seconds that entries carry."""
        self._see = see
        self._clock = clock
        self._wire = open_wire()
        see(Changed(clock(), "opened"))

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at most `max_bytes`, or nothing after `timeout_s`."""
        content = self._watched(lambda: self._wire.read(max_bytes, timeout_s))
        if content:
            self._see(Passed(self._clock(), "device", content))
        return content

    def write(self, content: bytes) -> None:
        """Send everything, or raise `DisconnectedError` if the device does not take it in time."""
        self._see(Passed(self._clock(), "computer", content))
        self._watched(lambda: self._wire.write(content))

    def close(self) -> None:
        """Let go of the wire; closing twice does no harm."""
        self._wire.close()

    def _watched(self, act: Callable[[], bytes | None]) -> bytes:
        try:
            return act() or b""
        except DisconnectedError:
            self._see(Changed(self._clock(), "lost"))
            raise


class Recorder:
    """Writes a recording as it happens; safe for many threads."""

    def __init__(self, kind: str, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._write({"recording": VERSION, "kind": kind})

    def see(self, entry: Passed | Changed) -> None:
        """Keep one entry."""
        match entry:
            case Passed(t, sender, content):
                self._write({"t": round(t, 6), "from": sender, "hex": content.hex().upper()})
            case Changed(t, wire):
                self._write({"t": round(t, 6), "wire": wire})

    def _write(self, entry: dict[str, object]) -> None:
        with self._lock:
            self._out.write(json.dumps(entry) + "\n")
            self._out.flush()


def read_recording(path: Path) -> Recording:
    """Read a recording. `RecordingError` names the line that is wrong; OSError as from `open`."""
    kind: str | None = None
    entries: list[Passed | Changed] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(iter(partial(lines.readline, LONGEST_LINE), ""), 1):
            try:
                form = json.loads(line)
                if kind is None:
                    kind = _kind(form)
                else:
                    entries.append(_entry(form))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                reason = str(error) if isinstance(error, RecordingError) else "not an entry"
                raise RecordingError(
                    f"{path.name}, line {number}: {reason}; record it again"
                ) from error
    if kind is None:
        raise RecordingError(f"{path.name} is empty: record it again")
    return Recording(kind, tuple(entries))


def _kind(form: dict[str, object]) -> str:
    if form["recording"] != VERSION:
        raise RecordingError(f"a recording of version {form['recording']} cannot be read here")
    return str(form["kind"])


def _entry(form: dict[str, object]) -> Passed | Changed:
    t = float(str(form["t"]))
    if not math.isfinite(t):
        raise RecordingError("a time is a number of seconds")
    if "wire" in form:
        wire = form["wire"]
        if wire not in ("opened", "lost"):
            raise RecordingError("a wire is opened or lost")
        return Changed(t, "opened" if wire == "opened" else "lost")
    sender = form["from"]
    if sender not in ("device", "computer"):
        raise RecordingError("bytes are from the device or from the computer")
    side: Side = "device" if sender == "device" else "computer"
    return Passed(t, side, bytes.fromhex(str(form["hex"])))


class ReplayedWire:
    """A `Transport` that gives what the device of a recording sent, as it was cut, then is lost.

    What the computer sends is taken and forgotten, so a client can be fed a site's traffic whatever
    it asks. Waiting is not waited for; `clock` follows the recording.
    """

    def __init__(self, entries: Sequence[Passed | Changed]) -> None:
        self._entries = [e for e in entries if isinstance(e, Passed) and e.sender == "device"]
        self._rest = b""
        self.now = entries[0].t if entries else 0.0

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return the next piece, or nothing if it came later than `timeout_s` from now."""
        if not self._rest:
            if not self._entries:
                raise DisconnectedError("The recording ends here.")
            if self._entries[0].t > self.now + timeout_s:
                self.now += timeout_s
                return b""
            entry = self._entries.pop(0)
            self.now = max(self.now, entry.t)
            self._rest = entry.content
        content, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return content

    def write(self, content: bytes) -> None:
        """Take bytes and forget them."""

    def close(self) -> None:
        """Nothing to let go of."""

    def clock(self) -> float:
        """Seconds on the recording's own clock."""
        return self.now


def stopwatch() -> Callable[[], float]:
    """A clock that starts at 0 now."""
    started = time.monotonic()
    return lambda: time.monotonic() - started
