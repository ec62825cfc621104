"""A serial port as a `Transport`."""

import errno
import os
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import serial

from firmware_bridge.transports.ports import path_of
from firmware_bridge.transports.refusals import refusal
from firmware_bridge.transports.transport import DisconnectedError

WRITE_TIMEOUT_S = 1.0
PORT_ERRORS = (OSError, termios.error)
UNIX98_PTY_MAJORS = range(136, 144)

ByteFormat: TypeAlias = Literal["8N1", "7E1"]

_FORMATS: Mapping[ByteFormat, tuple[int, str]] = MappingProxyType(
    {"8N1": (serial.EIGHTBITS, serial.PARITY_NONE), "7E1": (serial.SEVENBITS, serial.PARITY_EVEN)}
)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The inputs of a serial port beside its data: true where the line is asserted."""

    cts: bool
    dsr: bool


class SerialPort:
    """A serial port without flow control, locked against every other program that locks ports.

    `identity` is a path (a link under /dev/serial/by-id survives a replug, a pty works too) or
    `VID:PID[:serial]`. `byte_format` is data bits, parity, stop bits. What the port had received
    before is thrown away on opening.
    """

    def __init__(
        self, identity: str, baudrate: int = 9600, byte_format: ByteFormat = "8N1"
    ) -> None:
        """`DisconnectedError` if it cannot be opened; ValueError for a speed it cannot have."""
        self._identity = identity
        path = path_of(identity)
        try:
            data_bits, parity = _FORMATS["8N1" if _is_pty(path) else byte_format]
            self._port = serial.Serial(
                path,
                baudrate,
                bytesize=data_bits,
                parity=parity,
                timeout=0,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except PORT_ERRORS as error:
            raise DisconnectedError(f"The port {identity} {refusal(path, error)}.") from error

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

    def contacts(self) -> Contacts:
        """The state of the modem lines; `DisconnectedError` if the port is gone or has none."""
        try:
            return Contacts(cts=self._port.cts, dsr=self._port.dsr)
        except PORT_ERRORS as error:
            if _number(error) in (errno.ENOTTY, errno.EINVAL):
                raise DisconnectedError(
                    f"The port {self._identity} has no CTS and DSR lines: use another port."
                ) from error
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


def _is_pty(path: str) -> bool:
    """Whether the port is made of memory: that carries whole bytes and refuses any other format."""
    return os.major(Path(path).stat().st_rdev) in UNIX98_PTY_MAJORS


def _number(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None
