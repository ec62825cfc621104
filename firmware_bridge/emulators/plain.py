"""A plain barcode scanner made of bytes on a pty, with the faults of a real one."""

import fcntl
import os
import pty
import random
import select
import struct
import termios
import time
import tty
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

READ_WAIT_S = 1.0
DRAIN_STEP_S = 0.001


class PlainScannerEmulator:
    """A scanner whose port is the symbolic link `link`, which stays its identity over replugs.

    It is plugged in inside a `with` block or from `replug()` on. Bytes sent while no program has
    the port open are lost, as with a real scanner.
    """

    def __init__(self, link: Path, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.link = link
        self._sleep = sleep
        self._ends: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        self.replug()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.unplug()

    def scan(self, text: str, suffix: bytes = b"\r", *, symbology: str = "") -> None:
        """Send a code as UTF-8, behind an AIM identifier such as `]C1` where one is given."""
        self.send(symbology.encode("ascii") + text.encode("utf-8") + suffix)

    def send(self, raw: bytes) -> int:
        """Send bytes and return how many the computer took before it stopped reading."""
        if self._ends is None:
            return 0
        scanner_end, _ = self._ends
        sent = 0
        while sent < len(raw):
            _, writable, _ = select.select([], [scanner_end], [], READ_WAIT_S)
            if not writable:
                break
            sent += os.write(scanner_end, raw[sent : sent + 1024])
        return sent

    def received(self) -> bytes:
        """Return what the computer has written to the scanner."""
        if self._ends is None or not select.select([self._ends[0]], [], [], 0)[0]:
            return b""
        return os.read(self._ends[0], 65_536)

    def unplug(self) -> None:
        """Pull the cable: the link goes and the program that has the port open loses it."""
        if self._ends is None:
            return
        self.link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def replug(self) -> None:
        """Plug the cable in: a new port under the same link. Plugged in, this does nothing."""
        if self._ends is not None:
            return
        scanner_end, port_end = pty.openpty()
        tty.setraw(port_end)
        os.set_blocking(scanner_end, False)
        fresh = self.link.with_name(f".{self.link.name}.fresh")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(port_end))
        fresh.replace(self.link)
        self._ends = (scanner_end, port_end)

    def unplug_mid_code(self, text: str, at: int, suffix: bytes = b"\r") -> None:
        """Send the first `at` bytes of a code, wait until they were read, and pull the cable."""
        self.send((text.encode("utf-8") + suffix)[:at])
        self.wait_read()
        self.unplug()

    def noise(self, count: int, seed: int) -> None:
        """Send `count` random bytes."""
        self.send(random.Random(seed).randbytes(count))  # noqa: S311  noise is no secret

    def slow(self, text: str, gap_s: float, suffix: bytes = b"\r") -> None:
        """Send a code byte by byte, with silence between the bytes."""
        for byte in text.encode("utf-8") + suffix:
            self.send(bytes([byte]))
            self._sleep(gap_s)

    def glue(self, texts: Iterable[str], suffix: bytes = b"\r") -> None:
        """Send several codes in one piece."""
        self.send(b"".join(text.encode("utf-8") + suffix for text in texts))

    def flood(self, count: int) -> int:
        """Send `count` bytes that never hold a suffix; return how many were taken."""
        return self.send(b"8" * count)

    def wait_read(self, timeout_s: float = READ_WAIT_S) -> bool:
        """Wait until the computer has read everything sent; say whether it has."""
        deadline = time.monotonic() + timeout_s
        time.sleep(DRAIN_STEP_S)  # the kernel hands bytes over a moment after the write
        while self._unread():
            if time.monotonic() >= deadline:
                return False
            time.sleep(DRAIN_STEP_S)
        return True

    def _unread(self) -> int:
        if self._ends is None:
            return 0
        answer = fcntl.ioctl(self._ends[1], termios.FIONREAD, struct.pack("i", 0))
        (count,) = struct.unpack("i", answer)
        return int(count)


def emulate_lines(link: Path, lines: Iterable[str]) -> None:
    """Imitate a scanner at `link` until the lines end: each line is scanned as one code.

    `<GS>` stands for the group separator. The lines `!unplug` and `!replug` move the cable.
    """
    with PlainScannerEmulator(link) as scanner:
        for line in lines:
            text = line.rstrip("\r\n").replace("<GS>", "\x1d")
            if text == "!unplug":
                scanner.unplug()
            elif text == "!replug":
                scanner.replug()
            elif text:
                scanner.scan(text)
        scanner.wait_read()
