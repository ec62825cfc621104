"""A device that answers as a recorded one did."""

from firmware_bridge.recording import Changed, Passed, Recording

LONGEST_PAUSE_S = 1.0


class Replayed:
    """An `Imitation` that plays a recording once from each time it is plugged in.

    What the device had sent after bytes from the computer is sent once as many bytes have come
    again, and after the pause that was recorded, at most a second. What came is not compared.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._at = 0
        self._owed = 0
        self._since = 0.0
        self._previous_t = 0.0

    def plugged(self, now: float) -> list[bytes]:
        """Begin at the beginning."""
        self._at, self._owed, self._since, self._previous_t = 0, 0, now, 0.0
        return self.tick(now)

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """Count what the computer sends."""
        self._owed += len(content)
        return self.tick(now)

    def tick(self, now: float) -> list[bytes]:
        """Send what is due."""
        entries = self._recording.entries
        said: list[bytes] = []
        while self._at < len(entries):
            entry = entries[self._at]
            match entry:
                case Changed():
                    pass
                case Passed(sender="computer", content=content):
                    if self._owed < len(content):
                        break
                    self._owed -= len(content)
                    self._since, self._previous_t = now, entry.t
                case Passed(t=t, content=content):
                    pause = min(t - self._previous_t, LONGEST_PAUSE_S)
                    if now - self._since < pause:
                        break
                    said.append(content)
                    self._since, self._previous_t = now, t
            self._at += 1
        return said

    def act(self, line: str, now: float) -> list[bytes]:
        """A recording cannot be acted on."""
        del now
        raise ValueError(f"A recording plays by itself: it cannot do {line!r}.")

    def spoil(self, frame: bytes) -> bytes:
        """The piece with its last byte changed."""
        return frame[:-1] + bytes([frame[-1] ^ 1])
