"""Cutting a byte stream into checked frames, and finding the next frame after damage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage, DamageReason

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


class Decoder(Protocol[F_co]):
    """Bytes and the time go in, frames and damage come out; nothing raises on any input."""

    @property
    def idle_gap_s(self) -> float:
        """How long a frame may pause before it counts as broken off."""
        ...

    @property
    def pending(self) -> bool:
        """Say whether a frame has begun that is neither whole nor given up."""
        ...

    def feed(self, content: bytes, now: float) -> tuple[F_co | Damage, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        ...

    def flush(self, now: float) -> tuple[F_co | Damage, ...]:
        """Give up a frame that has paused for the idle gap."""
        ...

    def reset(self, now: float) -> None:
        """Forget a partial frame because the port was opened anew at `now`."""
        ...


@dataclass(frozen=True, slots=True)
class Whole(Generic[F]):
    """A checked frame of `size` bytes stands at the place."""

    size: int
    frame: F


@dataclass(frozen=True, slots=True)
class Skip:
    """The next `size` bytes (at least one) belong to no frame."""

    size: int
    reason: DamageReason


Cut: TypeAlias = Whole[F] | Skip | None
"""What stands at a place: a frame, bytes to skip, or none while more bytes are needed to say."""


class FrameDecoder(Generic[F]):
    """A `Decoder` around `cut(buffer, start)`, which says what stands at `start`.

    A frame is never longer than `limit` bytes and no more than that is kept between calls. After
    damage the search goes on at the next byte, so a frame behind a false beginning is still found;
    a false beginning that waits for bytes which never come is given up after the idle gap. All
    damage between two frames of one call is reported as one. A checksum decides what is a frame:
    of random bytes behind a plausible beginning it lets through about one in 2^bits.
    """

    def __init__(
        self, cut: Callable[[bytearray, int], Cut[F]], *, limit: int, idle_gap_s: float = 0.2
    ) -> None:
        self.idle_gap_s = idle_gap_s
        self._cut = cut
        self._limit = limit
        self._buffer = bytearray()
        self._last_byte_at = 0.0
        self._skipped = bytearray()
        self._reason: DamageReason | None = None

    @property
    def pending(self) -> bool:
        """Say whether a frame has begun that is neither whole nor given up."""
        return bool(self._buffer)

    def feed(self, content: bytes, now: float) -> tuple[F | Damage, ...]:
        """Take bytes read at the monotonic time `now` (s) and return what they completed."""
        found = list(self.flush(now))
        if content:
            self._last_byte_at = now
            self._buffer += content
            found += self._scan(give_up=False)
        return tuple(found)

    def flush(self, now: float) -> tuple[F | Damage, ...]:
        """Give up a frame that has paused for the idle gap; what is whole behind it is found."""
        if not self._buffer or now - self._last_byte_at < self.idle_gap_s:
            return ()
        return tuple(self._scan(give_up=True))

    def reset(self, now: float) -> None:
        """Forget a partial frame because the port was opened anew at `now`."""
        self._buffer.clear()
        self._last_byte_at = now

    def _scan(self, *, give_up: bool) -> list[F | Damage]:
        found: list[F | Damage] = []
        start, end = 0, len(self._buffer)
        while start < end:
            cut = self._cut(self._buffer, start)
            if isinstance(cut, Whole):
                found += self._damage()
                found.append(cut.frame)
                start += cut.size
            elif cut is None and not give_up and end - start < self._limit:
                break
            else:
                skip = cut or Skip(1, "unfinished" if give_up else "overlong")
                self._drop(start, skip)
                start += skip.size
        del self._buffer[:start]
        return found + self._damage()

    def _drop(self, start: int, skip: Skip) -> None:
        room = SHOWN_BYTES - len(self._skipped)
        if room > 0:
            self._skipped += self._buffer[start : start + min(skip.size, room)]
        if self._reason in (None, "noise"):
            self._reason = skip.reason

    def _damage(self) -> list[F | Damage]:
        if self._reason is None:
            return []
        damage = Damage(self._reason, bytes(self._skipped))
        self._skipped.clear()
        self._reason = None
        return [damage]
