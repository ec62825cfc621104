"""Cutting printable ASCII lines out of a byte stream."""

import re
from collections.abc import Callable

from firmware_bridge.codecs.frames import Cut, F, Skip, Whole

_PRINTABLE = re.compile(rb"[\x20-\x7e]*")


def line_cut(
    read: Callable[[bytes, str], F | None],
    *,
    limit: int,
    end: bytes = b"\r\n",
    start_mark: bytes = b"",
) -> Callable[[bytearray, int], Cut[F]]:
    """A `cut` for `FrameDecoder` that gives whole lines to `read`, as sent and as text.

    The text is without `start_mark` and `end`.
    A line of more than `limit` bytes, with another end, with a byte that is not printable ASCII,
    or that `read` does not know (none) is damage as a whole: without a checksum nothing vouches
    for what stands behind a damaged beginning.
    """
    last = end[-1:]

    def cut(buffer: bytearray, start: int) -> Cut[F]:
        stop = buffer.find(last, start, start + limit)
        if stop < 0:
            return Skip(limit, "overlong") if len(buffer) - start >= limit else None
        raw = bytes(buffer[start : stop + 1])
        if not raw.endswith(end):
            return Skip(len(raw), "end")
        if not raw.startswith(start_mark):
            return Skip(len(raw), "prefix")
        body = raw[len(start_mark) : -len(end)]
        if not _PRINTABLE.fullmatch(body):
            return Skip(len(raw), "control")
        frame = read(raw, body.decode("ascii"))
        return Skip(len(raw), "content") if frame is None else Whole(len(raw), frame)

    return cut
