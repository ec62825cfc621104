"""The example bytes of PROTOCOL.md mean what it says they mean."""

import re
from pathlib import Path

import firmware_bridge
from firmware_bridge.codecs.plain import Code, PlainDecoder

DOCUMENT = Path(firmware_bridge.__file__).with_name("PROTOCOL.md")
EXAMPLE = re.compile(r"^\| `((?:[0-9A-F]{2} ?)+)` \| (.+) \|$", re.MULTILINE)


def meaning(line: bytes) -> str:
    (event,) = PlainDecoder("cr").feed(line, 0.0)
    if not isinstance(event, Code):
        return f"damage `{event.reason}`"
    symbology = f"`{event.symbology}`, " if event.symbology else ""
    text = event.text.replace("\x1d", "<GS>")
    return f"{symbology}text `{text}`"


def test_the_example_bytes_decode_to_what_the_document_says() -> None:
    examples = EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))

    assert len(examples) == 6
    assert [meaning(bytes.fromhex(line)) for line, _ in examples] == [said for _, said in examples]
