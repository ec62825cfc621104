"""JSON that is read in pieces, refused before it can nest deep or hold an endless text.

The parser's memory grows with the square of the nesting, so the nesting is measured ahead of it.
"""

import re
from typing import BinaryIO

import ijson

PIECE = 4096
DEEPEST = 64
LONGEST_TEXT = 65_536

_ESCAPE = re.compile(rb"\\.", re.DOTALL)


class ShallowJson:
    """A file for ijson, which reads it by `read`. JSONError where it nests too deep.

    Within one piece it may nest by as much as the piece has bytes, and no deeper.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._depth = 0
        self._in_text = False
        self._text = 0
        self._broken_escape = b""

    def read(self, size: int) -> bytes:
        """The next bytes, at most a piece."""
        piece = self._file.read(min(size, PIECE))
        self._look(piece)
        return piece

    def line(self) -> bytes:
        """The next bytes up to the end of the line, at most a piece."""
        piece = self._file.readline(PIECE)
        self._look(piece)
        return piece

    def _look(self, piece: bytes) -> None:
        plain = _ESCAPE.sub(b"", self._broken_escape + piece)
        self._broken_escape = b"\\" if plain.endswith(b"\\") else b""
        parts = plain.split(b'"')
        outside = b"".join(parts[self._in_text :: 2])
        for sign, step in ((b"[", 1), (b"{", 1), (b"]", -1), (b"}", -1)):
            self._depth += step * outside.count(sign)
        self._text = self._text + len(piece) if len(parts) == 1 and self._in_text else 0
        self._in_text ^= len(parts) % 2 == 0
        if self._depth > DEEPEST or self._text > LONGEST_TEXT:
            raise ijson.JSONError("nested too deep, or a text too long")
