"""LLRP messages byte for byte: the vectors, the captures, and every chunking of a stream."""

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llrp import ADD_ROSPEC, CAPTURES, REPORT, REPORTED

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.llrp import replies, requests
from firmware_bridge.codecs.llrp.contents import (
    Answer,
    Capabilities,
    Configuration,
    ReaderEvent,
    Report,
    Tag,
    read_answer,
    read_event,
    read_report,
)
from firmware_bridge.codecs.llrp.messages import (
    HEADER,
    MAX_MESSAGE,
    LlrpDecoder,
    Message,
    MessageType,
    encode,
)
from firmware_bridge.codecs.llrp.parameters import Kind, LlrpError, parameters, tlv, tv, u16
from firmware_bridge.codecs.llrp.rospec import (
    EVERYTHING,
    ReportContent,
    ReportWhen,
    RoSpec,
    Start,
    Transmitter,
    encode_rospec,
    read_rospec,
)

REQUESTS = [
    (requests.get_capabilities(1, everything=True), "04010000000B0000000100"),
    (requests.delete_rospec(2), "04150000000E0000000200000000"),
    (requests.enable_rospec(5, 1), "04180000000E0000000500000001"),
    (requests.start_rospec(6, 1), "04160000000E0000000600000001"),
    (requests.stop_rospec(9, 1), "04170000000E0000000900000001"),
    (requests.enable_events_and_reports(7), "04400000000A00000007"),
    (requests.keepalive_ack(3), "04480000000A00000003"),
    (requests.close_connection(4), "040E0000000A00000004"),
]

WORDS = st.integers(0, 0xFFFF)
NUMBERS = st.integers(0, 0xFFFFFFFF)
TAGS = st.builds(
    lambda epc, spare, **known: Tag(epc, 8 * len(epc) - (spare if epc else 0), **known),
    st.binary(max_size=62),
    st.integers(0, 7),
    antenna=st.none() | WORDS,
    rssi_dbm=st.none() | st.integers(-128, 127),
    first_seen_us=st.none() | st.integers(0, (1 << 64) - 1),
    count=st.none() | WORDS,
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
EVENTS = st.builds(
    ReaderEvent,
    st.none() | st.integers(0, (1 << 64) - 1),
    st.none() | WORDS,
    st.booleans(),
    st.lists(st.tuples(WORDS, st.booleans()), max_size=3).map(tuple),
    st.none() | TEXTS,
)
CAPABILITIES = st.builds(
    Capabilities,
    NUMBERS,
    NUMBERS,
    TEXTS,
    WORDS,
    st.lists(st.tuples(WORDS, st.integers(-100, 4000).map(lambda c: c / 100)), max_size=3).map(
        tuple
    ),
)
ANSWERS = st.builds(
    Answer,
    WORDS,
    TEXTS,
    st.none() | CAPABILITIES,
    st.none()
    | st.builds(
        Configuration,
        st.binary(max_size=12),
        st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=4).map(tuple),
        st.none() | st.integers(0, 100_000),
    ),
)
MESSAGES = st.one_of(
    st.builds(replies.keepalive, NUMBERS),
    st.builds(replies.report, NUMBERS, st.lists(TAGS, max_size=4).map(tuple)),
    st.builds(replies.event, NUMBERS, EVENTS),
    st.builds(replies.answer, st.just(MessageType.GET_READER_CONFIG_RESPONSE), NUMBERS, ANSWERS),
    st.builds(encode, st.sampled_from([900, 1023]), NUMBERS, st.binary(max_size=40)),
)
ROSPECS = st.builds(
    RoSpec,
    st.integers(1, 0xFFFFFFFF),
    st.lists(WORDS, min_size=1, max_size=5).map(tuple),
    st.sampled_from(Start),
    WORDS,
    st.integers(0, 3),
    WORDS,
    st.none() | st.builds(Transmitter, WORDS, WORDS, WORDS),
    st.sampled_from(ReportWhen),
    WORDS,
    st.sampled_from([EVERYTHING, ReportContent(0), ReportContent.COUNT]),
)


def stream(*pieces: bytes) -> list[Message | Damage]:
    decoder = LlrpDecoder()
    return [event for piece in pieces for event in decoder.feed(piece, 0.0)]


@pytest.mark.parametrize(("made", "captured"), REQUESTS, ids=[hex_ for _, hex_ in REQUESTS])
def test_a_request_is_made_byte_for_byte_and_read_again(made: bytes, captured: str) -> None:
    assert made.hex().upper() == captured
    (message,) = stream(made)
    assert isinstance(message, Message)
    assert message.raw == made


