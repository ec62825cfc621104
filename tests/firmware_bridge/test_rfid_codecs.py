"""The codecs of the tag readers under any tag, any chunking and any damage."""

from collections.abc import Sequence
from typing import Any

import pytest
from fuzzing import Fuzzed, fuzz
from hypothesis import given
from hypothesis import strategies as st
from rfid import CF, EPC, KINDS, M100, R2000, READER288, THINGMAGIC, Kind

from firmware_bridge.codecs import cf, m100, r2000, thingmagic, uhfreader18
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.gen2 import contradiction, pc_word, tag_crc, with_pc
from firmware_bridge.readings import TagRead

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

tag_epcs = st.integers(1, 31).flatmap(
    lambda words: st.binary(min_size=2 * words, max_size=2 * words)
)
strengths = st.integers(-100, -30)


def tags_of(kind: Kind, frames: Sequence[Any]) -> list[TagRead]:
    return [tag for frame in frames for tag in kind.codec.tags(frame)]


def reported(kind: Kind, field: Sequence[tuple[bytes, int]]) -> list[bytes]:
    """What an imitation with these tags says to the commands of its captures and its client."""
    reader = kind.imitation(*(f"tag {epc.hex()} {rssi}" for epc, rssi in field))
    reader.plugged(10.0)
    said: list[bytes] = []
    for index, sent in enumerate(kind.sent):
        now = 10.0 + 2 * index
        said += reader.hear(bytes.fromhex(sent.captured), now)
        said += reader.tick(now + 1.0)
    return said


@kinds
@given(field=st.lists(st.tuples(tag_epcs, strengths), min_size=1, max_size=4), data=st.data())
def test_what_a_reader_says_is_read_alike_in_any_pieces(
    kind: Kind, field: list[tuple[bytes, int]], data: st.DataObject
) -> None:
    content = b"".join(reported(kind, field))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=8)))
    pieces = [
        content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)
    ]
    whole = kind.codec.decoder().feed(content, 0.0)
    decoder = kind.codec.decoder()
    parts = [event for piece in pieces for event in decoder.feed(piece, 0.0)]

    assert not [event for event in whole if isinstance(event, Damage)]
    assert tuple(parts) == whole
    assert {tag.epc for tag in tags_of(kind, whole)} == {epc.hex().upper() for epc, _ in field}
    assert b"".join(kind.codec.encode(frame) for frame in whole) == content


@kinds
@given(noise=st.binary(max_size=400))
def test_no_noise_raises_and_a_frame_behind_it_is_found_once_the_line_was_silent(
    kind: Kind, noise: bytes
) -> None:
    decoder = kind.codec.decoder()
    decoder.feed(noise, 0.0)
    decoder.flush(1.0)
    frame = bytes.fromhex(kind.said[1].captured)
    (meaning,) = [kind.codec.encode(event) for event in decoder.feed(frame, 1.0)]

    assert meaning == frame


def corpus(kind: Kind) -> list[bytes]:
    """The captured answers, and what an imitation says of tags of several lengths."""
    captured = [bytes.fromhex(said.captured) for said in kind.said]
    field = [(bytes(range(2 * words)), -40 - words) for words in (1, 6, 6, 13)]
    return captured + reported(kind, field)


def thrown(kind: Kind, count: int) -> Fuzzed:
    fuzzed = fuzz(kind.codec.decoder, corpus(kind), count=count, seed=20, limit=kind.limit)
    known = {tag.epc for event in corpus(kind) for tag in tags_of(kind, _frames(kind, event))}
    invented = [tag for tag in tags_of(kind, fuzzed.invented) if tag.epc not in known]
    print(
        f"{kind.name}: of {fuzzed.inputs} inputs {len(fuzzed.invented)} frames and"
        f" {len(invented)} tags were invented, {fuzzed.accepted} frames found,"
        f" longest feed {1000 * fuzzed.longest_feed_s:.1f} ms"
    )
    assert len(fuzzed.invented) <= kind.invented_share * count + 3
    assert len(invented) <= kind.invented_tags * count + 3 * (kind.invented_tags > 0)
    return fuzzed


