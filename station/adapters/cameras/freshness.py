"""What a delivered frame must show before it is believed."""

from collections import deque
from dataclasses import dataclass

from station.adapters.cameras.link import Delivered
from station.domain.faults import FaultCode

DARK = "off"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame is not taken, with a sentence for the person."""

    code: FaultCode
    detail: str


class Freshness:
    """Checks each frame of one camera against what was asked and against the frames before it."""

    def __init__(
        self, width: int, height: int, black_below: float = 6.0, remembered: int = 256
    ) -> None:
        """`black_below` is the least mean grey value, 0 to 255, of a lit bench."""
        self._size = (width, height)
        self._black_below = black_below
        self._sequence: int | None = None
        self._exposed_s = float("-inf")
        self._digests: deque[str] = deque(maxlen=remembered)

    def restarted(self) -> None:
        """The camera counts anew from here; its pixels must still differ from all earlier ones."""
        self._sequence = None

    def refuse(
        self, frame: Delivered, digest: str, light: str, settled_s: float, now_s: float
    ) -> Refusal | None:
        """Why the frame cannot be taken for one exposed under `light` since `settled_s`.

        Sensor noise makes every exposure differ, so a digest seen before is a frame seen before.
        """
        sequence, exposed_s = self._sequence, self._exposed_s
        self._sequence, self._exposed_s = frame.sequence, min(frame.monotonic_s, now_s)
        seen = digest in self._digests
        self._digests.append(digest)
        if (frame.width, frame.height) != self._size:
            wanted = "x".join(str(side) for side in self._size)
            return Refusal(
                FaultCode.FRAME_WRONG_SIZE,
                f"The camera delivered {frame.width}x{frame.height} pixels, not {wanted}:"
                " set its size back.",
            )
        if seen or (sequence is not None and frame.sequence <= sequence):
            return _stale("The camera repeated an earlier picture: unplug it and plug it in again.")
        if not max(settled_s, exposed_s) <= frame.monotonic_s <= now_s:
            return _stale("The camera's picture was not taken when it was asked for: try again.")
        if light != DARK and frame.mean < self._black_below:
            return Refusal(
                FaultCode.FRAME_BLACK,
                "The picture is black although the light is on: check the light and the lens cap.",
            )
        return None


def _stale(detail: str) -> Refusal:
    return Refusal(FaultCode.FRAME_STALE, detail)
