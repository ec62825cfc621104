"""A TCP connection as a `Transport`."""

import select
import socket
import time

from firmware_bridge.transports.transport import DisconnectedError

CONNECT_TIMEOUT_S = 2.0
WRITE_TIMEOUT_S = 1.0


class TcpWire:
    """A connection to a device on the network; keep-alive probes find a cable that was pulled."""

    def __init__(self, host: str, port: int) -> None:
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
        except OSError as error:
            reason = "does not accept a connection: check its power, cable and address"
            if isinstance(error, socket.gaierror):
                reason = "is not known in this network: check its name"
            raise DisconnectedError(f"The device at {self._name} {reason}.") from error
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option, value in (("TCP_KEEPIDLE", 2), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._socket.setblocking(False)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at most `max_bytes`, or nothing after `timeout_s`."""
        try:
            readable, _, _ = select.select([self._socket], [], [], timeout_s)
            if not readable:
                return b""
            content = self._socket.recv(max_bytes)
        except (OSError, ValueError) as error:
            raise self._lost() from error
        if not content:
            raise self._lost()
        return content

    def write(self, content: bytes) -> None:
        """Send everything, or raise `DisconnectedError` if the device does not take it in time."""
        deadline = time.monotonic() + WRITE_TIMEOUT_S
        rest = memoryview(content)
        while rest:
            try:
                _, writable, _ = select.select(
                    [], [self._socket], [], max(0.0, deadline - time.monotonic())
                )
                if not writable:
                    raise self._lost()
                rest = rest[self._socket.send(rest) :]
            except DisconnectedError:
                raise
            except (OSError, ValueError) as error:
                raise self._lost() from error

    def close(self) -> None:
        """Let go of the connection; closing twice does no harm."""
        self._socket.close()

    def _lost(self) -> DisconnectedError:
        return DisconnectedError(
            f"The connection to {self._name} was lost: check its cable and power."
        )
