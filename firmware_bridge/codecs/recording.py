"""What a recording means, for every protocol that is cut by a decoder."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Decoder

Meaning: TypeAlias = Mapping[str, object]


class Telling(Protocol):
    """A frame that knows the bytes it was read from, and what they mean in plain words."""

    @property
    def raw(self) -> bytes:
        """The bytes on the wire."""
        ...

    def told(self) -> Mapping[str, object]:
        """Its `name` and everything it says, with keys in lower_snake_case."""
        ...


def meanings(decoder: Decoder[Telling], content: bytes) -> list[Meaning]:
    """One entry for each frame and each piece of damage, in their order.

    Every entry has `damaged`, `raw` (upper-case hex) and `name`; damage has its `reason`. A frame
    that the recording breaks off is damage; an empty recording is damage of the reason `empty`.
    """
    events = [*decoder.feed(content, 0.0), *decoder.flush(decoder.idle_gap_s)]
    return [_entry(event) for event in events or [Damage("empty", b"")]]


def _entry(event: Telling | Damage) -> Meaning:
    raw = event.raw.hex().upper()
    if isinstance(event, Damage):
        return {"damaged": True, "reason": event.reason, "raw": raw, "name": "damage"}
    return {"damaged": False, "raw": raw, **event.told()}
