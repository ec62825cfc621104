"""The example bytes in the documents of the tag readers mean what they say there."""

import re
from pathlib import Path

import pytest
from rfid import KINDS, Kind

import firmware_bridge

DOCUMENTS = Path(firmware_bridge.__file__).with_name("protocols")
EXAMPLE = re.compile(r"^\| `((?:[0-9A-F]{2} ?)+)` \| (computer|reader) \| (.+) \|$", re.MULTILINE)
HIDDEN = {"damaged", "raw", "name", "from"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_example_bytes_decode_to_what_the_document_says(kind: Kind) -> None:
    text = (DOCUMENTS / f"{kind.family.kind}.md").read_text(encoding="utf-8")
    examples = EXAMPLE.findall(text)

    assert len(examples) >= 8
    for content, sender, said in examples:
        assert said_of(kind, bytes.fromhex(content), sender) == said


def said_of(kind: Kind, content: bytes, sender: str) -> str:
    family = kind.family
    sent = family.decode_sent if sender == "computer" else None
    (meaning,) = (sent or family.decode)(content)
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    assert meaning["from"] == sender
    words = ", ".join(f"{key} `{value}`" for key, value in meaning.items() if key not in HIDDEN)
    return f"{meaning['name']}: {words}" if words else str(meaning["name"])