def _frames(kind: Kind, content: bytes) -> list[Any]:
    return [e for e in kind.codec.decoder().feed(content, 0.0) if not isinstance(e, Damage)]


@kinds
def test_damaged_traffic_invents_no_more_than_the_checksum_allows(kind: Kind) -> None:
    fuzzed = thrown(kind, 10_000)

    assert fuzzed.accepted > 5_000
    assert fuzzed.damages > 5_000


@pytest.mark.slow
@pytest.mark.timeout(1800)
@kinds
def test_a_million_damaged_pieces_invent_no_more_than_the_checksum_allows(kind: Kind) -> None:
    thrown(kind, 1_000_000)


@given(epc=tag_epcs, flip=st.integers(0, 63 * 8))
def test_a_tags_own_words_betray_a_changed_bit(epc: bytes, flip: int) -> None:
    answer = with_pc(epc)
    changed = bytearray(answer)
    changed[flip // 8 % len(answer)] ^= 1 << flip % 8

    assert contradiction(answer, tag_crc(answer)) is None
    assert contradiction(bytes(changed), tag_crc(answer)) == "content"


def test_an_epc_is_whole_words() -> None:
    for epc in (b"", b"\x30", bytes(64)):
        with pytest.raises(ValueError, match="31 words"):
            pc_word(epc)
    assert contradiction(b"\x00\x00", tag_crc(b"\x00\x00")) == "empty"
    assert contradiction(b"\x00") == "content"


@pytest.mark.parametrize("kind", [M100, R2000, THINGMAGIC], ids=lambda kind: kind.name)
def test_a_tag_whose_pc_word_announces_no_epc_is_told_and_not_read(kind: Kind) -> None:
    answer = bytes.fromhex("3100") + bytes.fromhex(EPC)
    frames = {
        M100.name: m100.Frame(m100.NOTICE, 0x22, b"\xc9" + answer + tag_crc(answer)),
        R2000.name: r2000.Frame(1, 0x89, b"\x00" + answer + b"\x37"),
        THINGMAGIC.name: thingmagic.Frame(
            0x22,
            thingmagic.record_content(thingmagic.Record(answer, -50, 1, 865_700, 0)),
            thingmagic.OK,
        ),
    }
    content = kind.codec.encode(frames[kind.name])
    (frame,) = kind.codec.decoder().feed(content, 0.0)
    (meaning,) = kind.family.decode(content)

    assert kind.codec.tags(frame) == ()
    assert (meaning["damaged"], meaning["name"], meaning["number"]) == (False, "iso tag", EPC)


@pytest.mark.parametrize(
    ("kind", "frame"),
    [
        (M100, m100.Frame(m100.NOTICE, 0x22, b"\xc9\x00\x00" + tag_crc(b"\x00\x00"))),
        (READER288, uhfreader18.Frame(0, 1, b"\x01\x01\x00\x64", 1)),
        (CF, cf.Frame(0, 1, cf.tag_content(b"", -50.0), 0)),
        (R2000, r2000.Frame(1, 0x89, b"\x00\x00\x00\x37")),
        (
            THINGMAGIC,
            thingmagic.Frame(
                0x22,
                thingmagic.record_content(thingmagic.Record(b"\x00\x00", -50, 1, 865_700, 0)),
                0,
            ),
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else "",
)
def test_a_tag_without_an_epc_is_damage(kind: Kind, frame: Any) -> None:
    content = kind.codec.encode(frame)
    after = bytes.fromhex(kind.said[1].captured)

    blank, whole = kind.codec.decoder().feed(content + after, 0.0)
    assert blank == Damage("empty", content)
    assert kind.codec.encode(whole) == after


def test_a_blank_tag_among_others_hides_none_of_them() -> None:
    content = b"\x01\x02\x00\x64\x02\x30\x14\x50"
    frame = uhfreader18.Frame(0, uhfreader18.INVENTORY, content, uhfreader18.MORE)

    assert [tag.epc for tag in uhfreader18.tags(frame)] == ["3014"]
    assert [part.epc for part in uhfreader18.entries(frame) or ()] == [b"", b"\x30\x14"]
