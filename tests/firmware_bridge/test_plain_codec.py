"""The plain scanner's decoder: whole codes only, whatever the line does."""

import random
import tracemalloc
from itertools import pairwise

import pytest
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codecs.code import MAX_CODE_BYTES, Code, GsSubstitutes
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage
from firmware_bridge.codecs.plain import SUFFIXES, PlainDecoder, PlainEvent, Suffix
from firmware_bridge.families.plain import FAMILY, decode

GAP_S = 0.1
SOON_S = 0.01

printable = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="]"), min_size=1
)
suffixes = st.sampled_from(sorted(SUFFIXES))


def codes(events: list[PlainEvent] | tuple[PlainEvent, ...]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


def reasons(events: list[PlainEvent] | tuple[PlainEvent, ...]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Damage)]


def chunked(content: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[start:end] for start, end in pairwise(edges)]


def fed(decoder: PlainDecoder, chunks: list[bytes]) -> list[PlainEvent]:
    return [event for chunk in chunks for event in decoder.feed(chunk, 0.0)]


@given(texts=st.lists(printable), suffix=suffixes, cuts=st.lists(st.integers(0)))
def test_any_chunking_gives_the_same_codes(
    texts: list[str], suffix: Suffix, cuts: list[int]
) -> None:
    line = b"".join(text.encode() + SUFFIXES[suffix] for text in texts)

    assert codes(fed(PlainDecoder(suffix), chunked(line, cuts))) == texts


@given(
    content=st.binary(max_size=200).map(lambda noise: noise * 60),
    suffix=suffixes,
    cuts=st.lists(st.integers(0)),
)
def test_any_chunking_gives_the_same_damage(
    content: bytes, suffix: Suffix, cuts: list[int]
) -> None:
    whole = fed(PlainDecoder(suffix), [content])

    assert fed(PlainDecoder(suffix), chunked(content, cuts)) == whole


@given(
    steps=st.lists(st.tuples(st.binary(max_size=6000), st.floats(0, 1))),
    suffix=suffixes,
    prefix=st.binary(max_size=3),
    required=st.booleans(),
)
def test_noise_never_raises_and_is_never_a_code_with_control_characters(
    steps: list[tuple[bytes, float]], suffix: Suffix, prefix: bytes, required: bool
) -> None:
    decoder = PlainDecoder(suffix, prefix, require_identifier=required)
    now = 0.0
    for content, pause in steps:
        now += pause
        for event in decoder.feed(content, now):
            assert len(event.raw) <= MAX_CODE_BYTES
            if isinstance(event, Code):
                assert event.text
                assert not any(ord(sign) < 0x20 and sign != "\x1d" for sign in event.text)
                assert event.raw.startswith(prefix)
                assert not required or event.symbology


