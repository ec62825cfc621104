"""What an imitated device is, without the wire it stands on."""

from typing import Protocol


class Imitation(Protocol):
    """A device as bytes: what it hears, what it says. Used from one thread; `now` is monotonic (s).

    Every returned element is one whole frame of the protocol, so that a fault can be put before,
    between, into or after frames.
    """

    def plugged(self, now: float) -> list[bytes]:
        """The device gets a wire: state that the real one forgets then is forgotten.

        A device on a network gets one with each program that connects.
        """
        ...

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Take bytes from the computer and return the answers to what they completed."""
        ...

    def tick(self, now: float) -> list[bytes]:
        """Return the frames that are due by now without being asked for."""
        ...

    def act(self, line: str, now: float) -> list[bytes]:
        """Let a person do something to the device: a tag is laid down, a pedal pressed.

        ValueError with a sentence that names what can be done, if `line` is not understood.
        """
        ...

    def spoil(self, frame: bytes) -> bytes:
        """The frame with a wrong checksum; unchanged where the protocol has none."""
        ...
