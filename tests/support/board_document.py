"""The conversation of PROTOCOL.md: its rows, and its words as messages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import firmware_bridge
from firmware_bridge.codecs.board_messages import NAMES, Message

DOCUMENT = Path(firmware_bridge.__file__).with_name("PROTOCOL.md")
_ROW = re.compile(
    r"^\| (?:`((?:[0-9A-F]{2} ?)+)` )?\| (computer|board|person|time) \| (.+) \|$", re.MULTILINE
)
_FIELD = re.compile(r"(\w+) `([^`]*)`")


@dataclass(frozen=True)
class Row:
    """Bytes on the wire, or a deed of a person, or time that passes."""

    content: bytes
    sender: str
    meaning: str


def conversation() -> list[Row]:
    """The rows in their order."""
    text = DOCUMENT.read_text(encoding="utf-8").split("## Example bytes")[1]
    return [Row(bytes.fromhex(content), *rest) for content, *rest in _ROW.findall(text)]


def words_of(meaning: Mapping[str, object]) -> str:
    """A decoded message as the document writes it."""
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    left_out = {"damaged", "name", "raw", "sender"}
    said = [f"{key} `{_cell(value)}`" for key, value in meaning.items() if key not in left_out]
    return ", ".join([str(meaning["name"]), *said])


def message_in(words: str) -> Message:
    """The message that the document's words say."""
    name, _, rest = words.partition(", ")
    (kind,) = (kind for kind, known in NAMES.items() if known == name)
    said = dict(_FIELD.findall(rest))
    types = {field.name: str(field.type) for field in fields(kind)}
    return kind(**{key: _value(text, types[key]) for key, text in said.items()})


def _cell(value: object) -> str:
    return " ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _value(text: str, kind: str) -> object:
    if "tuple" not in kind:
        return int(text) if "int" in kind else text
    parts = [] if text == "none" else text.split()
    return tuple(map(int, parts)) if "int" in kind else tuple(parts)
