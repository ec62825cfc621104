"""Bytes that are no message of their protocol."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

SHOWN_BYTES = 64

DamageReason: TypeAlias = Literal[
    "noise",
    "checksum",
    "length",
    "end",
    "content",
    "overlong",
    "unfinished",
    "cut",
    "prefix",
    "identifier",
    "control",
    "empty",
]


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that were dropped, with the first `SHOWN_BYTES` of them and the first reason.

    noise: no frame begins here. checksum, length, end: a frame began, and its checksum, its length
    or its end mark is wrong. content: a whole frame whose body contradicts itself. overlong: more
    than the protocol allows without an end. unfinished: the line fell silent inside a frame.
    cut: the tail of a message that began before the port was opened. prefix, identifier: the
    configured prefix, or the required AIM identifier, is missing. control: a control character
    where text must be. empty: a message that says nothing.
    """

    reason: DamageReason
    raw: bytes
