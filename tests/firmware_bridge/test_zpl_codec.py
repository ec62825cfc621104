"""Answers of ZPL printers are read byte for byte, and no text becomes a command."""

from itertools import pairwise

import pytest
from examples import examples
from fuzzing import fuzz
from hypothesis import example, given
from hypothesis import strategies as st
from zpl_printing import IDENTITY, LABEL, OTHER, frames

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.zpl import (
    LONGEST_ANSWER,
    HostIdentity,
    HostStatus,
    SentCommand,
    SentLabel,
    code128_data,
    field_data,
    host_status,
    printable,
    qr_data,
    texts,
    tokens,
    zpl_decoder,
    zpl_sent_decoder,
)
from firmware_bridge.families.zpl_status import decode, decode_sent

READY = host_status(label_length_dots=400)
PAPER_OUT = host_status(paper_out=True, formats_waiting=2, label_length_dots=400)


def test_the_three_strings_of_a_status_are_one_answer() -> None:
    assert READY == (
        b"\x02030,0,0,0400,000,0,0,0,000,0,0,0\x03\r\n"
        b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
        b"\x021234,0\x03\r\n"
    )
    assert frames(READY) == [
        HostStatus(False, False, False, False, False, 0, 0, 400, READY),
    ]


def test_an_identity_is_read_as_written() -> None:
    assert frames(IDENTITY) == [HostIdentity("IMITATED-ZPL", "V1.0.0", 8, "8192KB", IDENTITY)]


@given(
    flags=st.tuples(*[st.booleans()] * 5),
    formats=st.integers(0, 999),
    labels=st.integers(0, 99_999_999),
    dots=st.integers(0, 9999),
    cuts=st.lists(st.integers(0, 250), max_size=6),
)
def test_any_status_in_any_chunks_is_read_as_written(
    flags: tuple[bool, ...], formats: int, labels: int, dots: int, cuts: list[int]
) -> None:
    paper_out, paused, head_open, ribbon_out, buffer_full = flags
    raw = host_status(
        paper_out=paper_out,
        paused=paused,
        head_open=head_open,
        ribbon_out=ribbon_out,
        buffer_full=buffer_full,
        formats_waiting=formats,
        labels_remaining=labels,
        label_length_dots=dots,
    )
    stream = raw + IDENTITY + raw
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    decoder = zpl_decoder()
    found = [e for start, stop in pairwise(places) for e in decoder.feed(stream[start:stop], 0.0)]

    status = HostStatus(*flags, formats, labels, dots, raw)
    assert found[0] == found[2] == status
    assert isinstance(found[1], HostIdentity)
    assert status.state.waiting == formats + labels


@pytest.mark.parametrize(
    ("flags", "trouble"),
    [
        ({"head_open": True, "paper_out": True, "paused": True}, "head-open"),
        ({"paper_out": True, "paused": True}, "paper-out"),
        ({"ribbon_out": True, "paused": True}, "ribbon-out"),
        ({"paused": True, "buffer_full": True}, "paused"),
        ({"buffer_full": True}, "buffer-full"),
        ({}, None),
    ],
)
def test_the_first_thing_to_see_to_is_named(flags: dict[str, bool], trouble: str | None) -> None:
    (status,) = frames(host_status(**flags))

    assert isinstance(status, HostStatus)
    assert (status.state.trouble, status.state.waiting) == (trouble, 0)


@pytest.mark.parametrize(
    "content",
    [
        READY.replace(b"030,0", b"030,2"),
        READY.replace(b"\x03\r\n\x021234", b"\x03\n\x021234"),
        READY[: READY.index(b"\x021234")] + READY,
        b"\x02no status\x03\r\n",
    ],
)
def test_a_damaged_answer_is_none(content: bytes) -> None:
    events = frames(content)

    assert isinstance(events[0], Damage)
    assert [event for event in events if not isinstance(event, Damage)] in (
        [],
        frames(READY),
    )


