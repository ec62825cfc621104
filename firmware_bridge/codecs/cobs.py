"""Frames without a zero byte, between zeros: consistent overhead byte stuffing.

Stuart Cheshire and Mary Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on
Networking 7(2), 1999. Here for contents of one block: at most `LONGEST` bytes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage, DamageReason

LONGEST = 253
ZERO = b"\0"

F = TypeVar("F")


def stuff(content: bytes) -> bytes:
    """The content without zeros, one byte longer; ValueError above `LONGEST` bytes."""
    if len(content) > LONGEST:
        raise ValueError(f"a frame holds at most {LONGEST} bytes")
    return b"".join(bytes([len(run) + 1]) + run for run in content.split(ZERO))


def unstuff(chunk: bytes) -> bytes | None:
    """What was stuffed into a chunk that holds no zero; none if nothing can have been."""
    runs = []
    start = 0
    while start < len(chunk):
        end = start + chunk[start]
        if end > len(chunk):
            return None
        runs.append(chunk[start + 1 : end])
        start = end
    return ZERO.join(runs)


@dataclass(frozen=True, slots=True)
class Unfit:
    """A content that is no frame of the protocol."""

    reason: DamageReason


class CobsDecoder(Generic[F]):
    """A `Decoder` that takes what stands between two zeros for a frame, if `read` agrees.

    `read` gets the unstuffed content and returns the frame, or says why it is none. A chunk of
    more than `limit` bytes is damage and only its first bytes are kept. Without `idle_gap_s` a
    frame may pause for as long as it likes: nothing but a zero ends it. Damage between two frames
    of one call is reported as one.
    """

    def __init__(
        self,
        read: Callable[[bytes], F | Unfit],
        *,
        limit: int,
        idle_gap_s: float = math.inf,
    ) -> None:
        self.idle_gap_s = idle_gap_s
        self._read = read
        self._limit = limit
        self._buffer = bytearray()
        self._last_byte_at = 0.0

    @property
    def pending(self) -> bool:
        """Say whether bytes wait for the zero that ends them."""
        return bool(self._buffer)

    def feed(self, content: bytes, now: float) -> tuple[F | Damage, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        found = list(self.flush(now))
        if not content:
            return tuple(found)
        self._last_byte_at = now
        *closed, rest = content.split(ZERO)
        for piece in closed:
            self._keep(piece)
            if self._buffer:
                event = self._judged()
                if not (isinstance(event, Damage) and found and isinstance(found[-1], Damage)):
                    found.append(event)
                self._buffer.clear()
        self._keep(rest)
        return tuple(found)

    def flush(self, now: float) -> tuple[F | Damage, ...]:
        """Give up, as damage, what has waited for its zero for the idle gap."""
        if not self._buffer or now - self._last_byte_at < self.idle_gap_s:
            return ()
        raw = bytes(self._buffer[:SHOWN_BYTES])
        self._buffer.clear()
        return (Damage("unfinished", raw),)

    def reset(self, now: float) -> None:
        """Forget a partial frame because the port was opened anew at `now`."""
        self._buffer.clear()
        self._last_byte_at = now

    def _keep(self, piece: bytes) -> None:
        """One byte beyond the limit is kept, as the sign of too many."""
        self._buffer += piece[: self._limit + 1 - len(self._buffer)]

    def _judged(self) -> F | Damage:
        chunk = bytes(self._buffer)
        shown = chunk[:SHOWN_BYTES]
        if len(chunk) > self._limit:
            return Damage("overlong", shown)
        content = unstuff(chunk)
        if content is None:
            return Damage("noise", shown)
        frame = self._read(content)
        return Damage(frame.reason, shown) if isinstance(frame, Unfit) else frame
