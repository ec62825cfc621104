"""Which examples are learnt from, which choose thresholds and which are only ever measured."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The use of an example."""

    TRAIN = "train"
    VALIDATION = "validation"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of the sources goes to each part; the rest is learnt from."""

    validation: float
    held_out: float


RETURN_SHARES = Shares(validation=0.15, held_out=0.0)
"""Rendered returns are held out as a set of their own seed, not as a share of a set."""

PHOTOGRAPH_SHARES = Shares(validation=0.12, held_out=0.40)


def part_of(source: str, shares: Shares) -> Part:
    """The part of ``source``: a function of its name alone, so that every run agrees."""
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < shares.held_out:
        return Part.HELD_OUT
    if place < shares.held_out + shares.validation:
        return Part.VALIDATION
    return Part.TRAIN


def names_digest(names: Iterable[str]) -> str:
    """SHA-256 over the sorted names, one a line: proves later which names were meant."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(names)).encode()).hexdigest()
