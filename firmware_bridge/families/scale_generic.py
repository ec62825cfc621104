"""Scales of any other make, by a pattern."""

from dataclasses import replace

from firmware_bridge.clients.scale_pattern import PatternScale
from firmware_bridge.codecs.scale_pattern import (
    SHIPPED,
    PatternLine,
    ScaleDialect,
    pattern_decoder,
)
from firmware_bridge.emulators.scale_pattern import PatternScaleImitation
from firmware_bridge.families.traffic import decoded
from firmware_bridge.family import Family, Meaning


def decode(content: bytes) -> list[Meaning]:
    """What a recording means in the shipped dialect that reads the most of it."""
    readings = [decoded(content, pattern_decoder(dialect), _told) for dialect in SHIPPED.values()]
    return min(readings, key=_badness)


def _badness(told: list[Meaning]) -> tuple[int, int]:
    """Damaged lines, then those that do not even end as the dialect's lines do."""
    reasons = [entry["reason"] for entry in told if entry["damaged"]]
    return len(reasons), reasons.count("unfinished")


def _told(frame: PatternLine) -> Meaning:
    return {"damaged": False, "raw": frame.raw.hex().upper(), **frame.told()}


FAMILY = Family(
    kind="scale-generic",
    title="Scale of any make, by a pattern (Radwag and Toledo are shipped)",
    decode=decode,
    imitate=PatternScaleImitation,
    listen=PatternScale,
    wires=("serial", "tcp"),
    bauds=(9600, 4800, 2400, 19200),
)


def of_dialect(dialect: ScaleDialect) -> Family:
    """The family of scales whose lines are told by this dialect alone."""
    return replace(
        FAMILY,
        decode=lambda content: decoded(content, pattern_decoder(dialect), _told),
        listen=lambda open_wire: PatternScale(open_wire, dialect),
    )
