"""Light controllers' texts byte for byte, and dialects that a site writes."""

import time
from typing import Any

import pytest
from fuzzing import LONGEST_FEED_S
from hypothesis import given
from hypothesis import strategies as st
from lights import DIALECTS

from firmware_bridge.codecs.ascii_light import (
    ANSWERS,
    COMMANDS,
    LONGEST_WINDOW,
    LightDecoder,
    LightDialect,
    LightText,
    Role,
)
from firmware_bridge.codecs.ascii_light_dialects import (
    CCS,
    CCS_ETHERNET,
    CCS_UNIT,
    GARDASOFT,
    OPT,
    SHIPPED,
    S,
    read_dialect,
)
from firmware_bridge.codecs.damage import Damage

COMMANDED: list[tuple[LightDialect, Role, str, int, bytes]] = [
    (S, "set_level", "A", 255, b"SA0255#"),
    (S, "ask_level", "A", 0, b"SA#"),
    (OPT, "set_level", "1", 255, b"$310FF16"),
    (OPT, "set_level", "1", 128, b"$310801E"),
    (OPT, "turn_on", "1", 0, b"$1100014"),
    (OPT, "ask_level", "1", 0, b"$4100011"),
    (CCS_UNIT, "turn_on", "00", 0, b"@00L1007D\r\n"),
    (CCS_UNIT, "set_level", "00", 255, b"@00F25500E2\r\n"),
    (CCS_UNIT, "set_level", "00", 100, b"@00F10000D7\r\n"),
    (CCS, "turn_on", "00", 0, b"@00L11D\r\n"),
    (CCS, "set_level", "01", 255, b"@01F25583\r\n"),
    (CCS_ETHERNET, "set_level", "00", 100, b"@00F0100\r\n"),
    (GARDASOFT, "set_level", "1", 50, b"RS1,50\r"),
    (GARDASOFT, "probe", "", 0, b"VR\r"),
]
ANSWERED: list[tuple[LightDialect, Role, str | None, int | None, bytes]] = [
    (S, "done", "A", None, b"a"),
    (S, "level_answer", "A", 255, b"a0255"),
    (DIALECTS["s-upper"], "done", "A", None, b"A"),
    (DIALECTS["s-bang"], "done", None, None, b"!"),
    (DIALECTS["s-hash"], "done", None, None, b"#"),
    (OPT, "done", None, None, b"$"),
    (OPT, "refused", None, None, b"&"),
    (OPT, "level_answer", "1", 255, b"$410FF11"),
    (CCS, "done", "00", None, b"@00O\r\n"),
    (CCS, "refused", "00", None, b"@00N\r\n"),
    (GARDASOFT, "probe_answer", None, None, b"RT220F-20 (HW04) V002\r\n>"),
    (GARDASOFT, "refused", None, None, b"RS9,50\r\nErr 3\r\n>"),
]
OTHERS = [
    (S, "constant off", b"SL#"),
    (S, "pulse width", b"SPA0100#"),
    (S, "light delay", b"DLA0010#"),
    (S, "trigger mode", b"TR1#"),
    (S, "save", b"SAVE#"),
    (S, "heartbeat", b"CST"),
    (OPT, "turn off", b"$2100017"),
    (CCS, "turn off", b"@00L01C\r\n"),
    (CCS_UNIT, "turn off", b"@00L0007C\r\n"),
    (GARDASOFT, "read and clear error", b"GR\r"),
    (GARDASOFT, "status", b"ST1\r"),
]


def short(value: object) -> str:
    return value.name if isinstance(value, LightDialect) else str(value)


def texts(decoder: LightDecoder, content: bytes) -> list[LightText | Damage]:
    return [*decoder.feed(content, 0.0), *decoder.flush(10.0)]


@pytest.mark.parametrize(("dialect", "role", "channel", "level", "raw"), COMMANDED, ids=short)
def test_a_command_is_made_and_read_byte_for_byte(
    dialect: LightDialect, role: Role, channel: str, level: int, raw: bytes
) -> None:
    assert dialect.encode(role, channel=channel, level=level) == raw
    (text,) = texts(LightDecoder([dialect], COMMANDS), raw)
    assert isinstance(text, LightText)
    assert (text.role, text.raw) == (role, raw)
    assert text.channel == (channel or None)
    assert text.level == (level if role == "set_level" else None)


