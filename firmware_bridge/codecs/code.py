"""What a barcode scanner read, whichever protocol carried it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from firmware_bridge.codecs.aim import carries_gs1
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage

MAX_CODE_BYTES = 4096
GROUP_SEPARATOR = "\x1d"
LONGEST_SUBSTITUTE = 8

_APPLICATION_IDENTIFIER = re.compile(r"[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Code:
    """A whole code: its text without identifier and suffix, and the bytes as they came.

    `symbology` is the AIM identifier such as `]d2`, where the scanner told it.
    """

    text: str
    symbology: str | None
    raw: bytes


class GsSubstitutes:
    """What a site's scanners send in the place of the group separator, such as `|` or `<GS>`.

    A substitute stands for the separator only where one can be: in a code that is GS1 by its AIM
    identifier, and, in a code without identifier, in a text that begins with two digits as every
    element string does (substitutes in front of them not counted). Anywhere else it is text.
    """

    def __init__(self, substitutes: Iterable[str] = ()) -> None:
        """ValueError for a substitute that data could hold anywhere, or that is too long."""
        longest_first = sorted(set(substitutes), key=len, reverse=True)
        for substitute in longest_first:
            if not 1 <= len(substitute) <= LONGEST_SUBSTITUTE or substitute.isalnum():
                raise ValueError(
                    f"{substitute!r} cannot stand for GS: use 1 to {LONGEST_SUBSTITUTE} "
                    "characters that are not all letters and digits."
                )
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        self._none = not longest_first

    def restored(self, text: str, symbology: str | None) -> str:
        """The text with the group separators that were sent as substitutes."""
        if self._none or not (symbology is None or carries_gs1(symbology)):
            return text
        restored = self._pattern.sub(GROUP_SEPARATOR, text)
        if symbology is None:
            beginning = restored.lstrip(GROUP_SEPARATOR)
            if not _APPLICATION_IDENTIFIER.match(beginning):
                return text
        return restored


NO_SUBSTITUTES = GsSubstitutes()


def read_code(
    body: bytes, symbology: str | None, raw: bytes, substitutes: GsSubstitutes = NO_SUBSTITUTES
) -> Code | Damage:
    """A code from its bytes behind the identifier: UTF-8, else latin-1.

    Damage `empty` without text, and `control` with a control character other than GS.
    """
    if not body:
        return Damage("empty", raw[:SHOWN_BYTES])
    text = substitutes.restored(_text(body), symbology)
    if any(unicodedata.category(sign) == "Cc" and sign != GROUP_SEPARATOR for sign in text):
        return Damage("control", raw[:SHOWN_BYTES])
    return Code(text, symbology, raw)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
