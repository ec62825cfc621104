"""A serial port as a `Transport`."""

import errno
import termios

import serial

from firmware_bridge.transports.ports import path_of
from firmware_bridge.transports.transport import DisconnectedError

WRITE_TIMEOUT_S = 1.0
PORT_ERRORS = (OSError, termios.error)

HINTS = {
    errno.ENOENT: "is not there: check its cable and power",
    errno.ENXIO: "is not there: check its cable and power",
    errno.EACCES: "may not be opened: add this user to the group dialout",
    errno.EPERM: "may not be opened: add this user to the group dialout",
    errno.EAGAIN: "is in use by another program: close that program",
    errno.EBUSY: "is in use by another program: close that program",
}


class SerialPort:
    """An exclusively opened serial port, 8N1 without flow control.

    `identity` is a path (a link under /dev/serial/by-id survives a replug, a pty works too) or
    `VID:PID[:serial]`. What the port had received before is thrown away on opening.
    """

    def __init__(self, identity: str, baudrate: int = 9600) -> None:
        self._identity = identity
        try:
            self._port = serial.Serial(
                path_of(identity),
                baudrate,
                timeout=0,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except DisconnectedError:
            raise
        except PORT_ERRORS as error:
            raise DisconnectedError(f"The port {identity} {_hint(error)}.") from error

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at most `max_bytes`, or nothing after `timeout_s`."""
        try:
            if self._port.timeout != timeout_s:
                self._port.timeout = timeout_s
            first = self._port.read(1)
            if not first or max_bytes == 1:
                return first
        except PORT_ERRORS as error:
            raise self._lost() from error
        return first + self._waiting(max_bytes - 1)

    def write(self, content: bytes) -> None:
        """Send everything, or raise `DisconnectedError` if the device does not take it in time."""
        try:
            self._port.write(content)
        except PORT_ERRORS as error:
            raise self._lost() from error

    def close(self) -> None:
        """Let go of the port; closing twice does no harm."""
        self._port.close()

    def _waiting(self, max_bytes: int) -> bytes:
        """Return what else has arrived; a port that dies here says so at the next read."""
        try:
            waiting = min(self._port.in_waiting, max_bytes)
            return self._port.read(waiting) if waiting else b""
        except PORT_ERRORS:
            return b""

    def _lost(self) -> DisconnectedError:
        return DisconnectedError(f"The port {self._identity} was lost: check its cable.")


def _hint(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return HINTS.get(number or 0, f"cannot be opened ({error})")