def test_the_rospec_vector_is_made_from_its_settings_and_read_back() -> None:
    spec = RoSpec(
        number=1,
        antennas=(1,),
        start=Start.AT_ONCE,
        stop_after_tags=1,
        session=2,
        transmitter=Transmitter(hop_table=1, channel=1, power_index=0),
        report_when=ReportWhen.N_TAGS_OR_AISPEC_END,
        report_n=0,
    )

    assert requests.add_rospec(8, spec) == ADD_ROSPEC
    assert read_rospec(ADD_ROSPEC[HEADER:]) == spec


def test_the_report_vector_is_read_and_made_again() -> None:
    (message,) = stream(REPORT)

    assert isinstance(message, Message)
    assert message.content == Report((REPORTED,))
    assert replies.report(0x63, (REPORTED,)) == REPORT


def test_bodies_of_status_and_closing_are_read() -> None:
    assert read_answer(bytes.fromhex("011F000800000000")) == Answer(0)
    closing = bytes.fromhex("00F600140080000C0005AC35BD20D1DA01010004")
    assert read_event(closing) == ReaderEvent(1596721689842138, closing=True)


def captures(pattern: str) -> list[tuple[bytes, Any]]:
    paths = sorted(CAPTURES.glob(pattern))
    if not paths:
        pytest.skip("the LLRP captures are not beside this repository")
    return [(path.read_bytes(), read_json(path.with_suffix(".json"))) for path in paths]


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_captured_reports_say_what_was_captured_with_them() -> None:
    found = captures("roAccessReports/*.bytes")
    for body, known in found:
        expected = [
            Tag(
                base64.b64decode(tag["EPC96"]["EPC"]),
                96,
                tag["AntennaID"],
                tag["PeakRSSI"],
                tag["FirstSeenUTC"],
                tag["TagSeenCount"],
            )
            for tag in known["TagReportData"]
        ]
        report = read_report(body)
        assert list(report.tags) == expected
        assert replies.report(1, report.tags)[HEADER:] == body
    assert len(found) == 9


def test_captured_capabilities_say_what_was_captured_with_them() -> None:
    ((body, known),) = captures("GetReaderCapabilitiesResponse-*.bytes")
    general = known["GeneralDeviceCapabilities"]
    band = known["RegulatoryCapabilities"]["UHFBandCapabilities"]
    frequencies = band["FrequencyInformation"]

    assert read_answer(body) == Answer(
        0,
        "",
        Capabilities(
            general["DeviceManufacturer"],
            general["Model"],
            general["FirmwareVersion"],
            general["MaxSupportedAntennas"],
            tuple(
                (level["Index"], level["TransmitPowerValue"] / 100)
                for level in band["TransmitPowerLevels"]
            ),
            frequencies["Hopping"],
            frequencies["FrequencyHopTables"][0]["HopTableID"],
        ),
    )


def test_a_captured_configuration_says_what_was_captured_with_it() -> None:
    ((body, known),) = captures("GetReaderConfigResponse-*.bytes")
    keepalive = known["KeepAliveSpec"]

    assert read_answer(body).configuration == Configuration(
        base64.b64decode(known["Identification"]["ReaderID"]),
        tuple((each["AntennaID"], each["AntennaConnected"]) for each in known["AntennaProperties"]),
        keepalive["Interval"] if keepalive["Trigger"] else 0,
    )


def test_captured_statuses_and_events_say_what_was_captured_with_them() -> None:
    answers = [
        *captures("Close*.bytes"),
        *captures("GetAccess*.bytes"),
        *captures("GetROSpecs*.bytes"),
    ]
    for body, known in answers:
        status = known["LLRPStatus"]
        assert read_answer(body) == Answer(status["Status"], status["ErrorDescription"])
    ((body, known),) = captures("ReaderEvent*.bytes")
    data = known["ReaderEventNotificationData"]
    assert data["ConnectionCloseEvent"] is not None
    assert read_event(body) == ReaderEvent(data["UTCTimestamp"], closing=True)
    assert len(answers) == 3


