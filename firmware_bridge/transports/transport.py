"""What a device client needs of a wire."""

from typing import Protocol


class DisconnectedError(OSError):
    """The wire is gone or could not be opened; the message says which and what to do."""


class Transport(Protocol):
    """An open byte stream; all but `close` raise `DisconnectedError` when the wire is gone."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at most `max_bytes`, or nothing after `timeout_s`."""
        ...

    def write(self, content: bytes) -> None:
        """Send everything, or raise `DisconnectedError` if the device does not take it in time."""
        ...

    def close(self) -> None:
        """Let go of the wire; closing twice does no harm."""
        ...
