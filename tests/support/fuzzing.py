"""Throws damaged traffic at a decoder and counts what it lets through."""

import random
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.frames import Decoder

LONGEST_FEED_S = 0.1


@dataclass
class Fuzzed:
    """What a run let through: `accepted` frames in all, `invented` ones that were never sent."""

    inputs: int = 0
    accepted: int = 0
    invented: list[Hashable] = field(default_factory=list)
    damages: int = 0
    longest_feed_s: float = 0.0


def fuzz(
    make: Callable[[], Decoder[Any]],
    corpus: Sequence[bytes],
    *,
    count: int,
    seed: int,
    limit: int,
) -> Fuzzed:
    """Feed `count` damaged pieces of traffic made of `corpus` to decoders from `make`.

    Asserts that nothing raises, that no single feed needs 100 ms of processor time, and that a
    decoder never keeps more than `limit` bytes (its `_buffer`). A frame is invented if no decoder
    finds it in the undamaged corpus.
    """
    chance = random.Random(seed)
    known = {frame for whole in corpus for frame in _frames(make().feed(whole, 0.0))}
    assert known, "the corpus holds no whole frame"
    result = Fuzzed()
    decoder, now = make(), 0.0
    for _ in range(count):
        piece = damaged(chance, corpus)
        now += chance.choice((0.0, 0.001, 1.0))
        if chance.random() < 0.02:
            decoder.reset(now)
        for part in _parts(chance, piece):
            began = time.thread_time()
            events = decoder.feed(part, now)
            spent = time.thread_time() - began
            if spent > LONGEST_FEED_S:
                spent = min(spent, _again(make(), part))
            assert spent < LONGEST_FEED_S, f"{spent:.3f} s for {part[:64].hex(' ')}"
            result.longest_feed_s = max(result.longest_feed_s, spent)
            assert len(getattr(decoder, "_buffer", b"")) <= limit
            frames = _frames(events)
            result.accepted += len(frames)
            result.damages += len(events) - len(frames)
            result.invented += [frame for frame in frames if frame not in known]
        result.inputs += 1
    return result


def damaged(chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """One to three frames of the corpus, changed in one of the ways wires change them."""
    piece = bytearray(b"".join(chance.choice(corpus) for _ in range(chance.randint(1, 3))))
    match chance.randrange(8):
        case 0:
            return chance.randbytes(chance.randint(1, 300))
        case 1:
            for _ in range(chance.randint(1, 4)):
                piece[chance.randrange(len(piece))] ^= 1 << chance.randrange(8)
        case 2:
            del piece[chance.randrange(len(piece)) :]
        case 3:
            del piece[: chance.randrange(len(piece))]
        case 4:
            at = chance.randrange(len(piece))
            piece[at:at] = chance.randbytes(chance.randint(1, 20))
        case 5:
            at = chance.randrange(len(piece))
            del piece[at : at + chance.randint(1, 8)]
        case 6:
            other = chance.choice(corpus)
            piece = piece[: chance.randrange(len(piece))] + other[chance.randrange(len(other)) :]
        case _:
            start = chance.randrange(len(piece))
            piece += piece[start : start + chance.randint(1, 30)]
    return bytes(piece)


def _parts(chance: random.Random, piece: bytes) -> list[bytes]:
    if chance.random() < 0.5 or len(piece) < 2:
        return [piece]
    at = chance.randrange(1, len(piece))
    return [piece[:at], piece[at:]]


def _frames(events: Sequence[Any]) -> list[Any]:
    return [event for event in events if not isinstance(event, Damage)]


def _again(decoder: Decoder[Any], part: bytes) -> float:
    """The collector may have run in between: the time of the same bytes once more."""
    began = time.thread_time()
    decoder.feed(part, 0.0)
    return time.thread_time() - began