def test_the_example_bytes_mean_what_the_document_says() -> None:
    rows = examples("zpl.md", "Answers")

    assert len(rows) == 10
    for raw, who, said in rows:
        (meaning,) = decode(raw) if who == "device" else decode_sent(raw)
        assert spoken(dict(meaning)) == said
        assert meaning["raw"] == raw.hex().upper()


def spoken(meaning: dict[str, object]) -> str:
    match meaning["name"]:
        case "damage":
            return f"damage `{meaning['reason']}`"
        case "command":
            return f"command {meaning['command']}"
        case "label":
            (text,) = meaning["texts"] if isinstance(meaning["texts"], list) else ()
            return f"label `{text}`"
        case "host-identity":
            return f"{meaning['model']} {meaning['firmware']}, {meaning['dots_per_mm']} dots/mm"
    return f"{meaning['trouble'] or 'ready'}, {meaning['formats_waiting']} waiting"


HOSTILE = [
    "^XZ^XA^FDowned^FS",
    "~JA~HS^FX",
    "_5E_7E__",
    "{item} %s %n {0} ${jndi}",
    "a\x00b\x1b\r\n\x7f",
    "\u202eevil\u202c شلوم אבג",
    "'; DROP TABLE labels; --",
    "=cmd|'/c calc'!A1",
    "^CC/ /XZ ~CT! \\& \\^",
    "再售 返修 报废",
]


@given(text=st.text(max_size=200))
@example("".join(HOSTILE))
def test_no_text_becomes_a_command_and_every_text_is_printed(text: str) -> None:
    label = b"^XA^CI28^FO1,1^A0N,30" + field_data(text) + b"^XZ"
    found = tokens(label)

    commands = ["^XA", "^CI", "^FO", "^A", "^FH", "^FD", "^FS", "^XZ"]
    assert [token.command for token in found] == commands
    assert texts(found) == [text.encode("utf-8", "replace").decode("utf-8")]


@given(text=st.text(max_size=100))
def test_what_steers_a_screen_is_taken_out(text: str) -> None:
    kept = printable(text)

    assert kept.isprintable() or any(c.isspace() for c in kept)
    assert not set("\u202e\u2066\u200f\x1b\x00\n") & set(kept)


@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60))
def test_code_128_data_escapes_what_switches_code_sets(text: str) -> None:
    (said,) = texts(tokens(code128_data(text)))

    assert said.startswith(">:")
    assert said[2:].replace(">0", ">") == text or ">0" in text
    assert ">" not in said[2:].replace(">0", "")


@pytest.mark.parametrize("text", ["", "é", "a\tb", "再"])
def test_code_128_refuses_what_it_cannot_hold(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code128_data(text)


def test_a_qr_field_names_its_error_correction_before_the_data() -> None:
    assert qr_data("https://id.gs1.org/01/09520123456788") == (
        b"^FH_^FDMA,https://id.gs1.org/01/09520123456788^FS"
    )


def test_sent_traffic_is_cut_into_labels_and_commands() -> None:
    stream = b"~JX~HI" + LABEL + b"~HS\r\n" + OTHER

    assert list(zpl_sent_decoder().feed(stream, 0.0)) == [
        SentCommand("JX", b"~JX"),
        SentCommand("HI", b"~HI"),
        SentLabel(LABEL),
        SentCommand("HS", b"~HS\r\n"),
        SentLabel(OTHER),
    ]


CORPUS = [READY, PAPER_OUT, host_status(paused=True), host_status(head_open=True), IDENTITY]
SENT = [LABEL, OTHER, b"~HS", b"~HI", b"~JX"]


def trial(count: int) -> None:
    answers = fuzz(zpl_decoder, CORPUS, count=count, seed=21, limit=LONGEST_ANSWER)
    assert answers.accepted > count / 4
    # Without a checksum a changed digit is another status; the next one, a second later, is right.
    assert len(answers.invented) < count / 8
    sent = fuzz(zpl_sent_decoder, SENT, count=count, seed=22, limit=65_536)
    assert sent.accepted > count / 4


def test_damaged_answers_stay_within_the_stated_bound() -> None:
    trial(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_damaged_answers_stay_within_the_stated_bound() -> None:
    trial(1_000_000)