@pytest.mark.parametrize(("dialect", "role", "channel", "level", "raw"), ANSWERED, ids=short)
def test_an_answer_is_read(
    dialect: LightDialect, role: Role, channel: str | None, level: int | None, raw: bytes
) -> None:
    (text,) = texts(LightDecoder([dialect], ANSWERS), raw)
    assert text == LightText(role, raw, channel, level)


@pytest.mark.parametrize(("dialect", "name", "raw"), OTHERS, ids=short)
def test_further_commands_are_known_by_name(dialect: LightDialect, name: str, raw: bytes) -> None:
    (text,) = texts(LightDecoder([dialect], COMMANDS), raw)
    assert isinstance(text, LightText)
    assert (text.role, text.name, text.raw) == ("other", name, raw)


@pytest.mark.parametrize(
    ("dialect", "raw"),
    [
        (OPT, b"$310FF6D"),
        (OPT, b"$310FF17"),
        (CCS, b"@01F25584\r\n"),
        (CCS_UNIT, b"@00F25500E3\r\n"),
    ],
    ids=short,
)
def test_a_command_with_a_wrong_checksum_is_damage(dialect: LightDialect, raw: bytes) -> None:
    (damage,) = texts(LightDecoder([dialect], COMMANDS), raw)
    assert isinstance(damage, Damage)
    assert damage.reason == "checksum"


def test_an_answer_with_a_wrong_checksum_is_damage() -> None:
    found = texts(LightDecoder([OPT], ("level_answer",)), b"$410FF12")
    assert [event.reason for event in found if isinstance(event, Damage)] == ["checksum"]
    assert len(found) == 1


@given(st.sampled_from(list(DIALECTS.values())), st.data())
def test_any_chunking_gives_the_commands_that_were_made(
    dialect: LightDialect, data: st.DataObject
) -> None:
    settings = st.tuples(st.sampled_from(list(dialect.channels)), st.integers(0, dialect.level_max))
    chosen = data.draw(st.lists(settings, max_size=4))
    made = [dialect.encode("set_level", channel=name, level=level) for name, level in chosen]
    whole = b"".join(made)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    decoder = LightDecoder([dialect], COMMANDS)
    events = [
        event
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)
        for event in decoder.feed(whole[start:end], 0.0)
    ]

    assert events == [
        LightText("set_level", raw, name, level)
        for raw, (name, level) in zip(made, chosen, strict=True)
    ]


@given(st.sampled_from([S, OPT]), st.data())
def test_any_chunking_gives_the_level_that_was_answered(
    dialect: LightDialect, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(list(dialect.channels)))
    level = data.draw(st.integers(0, dialect.level_max))
    raw = dialect.encode("level_answer", channel=name, level=level)
    at = data.draw(st.integers(0, len(raw)))
    decoder = LightDecoder([dialect], ("level_answer",))

    events = decoder.feed(b"#\x00" + raw[:at], 0.0) + decoder.feed(raw[at:], 0.1)
    assert events[-1] == LightText("level_answer", raw, name, level)
    assert all(isinstance(event, Damage) for event in events[:-1])


def test_nothing_is_read_where_nothing_is_expected() -> None:
    (damage,) = LightDecoder([S], ()).feed(b"a0255", 0.0)
    assert damage == Damage("noise", b"a0255")


def test_a_text_that_stays_unfinished_is_damage() -> None:
    decoder = LightDecoder([S], ("level_answer",))
    assert decoder.feed(b"a02", 0.0) == ()
    assert decoder.flush(0.2) == (Damage("unfinished", b"a02"),)


@given(st.sampled_from(list(DIALECTS.values())), st.binary(max_size=3000))
def test_any_bytes_are_read_or_damage_and_little_is_kept(
    dialect: LightDialect, content: bytes
) -> None:
    for roles in (COMMANDS, ANSWERS):
        decoder = LightDecoder([dialect], roles)
        decoder.feed(content, 0.0)
        assert len(decoder._buffer) < LONGEST_WINDOW


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("piece", [b"Err", b"Err" * 42 + b">", b"@00O", b"$410F", b"a025", b" "])
def test_beginnings_without_an_end_cost_little(dialect: LightDialect, piece: bytes) -> None:
    decoder = LightDecoder([dialect])
    began = time.thread_time()
    decoder.feed((piece * 4096)[:4096], 0.0)

    assert time.thread_time() - began < LONGEST_FEED_S


