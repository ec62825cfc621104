"""What families share: recordings in words, one question on a wire, deeds before plugging in."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage
from firmware_bridge.codecs.frames import Cut, Decoder, Skip, Whole
from firmware_bridge.emulators.imitation import Imitation
from firmware_bridge.family import Meaning
from firmware_bridge.readings import TagRead
from firmware_bridge.transports.transport import Transport

READ_BYTES = 4096
BODY = ("content", "empty")

F = TypeVar("F")
D = TypeVar("D", bound=Imitation)


def decoded(content: bytes, decoder: Decoder[F], describe: Callable[[F], Meaning]) -> list[Meaning]:
    """A recording in words; its unfinished end, and a recording of nothing, are damage."""
    meanings: list[Meaning] = []
    broken: Damage | None = None
    for event in (*decoder.feed(content, 0.0), *decoder.flush(decoder.idle_gap_s)):
        if isinstance(event, Damage):
            broken = event if broken is None else _joined(broken, event)
            continue
        meanings += [damage(broken)] if broken is not None else []
        meanings.append(describe(event))
        broken = None
    meanings += [damage(broken)] if broken is not None else []
    return meanings or [damage(Damage("empty", b""))]


def damage(event: Damage) -> Meaning:
    """Damage in words."""
    raw = event.raw.hex().upper()
    return {"damaged": True, "name": "damage", "reason": event.reason, "raw": raw}


def whole(name: str, raw: bytes, **said: object) -> Meaning:
    """A whole frame in words."""
    return {"damaged": False, "name": name, "raw": raw.hex().upper(), **said}


def tag_words(tag: TagRead) -> dict[str, object]:
    """What a report tells of a tag; what it does not tell is left out."""
    words: dict[str, object] = {"epc": tag.epc}
    if tag.rssi_dbm is not None:
        words["rssi_dbm"] = tag.rssi_dbm
    if tag.antenna is not None:
        words["antenna"] = tag.antenna
    return words | {"count": tag.count}


def iso_tag(raw: bytes, answer: bytes) -> Meaning:
    """A tag whose PC word announces a number of an ISO application, which is no EPC."""
    number = answer[2:].hex().upper()
    return whole("iso tag", raw, **{"from": "reader"}, pc=answer[:2].hex().upper(), number=number)


def either(
    first: Callable[[bytearray, int], Cut[F]], second: Callable[[bytearray, int], Cut[F]]
) -> Callable[[bytearray, int], Cut[F]]:
    """A cut that takes what `first` finds, else what `second` finds, else waits if either does.

    A frame that `first` knows and finds contradictory is not given to `second`.
    """

    def cut(buffer: bytearray, start: int) -> Cut[F]:
        found = first(buffer, start)
        if isinstance(found, Whole) or (isinstance(found, Skip) and found.reason in BODY):
            return found
        other = second(buffer, start)
        if not isinstance(other, Skip) or (found is not None and found.reason == "noise"):
            return other
        return found

    return cut


def asked(
    wire: Transport,
    question: bytes,
    decoder: Decoder[F],
    answers: Callable[[F], bool],
    timeout_s: float,
) -> F | None:
    """Ask once and return the frame that answers, or none after `timeout_s`; OSError as `wire`."""
    wire.write(question)
    deadline = time.monotonic() + timeout_s
    while (wait := deadline - time.monotonic()) > 0:
        for event in decoder.feed(wire.read(READ_BYTES, wait), time.monotonic()):
            if not isinstance(event, Damage) and answers(event):
                return event
    return None


def imitated(device: D, deeds: Sequence[str]) -> D:
    """The device with these deeds done before it is plugged in."""
    for deed in deeds:
        device.act(deed, 0.0)
    return device


def _joined(first: Damage, second: Damage) -> Damage:
    reason = second.reason if first.reason == "noise" else first.reason
    return Damage(reason, (first.raw + second.raw)[:SHOWN_BYTES])