def test_the_memory_held_for_an_endless_code_is_bounded() -> None:
    decoder = PlainDecoder("crlf")
    chunk = b"8" * 65_536
    decoder.feed(chunk, 0.0)
    tracemalloc.start()
    try:
        events = [event for _ in range(200) for event in decoder.feed(chunk, 0.0)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert events == []
    assert held < 4 * len(chunk)


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_a_code_of_the_greatest_length_is_whole_and_one_byte_more_is_dropped(
    suffix: Suffix,
) -> None:
    longest = "8" * MAX_CODE_BYTES
    end = SUFFIXES[suffix]
    line = longest.encode() + end + b"9" + longest.encode() + end + b"next" + end
    events = fed(
        PlainDecoder(suffix), [line[start : start + 7] for start in range(0, len(line), 7)]
    )

    assert codes(events) == [longest, "next"]
    assert [type(event) for event in events] == [Code, Damage, Code]
    assert events[1] == Damage("overlong", b"9" + b"8" * (SHOWN_BYTES - 1))


def test_a_strict_pair_split_after_the_longest_code_still_closes_it() -> None:
    decoder = PlainDecoder("crlf")
    longest = b"8" * MAX_CODE_BYTES
    events = (*decoder.feed(longest + b"\r", 0.0), *decoder.feed(b"\n", 0.0))

    assert events == (Code(longest.decode(), None, longest),)


def test_an_overlong_code_is_reported_once_however_long_it_goes_on() -> None:
    decoder = PlainDecoder()
    events = fed(decoder, [b"8" * 5000] * 100)
    late = (*decoder.flush(GAP_S), *decoder.feed(b"\rABC\r", GAP_S + SOON_S))

    assert reasons(events) == ["overlong"]
    assert (codes(late), reasons(late)) == (["ABC"], [])


def test_silence_inside_a_code_makes_all_of_it_damage() -> None:
    decoder = PlainDecoder(idle_gap_s=GAP_S)
    first = decoder.feed(b"0123", 1.0)
    silence = (*decoder.flush(1.0 + GAP_S / 2), *decoder.flush(1.0 + GAP_S))
    rest = decoder.feed(b"456\rABC\r", 3.0)

    assert first == ()
    assert silence == (Damage("unfinished", b"0123"),)
    assert rest == (Damage("unfinished", b"456"), Code("ABC", None, b"ABC"))


def test_silence_is_noticed_by_the_next_bytes_where_nobody_flushed() -> None:
    decoder = PlainDecoder(idle_gap_s=GAP_S)
    decoder.feed(b"0123", 1.0)

    assert codes(decoder.feed(b"456\r", 1.0 + GAP_S)) == []


@given(text=printable, gap=st.floats(GAP_S, 10))
def test_a_scanner_that_sends_one_byte_at_a_time_never_gives_a_false_code(
    text: str, gap: float
) -> None:
    decoder = PlainDecoder(idle_gap_s=GAP_S)
    events = [
        event
        for number, byte in enumerate(text.encode() + b"\r", start=1)
        for event in decoder.feed(bytes([byte]), number * gap * 1.001)
    ]

    assert codes(events) == []
    assert codes(decoder.feed(b"ABC\r", 10_000.0)) == ["ABC"]


def test_a_lost_suffix_never_joins_two_codes() -> None:
    decoder = PlainDecoder(idle_gap_s=GAP_S)
    events = (*decoder.feed(b"ABC", 1.0), *decoder.feed(b"DEF\r", 2.0), *decoder.feed(b"G\r", 3.0))

    assert reasons(events) == ["unfinished", "unfinished"]
    assert codes(events) == ["G"]


@given(text=printable, at=st.integers(0), after=printable)
def test_a_reset_drops_the_partial_code(text: str, at: int, after: str) -> None:
    line = text.encode()
    decoder = PlainDecoder()
    decoder.feed(line[: at % (len(line) + 1)], 1.0)
    decoder.reset(1.5)

    assert not decoder.pending
    assert codes(decoder.feed(after.encode() + b"\r", 3.0)) == [after]


def test_what_arrives_just_after_opening_counts_only_with_its_beginning() -> None:
    def just_after_opening(line: bytes, prefix: bytes = b"") -> tuple[PlainEvent, ...]:
        decoder = PlainDecoder(prefix=prefix, idle_gap_s=GAP_S)
        decoder.reset(1.0)
        return decoder.feed(line, 1.0 + SOON_S)

    assert just_after_opening(b"3456\rABC\r") == (Damage("cut", b"3456"), Code("ABC", None, b"ABC"))
    assert just_after_opening(b"]C13456\r") == (Code("3456", "]C1", b"]C13456"),)
    assert just_after_opening(b"~3456\r", b"~") == (Code("3456", None, b"~3456"),)
    assert just_after_opening(b"3456\r", b"~") == (Damage("cut", b"3456"),)


@pytest.mark.parametrize("suffix", ["cr", "lf", "tab", "crlf"])
def test_a_control_character_in_a_code_is_damage(suffix: Suffix) -> None:
    for control in (set(range(0x20)) | {0x7F, 0x85}) - {0x1D, *SUFFIXES[suffix]}:
        line = b"AB" + bytes([control]) + b"CD" + SUFFIXES[suffix]
        events = PlainDecoder(suffix).feed(line, 0.0)

        assert reasons(events) == ["control"], hex(control)
        assert codes(events) == []


def test_the_group_separator_stays_in_the_text() -> None:
    (event,) = PlainDecoder().feed(b"]d20109520123456788\x1d21R-0001\r", 0.0)

    assert event == Code("0109520123456788\x1d21R-0001", "]d2", b"]d20109520123456788\x1d21R-0001")


def test_bytes_that_are_not_utf8_are_read_as_latin_1() -> None:
    assert codes(PlainDecoder().feed(b"M\xfcller\r", 0.0)) == ["Müller"]
    assert codes(PlainDecoder().feed("再售".encode() + b"\r", 0.0)) == ["再售"]


@pytest.mark.parametrize(
    ("line", "symbology", "text"),
    [
        (b"]E04006381333931", "]E0", "4006381333931"),
        (b"]Q3abc", "]Q3", "abc"),
        (b"4006381333931", None, "4006381333931"),
        (b"]", None, "]"),
        (b"]C", None, "]C"),
        (b"]b9abc", None, "]b9abc"),
        (b"]]C1abc", None, "]]C1abc"),
    ],
)
def test_the_aim_identifier_is_split_off(line: bytes, symbology: str | None, text: str) -> None:
    assert PlainDecoder().feed(line + b"\r", 0.0) == (Code(text, symbology, line),)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("]d20109520123456788|21R", "0109520123456788\x1d21R"),
        ("]C1|0109520123456788", "\x1d0109520123456788"),
        ("]d210LOT<GS>21R{GS}11260101^]400X", "10LOT\x1d21R\x1d11260101\x1d400X"),
        ("10LOT|21R", "10LOT\x1d21R"),
        ("|10LOT|21R", "\x1d10LOT\x1d21R"),
        ("]Q110|21", "10|21"),
        ("]C010|21", "10|21"),
        ("RG:CMD:TAKE|1", "RG:CMD:TAKE|1"),
        ("https://example.com/a|b", "https://example.com/a|b"),
        ("|", "|"),
    ],
)
def test_a_substitute_becomes_gs_only_where_gs_can_be(line: str, text: str) -> None:
    decoder = PlainDecoder(gs_substitutes=["|", "^]", "{GS}", "<GS>"])

    assert codes(decoder.feed(line.encode() + b"\r", 0.0)) == [text]


