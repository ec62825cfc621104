"""The example bytes of a protocol document: rows `| `AA BB` | from | meaning |`."""

import re
from pathlib import Path
from typing import NamedTuple

import firmware_bridge

FOLDER = Path(firmware_bridge.__file__).with_name("protocols")
_EXAMPLE = re.compile(r"^\| `((?:[0-9A-F]{2} ?)+)` \| ([^|]+) \| (.+) \|$", re.MULTILINE)


class Example(NamedTuple):
    """One row: the bytes, who sends them, and what the document says they mean."""

    content: bytes
    sender: str
    meaning: str


def examples(kind: str) -> list[Example]:
    """The rows of `protocols/<kind>.md` in their order."""
    text = (FOLDER / f"{kind}.md").read_text(encoding="utf-8")
    return [
        Example(bytes.fromhex(content), sender.strip(), meaning.strip())
        for content, sender, meaning in _EXAMPLE.findall(text)
    ]