SITE = {
    "name": "iovis",
    "channels": {"ring": "01", "bar": "02"},
    "level_max": 255,
    "set_level": "#CH{channel}BW{level:04d}E",
    "done": "OK{text}\r\n",
}


def test_a_site_writes_a_dialect_of_its_own() -> None:
    dialect = read_dialect(SITE)
    assert dialect.encode("set_level", channel="ring", level=255) == b"#CH01BW0255E"
    (text,) = texts(LightDecoder([dialect]), b"OK 01\r\n")
    assert isinstance(text, LightText)
    assert text.role == "done"


def test_a_site_changes_a_shipped_dialect() -> None:
    dialect = read_dialect(
        {"like": "s", "channels": ["A", "C"], "level_max": 999, "done": False, "turn_on": "SH#"}
    )
    assert list(dialect.channels) == ["A", "C"]
    assert (dialect.done, dialect.level_max, dialect.ask_level) == (None, 999, S.ask_level)
    assert dialect.encode("turn_on", channel="C") == b"SH#"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"like": "t"}, "no light dialect 't' ships"),
        ({"colour": "red"}, "a light dialect has no 'colour'"),
        ({"set_level": None}, "set_level of a light dialect cannot be None"),
        ({"level_max": "255"}, "level_max of a light dialect cannot be '255'"),
        ({"level_max": True}, "level_max of a light dialect cannot be True"),
        ({"channels": "AB"}, "channels of a light dialect cannot be 'AB'"),
        ({"set_level": False}, "set_level of a light dialect cannot be False"),
        ({"set_level": "S{chanel}{level:04d}#"}, "has the field {chanel}: use channel, lower"),
        ({"set_level": "S{channel}{level:04d}"[:-1]}, "has a brace without its other"),
        ({"set_level": "S{channel}{level!r}#"}, "has the field {level}: use"),
        ({"set_level": "S{channel}{level:>9}#"}, "needs a level such as"),
        ({"set_level": "S{channel}{level}#"}, "needs a level such as"),
        ({"set_level": "S{channel:d}{level:d}#"}, "gives a format to {channel}"),
        ({"set_level": "S{channel}{level:02d}#"}, "set_level has no room for the level 255"),
        ({"set_level": "S{channel}{level:04d}{level:d}#"}, "names a field twice"),
        ({"set_level": "S{channel}#"}, "set_level needs a {level}"),
        ({"set_level": "S{level:04d}#"}, "set_level needs a {channel}"),
        ({"set_level": "S{channel}{level:04d}{check}"}, "a {check}, but the checksum is none"),
        ({"set_level": "S{channel}{level:04d}{text}#"}, "which only answers may have"),
        ({"set_level": "亮{channel}{level:04d}#"}, "is not 1 to 64 ASCII characters"),
        ({"set_level": "S" * 65}, "is not 1 to 64 ASCII characters"),
        ({"done": "{text}"}, "has nothing that ends its {text}"),
        ({"ask_level": False}, "ask_level and level_answer are given together"),
        ({"probe": "VR"}, "probe and probe_answer are given together"),
        ({"level_answer": "a"}, "level_answer needs a {level}"),
        ({"ask_level": False, "level_answer": False, "done": False}, "done or ask_level"),
        ({"channels": []}, "it has 1 to 64 channels"),
        ({"channels": {"ring": "A", "bar": "A"}}, "two channels have the same code"),
        ({"channels": [""]}, "needs a code"),
        ({"channels": ["红"]}, "needs a code"),
        ({"level_max": 0}, "level_max is a whole number"),
        ({"checksum": "crc"}, "checksum is none, xor or sum"),
    ],
    ids=str,
)
def test_a_dialect_that_cannot_work_is_refused_with_a_sentence(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError) as refused:
        read_dialect({"like": "s"} | change)
    assert said in str(refused.value)


@pytest.mark.parametrize("key", ["name", "channels", "level_max", "set_level"])
def test_a_dialect_of_its_own_needs_the_whole(key: str) -> None:
    with pytest.raises(ValueError, match=f"needs {key}"):
        read_dialect({name: value for name, value in SITE.items() if name != key})


def test_every_shipped_dialect_is_found_by_its_name() -> None:
    for name in SHIPPED:
        assert read_dialect({"like": name}) == SHIPPED[name]
