"""The example bytes of the plain scanner's document mean what it says they mean."""

from protocol_document import examples

from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.plain import PlainDecoder


def meaning(line: bytes) -> str:
    (event,) = PlainDecoder("cr").feed(line, 0.0)
    if not isinstance(event, Code):
        return f"damage `{event.reason}`"
    symbology = f"`{event.symbology}`, " if event.symbology else ""
    text = event.text.replace("\x1d", "<GS>")
    return f"{symbology}text `{text}`"


def test_the_example_bytes_decode_to_what_the_document_says() -> None:
    found = examples("plain")

    assert len(found) == 6
    assert {example.sender for example in found} == {"scanner"}
    assert [meaning(example.content) for example in found] == [e.meaning for e in found]