def test_of_substitutes_that_begin_alike_the_longest_counts() -> None:
    decoder = PlainDecoder(gs_substitutes=["|", "|~|"])

    assert codes(decoder.feed(b"]d210A|~|21B|11C\r", 0.0)) == ["10A\x1d21B\x1d11C"]


def test_a_control_character_that_stands_for_gs_is_no_damage() -> None:
    decoder = PlainDecoder(gs_substitutes=["\x1e"])

    assert codes(decoder.feed(b"]d210A\x1e21B\r", 0.0)) == ["10A\x1d21B"]
    assert reasons(decoder.feed(b"]Q110A\x1e21B\r", 0.0)) == ["control"]


@pytest.mark.parametrize("substitute", ["", "A", "21", "GS", "|" * 9])
def test_what_data_can_hold_anywhere_is_no_substitute(substitute: str) -> None:
    with pytest.raises(ValueError, match="cannot stand for GS"):
        PlainDecoder(gs_substitutes=[substitute])


@given(st.text(max_size=40), st.sampled_from([None, "]d2", "]Q1"]))
def test_without_substitutes_every_text_stays_as_it_is(text: str, symbology: str | None) -> None:
    assert GsSubstitutes().restored(text, symbology) == text


def test_a_required_identifier_or_prefix_that_is_missing_is_damage() -> None:
    assert reasons(PlainDecoder(require_identifier=True).feed(b"4006\r", 0.0)) == ["identifier"]
    assert reasons(PlainDecoder(prefix=b"S:").feed(b"4006\r", 0.0)) == ["prefix"]
    assert codes(PlainDecoder(prefix=b"S:").feed(b"S:]E04006\r", 0.0)) == ["4006"]


def test_an_identifier_without_text_is_damage_and_an_empty_line_is_nothing() -> None:
    assert reasons(PlainDecoder().feed(b"]C1\r", 0.0)) == ["empty"]
    assert PlainDecoder().feed(b"\r\r\r", 0.0) == ()


def test_cr_lf_closes_a_code_where_cr_is_configured_even_when_split() -> None:
    decoder = PlainDecoder("cr")
    events = (*decoder.feed(b"A\r", 0.0), *decoder.feed(b"\nB\r\n", 0.0))

    assert codes(events) == ["A", "B"]
    assert reasons(events) == []
    assert not decoder.pending


def test_a_recording_is_decoded_into_plain_values() -> None:
    assert decode(b"]C10109520123456788\r\nplain\nA\x02B") == [
        {
            "damaged": False,
            "text": "0109520123456788",
            "symbology": "]C1",
            "name": "GS1-128",
            "raw": "5D433130313039353230313233343536373838",
        },
        {"damaged": False, "text": "plain", "symbology": None, "name": "code", "raw": "706C61696E"},
        {"damaged": True, "name": "damage", "reason": "control", "raw": "410242"},
    ]


def test_a_recording_without_codes_is_damaged() -> None:
    assert decode(b"\r\n") == [{"damaged": True, "name": "damage", "reason": "empty", "raw": ""}]


@given(st.binary(max_size=10_000))
def test_decoding_a_recording_never_raises(content: bytes) -> None:
    assert FAMILY.decode(content)


def test_damaged_traffic_stays_bounded_and_is_no_code_with_control_characters() -> None:
    corpus = (b"]C10109520123456788\r", b"]d2A\x1dB\r", b"]Q1" + b"8" * 4000 + b"\r")

    def strict() -> PlainDecoder:
        return PlainDecoder(require_identifier=True)

    fuzzed = fuzz(strict, corpus, count=10_000, seed=1, limit=MAX_CODE_BYTES + 1)
    invented = [event for event in fuzzed.invented if isinstance(event, Code)]

    assert fuzzed.accepted > 1_000
    assert all(code.symbology for code in invented)
    assert not any(ord(sign) < 0x20 and sign != "\x1d" for code in invented for sign in code.text)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_noisy_inputs_leave_the_decoder_working() -> None:
    rng = random.Random(20_260_101)
    alphabet = bytes(range(256)) + b"\r\n\t]C1\x1d08" * 16
    for suffix, end in SUFFIXES.items():
        decoder = PlainDecoder(suffix)
        now = 0.0
        for number in range(250_000):
            now += rng.choice((0.0, 0.01, GAP_S))
            noise = bytes(rng.choices(alphabet, k=rng.randrange(1, 24)))
            for event in decoder.feed(noise, now):
                if isinstance(event, Code):
                    assert not any(ord(sign) < 0x20 and sign != "\x1d" for sign in event.text)
            if number % 1000 == 0:
                decoder.feed(end, now)
                assert codes(decoder.feed(b"]C1whole" + end, now)) == ["whole"]
