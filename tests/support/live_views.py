"""Cameras that show whatever a test wants, live."""

from collections import deque

from station.screen.live import LiveFrame, LiveView


def picture_of(level: int) -> LiveFrame:
    """A live picture of one grey level."""
    return LiveFrame(bytes([level]) * (180 * 320 * 3), 320, 180)


class FakeCamera:
    """Gives the pictures that were put into it, the newest only, each once."""

    def __init__(self, name: str = "top") -> None:
        self.coming: deque[LiveFrame] = deque(maxlen=1)
        self.asked = 0
        self.view = LiveView(name, 16 / 9, self._latest)

    def show(self, level: int) -> None:
        """A new picture of one grey level."""
        self.coming.append(picture_of(level))

    def _latest(self) -> LiveFrame | None:
        self.asked += 1
        return self.coming.pop() if self.coming else None
