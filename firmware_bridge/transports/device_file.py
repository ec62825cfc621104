"""A character device without line settings, such as a USB printer, as a `Transport`."""

import fcntl
import os
import select
import stat
import time
from contextlib import suppress

from firmware_bridge.transports.refusals import refusal
from firmware_bridge.transports.transport import DisconnectedError

WRITE_TIMEOUT_S = 1.0
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class DeviceFile:
    """An open device file such as /dev/usb/lp0, locked; one that cannot be read is silent."""

    def __init__(self, path: str, *, write_timeout_s: float = WRITE_TIMEOUT_S) -> None:
        """`DisconnectedError` if it cannot be opened or is no character device."""
        self._path = path
        self._write_timeout_s = write_timeout_s
        self._file: int | None = None
        try:
            self._file, self._readable = _opened(path)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_device = stat.S_ISCHR(os.fstat(self._file).st_mode)
        except OSError as error:
            self.close()
            raise DisconnectedError(f"The device {path} {refusal(path, error)}.") from error
        if not is_device:
            self.close()
            raise DisconnectedError(f"{path} is no device file: correct its address.")

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at most `max_bytes`, or nothing after `timeout_s`."""
        file = self._open_file()
        if not self._readable:
            time.sleep(timeout_s)
            return b""
        waiting = select.poll()
        waiting.register(file, select.POLLIN)
        try:
            ready = waiting.poll(timeout_s * 1000)
            content = os.read(file, max_bytes) if ready else b""
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost() from error
        if ready and not content:
            if ready[0][1] & GONE:
                raise self._lost()
            time.sleep(timeout_s)  # an empty USB packet, or a driver that is always ready
        return content

    def write(self, content: bytes) -> None:
        """Send everything, or raise `DisconnectedError` if the device does not take it in time."""
        file = self._open_file()
        deadline = time.monotonic() + self._write_timeout_s
        rest = memoryview(content)
        while rest:
            wait_s = max(0.0, deadline - time.monotonic())
            try:
                ready = select.select([], [file], [], wait_s)[1]
                count = os.write(file, rest) if ready else 0
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._lost() from error
            if not ready:
                raise DisconnectedError(
                    f"The device {self._path} takes nothing: check its paper and power."
                )
            rest = rest[count:]

    def close(self) -> None:
        """Let go of the device; closing twice does no harm."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)
            self._file = None

    def _open_file(self) -> int:
        if self._file is None:
            raise self._lost()
        return self._file

    def _lost(self) -> DisconnectedError:
        return DisconnectedError(f"The device {self._path} was lost: check its cable and power.")


def _opened(path: str) -> tuple[int, bool]:
    """The open file, and whether it can be read too."""
    flags = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        return os.open(path, os.O_RDWR | flags), True
    except PermissionError:
        return os.open(path, os.O_WRONLY | flags), False
