"""What recordings of SSI traffic mean, and the examples of its document."""

from hypothesis import given
from hypothesis import strategies as st
from protocol_document import examples

from firmware_bridge.codecs.ssi import MORE, Opcode, Packet
from firmware_bridge.families.ssi import FAMILY, decode


def in_words(content: bytes) -> str:
    """A packet as the document puts it."""
    (said,) = decode(content)
    if said["damaged"]:
        return f"damage `{said['reason']}`"
    parts = [str(said["name"])]
    if said.get("more"):
        parts.append("more follows")
    if said.get("retransmit"):
        parts.append("sent again")
    if "code_type" in said:
        parts.append(str(said["code_type"]))
    if said.get("symbology"):
        parts.append(f"`{said['symbology']}`")
    told = [
        (key, str(said[key]).replace("\x1d", "<GS>")) for key in ("text", "content") if key in said
    ]
    return ", ".join([*parts, *(f"{key} `{value}`" for key, value in told)])


def test_the_example_bytes_mean_what_the_document_says() -> None:
    found = examples("ssi")

    assert len(found) == 21
    for example in found:
        assert in_words(example.content) == example.meaning
        (said,) = decode(example.content)
        assert said.get("from", example.sender) == example.sender


def test_a_long_code_is_told_with_its_last_packet() -> None:
    first = Packet(Opcode.DECODE_DATA, b"\x11ABC", status=MORE).encoded()
    told = decode(first + Packet(Opcode.DECODE_DATA, b"DEF").encoded())

    assert [entry.get("text") for entry in told] == [None, "ABCDEF"]
    assert [entry["damaged"] for entry in told] == [False, False]


def test_a_code_that_contradicts_its_type_is_damaged() -> None:
    (told,) = decode(Packet(Opcode.DECODE_DATA, b"\x0b4006381333932").encoded())

    assert (told["damaged"], told["reason"]) == (True, "content")


def test_a_recording_that_ends_in_a_packet_and_an_empty_one_are_damaged() -> None:
    whole = Packet(Opcode.ACK).encoded()

    assert [entry["damaged"] for entry in decode(whole + whole[:3])] == [False, True]
    assert [entry["reason"] for entry in decode(b"")] == ["empty"]


@given(st.binary(max_size=600))
def test_decoding_a_recording_never_raises(content: bytes) -> None:
    assert FAMILY.decode(content)


def test_the_imitation_takes_deeds() -> None:
    assert FAMILY.imitate is not None
    assert FAMILY.imitate(["]C0ABC"]).plugged(0.0) == []
