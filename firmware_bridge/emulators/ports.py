"""The sockets that emulated devices are plugged into: a pty behind a link, and a TCP port."""

import fcntl
import os
import pty
import select
import socket
import struct
import termios
import time
import tty
from contextlib import suppress
from pathlib import Path
from typing import Protocol

READ_BYTES = 65_536
WRITE_WAIT_S = 1.0
DRAIN_STEP_S = 0.001


class EmulatedPort(Protocol):
    """One end of a wire whose other end a program opens. Not safe for use from two threads."""

    @property
    def address(self) -> str:
        """What a configuration names: a path, or `tcp://host:port`. It stays over replugs."""
        ...

    @property
    def visits(self) -> int:
        """How often a device on this port has got a wire: plugged in, or called over TCP."""
        ...

    def replug(self) -> None:
        """Plug the cable in. Plugged in, this does nothing."""
        ...

    def unplug(self) -> None:
        """Pull the cable: a program that has the port open loses it."""
        ...

    def receive(self, wait_s: float) -> bytes:
        """Return what the computer has written, or nothing after `wait_s`."""
        ...

    def send(self, content: bytes) -> int:
        """Send bytes and return how many the computer took before it stopped reading."""
        ...

    def wait_read(self, timeout_s: float = WRITE_WAIT_S) -> bool:
        """Wait until the computer has read everything sent; say whether it has."""
        ...


class PtyPort:
    """A serial port whose path is the symbolic link `link`; each replug is another device node.

    Bytes sent while no program has the port open wait there, as in the buffer of a real port.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, int] | None = None
        self._visits = 0

    @property
    def address(self) -> str:
        """The path of the link."""
        return str(self.link)

    @property
    def visits(self) -> int:
        """How often the cable was plugged in."""
        return self._visits

    def replug(self) -> None:
        """Make a new pty and point the link at it. Plugged in, this does nothing."""
        if self._ends is not None:
            return
        device_end, port_end = pty.openpty()
        tty.setraw(port_end)
        os.set_blocking(device_end, False)
        fresh = self.link.with_name(f".{self.link.name}.fresh")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(port_end))
        fresh.replace(self.link)
        self._ends = (device_end, port_end)
        self._visits += 1

    def unplug(self) -> None:
        """Take the link away and hang up."""
        if self._ends is None:
            return
        self.link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def receive(self, wait_s: float) -> bytes:
        """Return what the computer has written, or nothing after `wait_s`."""
        if self._ends is None:
            time.sleep(wait_s)
            return b""
        readable, _, _ = select.select([self._ends[0]], [], [], wait_s)
        return os.read(self._ends[0], READ_BYTES) if readable else b""

    def send(self, content: bytes) -> int:
        """Send bytes and return how many the computer took before it stopped reading."""
        if self._ends is None:
            return 0
        sent = 0
        while sent < len(content):
            _, writable, _ = select.select([], [self._ends[0]], [], WRITE_WAIT_S)
            if not writable:
                break
            sent += os.write(self._ends[0], content[sent : sent + 1024])
        return sent

    def wait_read(self, timeout_s: float = WRITE_WAIT_S) -> bool:
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


class TcpPort:
    """A listening TCP port on the loopback that serves one program at a time.

    Port 0 takes a free one at first and keeps it over replugs.
    """

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._visitor: socket.socket | None = None
        self._visits = 0

    @property
    def address(self) -> str:
        """`tcp://host:port`; the port is known once plugged in."""
        return f"tcp://{self._host}:{self._port}"

    @property
    def visits(self) -> int:
        """How many programs have been connected."""
        return self._visits

    def replug(self) -> None:
        """Listen again. Plugged in, this does nothing."""
        if self._listener is None:
            self._listener = socket.create_server((self._host, self._port), backlog=1)
            self._port = self._listener.getsockname()[1]

    def unplug(self) -> None:
        """Reset the connection and stop listening."""
        if self._visitor is not None:
            with suppress(OSError):
                linger = struct.pack("ii", 1, 0)
                self._visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._visitor.close()
            self._visitor = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def receive(self, wait_s: float) -> bytes:
        """Return what the computer has written, or nothing after `wait_s`."""
        ends = [end for end in (self._listener, self._visitor) if end is not None]
        if not ends:
            time.sleep(wait_s)
            return b""
        readable, _, _ = select.select(ends, [], [], wait_s)
        # A visitor that has gone is seen off before the next is let in, not turned away for it.
        content = self._said() if self._visitor in readable else b""
        if not content and self._listener is not None and self._listener in readable:
            self._greet(self._listener.accept()[0])
        return content

    def send(self, content: bytes) -> int:
        """Send bytes and return how many were taken; without a visitor none are."""
        if self._visitor is None:
            return 0
        try:
            self._visitor.sendall(content)
        except OSError:
            self._visitor.close()
            self._visitor = None
            return 0
        return len(content)

    def wait_read(self, timeout_s: float = WRITE_WAIT_S) -> bool:
        """Wait until the computer has acknowledged everything sent; say whether it has."""
        deadline = time.monotonic() + timeout_s
        while self._visitor is not None and self._unacknowledged(self._visitor):
            if time.monotonic() >= deadline:
                return False
            time.sleep(DRAIN_STEP_S)
        return True

    def _said(self) -> bytes:
        """What the visitor has written; one that says nothing more is gone."""
        if self._visitor is None:
            return b""
        try:
            content = self._visitor.recv(READ_BYTES)
        except OSError:
            content = b""
        if not content:
            self._visitor.close()
            self._visitor = None
        return content

    def _greet(self, visitor: socket.socket) -> None:
        """One program at a time: a second is turned away, as real devices do."""
        if self._visitor is not None:
            visitor.close()
            return
        visitor.settimeout(WRITE_WAIT_S)
        self._visitor = visitor
        self._visits += 1

    @staticmethod
    def _unacknowledged(visitor: socket.socket) -> int:
        answer = fcntl.ioctl(visitor, termios.TIOCOUTQ, struct.pack("i", 0))
        (count,) = struct.unpack("i", answer)
        return int(count)
