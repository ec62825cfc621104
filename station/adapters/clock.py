"""The machine's clock, and identifiers and chance made from it."""

import secrets
import threading
import time
from datetime import UTC, datetime

_RANDOM_BITS = 74


class SystemClock:
    """The wall clock in UTC and the monotonic clock, which every process of the machine shares."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


class SystemIdentifiers:
    """UUIDs of version 7 (RFC 9562, 5.7), growing within this process, and chance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def fresh(self) -> str:
        """An identifier greater than every earlier one of this object.

        Its first 48 bits are Unix milliseconds. Within one millisecond, and after the clock was
        set back, it counts on from the last one (RFC 9562, 6.2, method 2).
        """
        drawn = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            self._last = max(drawn, self._last + 1 + secrets.randbits(32))
            value = self._last
        stamp, rest = value >> _RANDOM_BITS, value & ((1 << _RANDOM_BITS) - 1)
        high, low = rest >> 62, rest & ((1 << 62) - 1)
        digits = f"{stamp << 80 | 7 << 76 | high << 64 | 2 << 62 | low:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return secrets.randbits(53) / (1 << 53)