@given(st.lists(MESSAGES, max_size=5), st.data())
def test_any_chunking_of_a_stream_gives_the_messages_that_were_made(
    made: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(made)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    ends = [*cuts, len(whole)]
    pieces = [whole[start:end] for start, end in zip([0, *cuts], ends, strict=True)]
    events = stream(*pieces)

    assert [event.raw for event in events] == made
    assert not any(isinstance(event, Damage) for event in events)


@given(st.lists(TAGS, max_size=4).map(tuple))
def test_tags_survive_a_round_trip(tags: tuple[Tag, ...]) -> None:
    (message,) = stream(replies.report(7, tags))
    assert isinstance(message, Message)
    assert message.content == Report(tags)


@given(EVENTS)
def test_events_survive_a_round_trip(event: ReaderEvent) -> None:
    (message,) = stream(replies.event(7, event))
    assert isinstance(message, Message)
    assert message.content == event


@given(ANSWERS)
def test_answers_survive_a_round_trip(answer: Answer) -> None:
    (message,) = stream(replies.answer(MessageType.GET_READER_CONFIG_RESPONSE, 7, answer))
    assert isinstance(message, Message)
    assert message.content == answer


@given(ROSPECS)
def test_rospecs_survive_a_round_trip(spec: RoSpec) -> None:
    assert read_rospec(encode_rospec(spec)) == spec


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for read in (read_report, read_event, read_answer, read_rospec):
        with suppress(LlrpError):
            read(body)


def test_unknown_and_custom_parameters_are_skipped() -> None:
    custom = tlv(Kind.CUSTOM, bytes(4), bytes(4), b"\x8d\x00")
    unknown = tlv(999, b"anything")
    channel = tv(7, u16(12))
    tag = tlv(Kind.TAG_REPORT_DATA, unknown, tv(Kind.EPC_96, REPORTED.epc), channel, custom)

    assert read_report(custom + tag + unknown) == Report((Tag(REPORTED.epc, 96),))


def test_an_epc_that_is_no_whole_number_of_bytes_keeps_its_bits() -> None:
    body = tlv(Kind.TAG_REPORT_DATA, tlv(Kind.EPC_DATA, u16(20), b"\xab\xcd\xe0"))
    assert read_report(body) == Report((Tag(b"\xab\xcd\xe0", 20),))


@pytest.mark.parametrize(
    "body",
    [
        tlv(Kind.TAG_REPORT_DATA, b"\xff\x00"),
        tlv(Kind.TAG_REPORT_DATA),
        tlv(Kind.TAG_REPORT_DATA, tv(Kind.EPC_96, bytes(12)), tv(Kind.EPC_96, bytes(12))),
        tlv(Kind.TAG_REPORT_DATA, tlv(Kind.EPC_DATA, u16(96), bytes(11))),
        tlv(Kind.TAG_REPORT_DATA, tlv(Kind.EPC_DATA, u16(96), bytes(13))),
        tlv(Kind.TAG_REPORT_DATA, b"\x8d" + bytes(11)),
        b"\x00\xf0\x00\x03",
        b"\x00\xf0\x00\x09\x00",
        b"\x00\x50\x00\x04",
        b"\x04\xf0\x00\x04",
    ],
    ids=lambda body: body.hex(),
)
def test_a_contradictory_report_is_damage_and_ends_the_stream(body: bytes) -> None:
    bad = encode(MessageType.RO_ACCESS_REPORT, 1, body)

    assert stream(REPORT, bad, REPORT)[1:] == [Damage("content", bad[:64])]
    assert stream(REPORT + bad + REPORT)[1:] == [Damage("content", (bad + REPORT)[:64])]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("083E0000000A00000001", "noise"),
        ("243E0000000A00000001", "noise"),
        ("043E0000000900000001", "length"),
        ("043E0001000100000001", "overlong"),
        ("043EFFFFFFFF00000001", "overlong"),
    ],
)
def test_a_wrong_header_is_damage_and_ends_the_stream(header: str, reason: str) -> None:
    bad = bytes.fromhex(header)
    (damage,) = stream(bad, REPORT)

    assert isinstance(damage, Damage)
    assert (damage.reason, damage.raw) == (reason, bad)


def test_a_message_that_pauses_is_damage_and_a_new_connection_begins_anew() -> None:
    decoder = LlrpDecoder()
    assert decoder.feed(REPORT[:20], 0.0) == ()
    assert decoder.pending
    assert decoder.flush(0.9) == ()
    assert decoder.flush(1.0) == (Damage("unfinished", REPORT[:20]),)
    assert decoder.feed(REPORT, 1.0) == ()
    decoder.reset(2.0)
    (message,) = decoder.feed(REPORT, 2.0)
    assert message.raw == REPORT


def test_the_longest_message_is_taken_and_no_more_than_it_is_kept() -> None:
    longest = encode(MessageType.CUSTOM_MESSAGE, 1, bytes(MAX_MESSAGE - HEADER))
    decoder = LlrpDecoder()
    decoder.feed(longest[:-1], 0.0)
    assert len(decoder._buffer) == MAX_MESSAGE - 1
    (message,) = decoder.feed(longest[-1:], 0.0)
    assert message.raw == longest
    assert not decoder.pending


@pytest.mark.parametrize(
    "wrong",
    [{"number": 0}, {"antennas": ()}, {"session": 4}, {"population": 1 << 16}, {"antennas": (-1,)}],
    ids=str,
)
def test_an_impossible_rospec_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"an? ROSpec"):
        RoSpec(**{"number": 1, **wrong})


def test_parameters_of_another_length_than_their_type_are_not_made() -> None:
    with pytest.raises(ValueError, match="does not have 3 bytes"):
        tv(Kind.ANTENNA_ID, bytes(3))
    assert parameters(tv(Kind.ANTENNA_ID, bytes(2)))[0].body == bytes(2)
