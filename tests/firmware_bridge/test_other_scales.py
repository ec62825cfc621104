"""A&D scales and scales by pattern: lines byte for byte, safe patterns, wires that come and go."""

import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st
from loopback import Cable, FakeTime, Loopback
from scale_trials import LOADS, SettledFrames, cut_at_every_byte, meet_fault

from firmware_bridge.clients.aandd import AandDScale
from firmware_bridge.clients.line_scale import SILENT
from firmware_bridge.clients.scale_pattern import PatternScale
from firmware_bridge.clients.settling import ScaleState, Settling
from firmware_bridge.codecs.aandd import (
    AandDAnswer,
    AandDLine,
    aandd_decoder,
    command,
    overload_line,
    standard_line,
)
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.mass import ScaleReading
from firmware_bridge.codecs.safe_pattern import compile_safely
from firmware_bridge.codecs.scale_dialects import read_dialect
from firmware_bridge.codecs.scale_pattern import (
    LONGEST_LINE,
    RADWAG,
    TOLEDO,
    PatternLine,
    pattern_decoder,
    radwag_line,
    toledo_line,
)
from firmware_bridge.emulators.aandd import AandDImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.faults import Fault
from firmware_bridge.emulators.ports import PtyPort
from firmware_bridge.emulators.scale_pattern import PatternScaleImitation
from firmware_bridge.families import aandd, scale_generic
from firmware_bridge.readings import Back, Lost, Weight
from firmware_bridge.transports.serial_port import SerialPort

toledo_scale = partial(PatternScaleImitation, ["dialect toledo"])


def aandd_frames(content: bytes) -> list[object]:
    return list(aandd_decoder().feed(content, 0.0))


@pytest.mark.parametrize(
    ("raw", "header", "value", "unit"),
    [
        (b"ST,+00123.45  g\r\n", "ST", "123.45", "g"),
        (b"US,+00123.45  g\r\n", "US", "123.45", "g"),
        (b"ST,-00000.02 kg\r\n", "ST", "-0.02", "kg"),
    ],
)
def test_a_standard_line_is_read_and_written_byte_for_byte(
    raw: bytes, header: str, value: str, unit: str
) -> None:
    assert aandd_frames(raw) == [AandDLine(header, Decimal(value), unit, raw)]
    assert standard_line(header, Decimal(value), unit) == raw


def test_what_is_beyond_the_range_is_no_weight() -> None:
    assert overload_line() == b"OL,+9999999E+19\r\n"
    (over,) = aandd_frames(overload_line())
    (under,) = aandd_frames(overload_line(negative=True))
    assert isinstance(over, AandDLine)
    assert isinstance(under, AandDLine)
    assert over.reading == ScaleReading("overload")
    assert under.reading == ScaleReading("underload")


def test_a_count_and_a_number_without_unit_are_no_weights() -> None:
    for raw in (b"QT,+00000012 PC\r\n", b"+00123.45\r\n", b"\x06\r\n", b"EC,E11\r\n"):
        (frame,) = aandd_frames(raw)
        assert isinstance(frame, AandDLine | AandDAnswer)
        assert frame.reading is None


@pytest.mark.parametrize(
    "raw",
    [
        b"ST,+0123.45  g\r\n",
        b"ST,+00123.45   g\r\n",
        b"ST +00123.45  g\r\n",
        b"ST,00123.450  g\r\n",
        b"ST,+001-3.45  g\r\n",
        b"XX,+00123.45  g\r\n",
        b"T,+00123.45  g\r\n",
        b",+00123.45  g\r\n",
        b"ST,+00123.45 g \r\n",
    ],
)
def test_a_line_of_another_shape_is_damage(raw: bytes) -> None:
    assert aandd_frames(raw) == [Damage("content", raw)]


def test_no_tail_of_a_weight_line_is_a_weight() -> None:
    for raw in (b"ST,+00123.45  g\r\n", b"ST,OK,+0001.234 kg\r\n", b"WT   +123.45  g\r\n"):
        for start in range(1, len(raw)):
            for event in aandd_frames(raw[start:]):
                assert isinstance(event, Damage) or event.reading is None


@given(
    value=st.decimals(Decimal("-9999"), Decimal("9999"), places=2),
    unit=st.sampled_from(["g", "kg", "mg", "lb", "oz"]),
    header=st.sampled_from(["ST", "US"]),
    cuts=st.lists(st.integers(0, 50), max_size=5),
)
def test_any_chunking_of_a_and_d_gives_the_same_lines(
    value: Decimal, unit: str, header: str, cuts: list[int]
) -> None:
    raw = standard_line(header, value, unit)
    stream = raw + b"\x06\r\n" + raw
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    decoder = aandd_decoder()
    found = [e for start, stop in pairwise(places) for e in decoder.feed(stream[start:stop], 0.0)]

    line = AandDLine(header, value or abs(value), unit, raw)
    assert found == [line, AandDAnswer(None, b"\x06\r\n"), line]


@given(
    value=st.decimals(Decimal("-9999"), Decimal("9999"), places=2),
    status=st.sampled_from(" ?"),
    unit=st.sampled_from(["g", "kg", "lb"]),
    cuts=st.lists(st.integers(0, 40), max_size=5),
)
def test_any_chunking_of_radwag_gives_the_same_lines(
    value: Decimal, status: str, unit: str, cuts: list[int]
) -> None:
    stream = b"S A\r\n" + radwag_line(status, value, unit)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    decoder = pattern_decoder(RADWAG)
    found = [e for start, stop in pairwise(places) for e in decoder.feed(stream[start:stop], 0.0)]

    grams = value * {"g": 1, "kg": 1000, "lb": Decimal("453.59237")}[unit]
    said = ScaleReading("stable" if status == " " else "unstable", grams)
    assert [frame.reading for frame in found if isinstance(frame, PatternLine)] == [None, said]


def test_a_toledo_line_carries_its_bits() -> None:
    def read(raw: bytes) -> object:
        (event,) = pattern_decoder(TOLEDO).feed(raw, 0.0)
        return event.reading if isinstance(event, PatternLine) else event.reason

    assert read(toledo_line("0", 1250)) == ScaleReading("stable", Decimal("12500.00"))
    assert read(toledo_line("2", 1250)) == ScaleReading("stable", Decimal("-12500.00"))
    assert read(toledo_line("8", 1250)) == ScaleReading("unstable", Decimal("12500.00"))
    assert read(toledo_line("4", 1250)) == ScaleReading("overload")
    assert read(toledo_line("0", 1250)[1:]) == "prefix"
    assert read(b"\x02,0(  1250000000\r") == ScaleReading("stable", Decimal("12500.00"))
    assert read(b"\x02 0   1250000000\r") == "content"  # no decimals


@pytest.mark.parametrize("unit", range(1, 8))
def test_a_toledo_scale_that_weighs_in_another_unit_gives_no_weight_in_kg(unit: int) -> None:
    raw = toledo_line("0", 1250)
    (event,) = pattern_decoder(TOLEDO).feed(raw[:3] + bytes([0x20 | unit]) + raw[4:], 0.0)

    assert isinstance(event, Damage)
    assert event.reason == "content"


@pytest.mark.parametrize(
    ("heading", "count", "decode"),
    [
        ("A&D (`aandd`)", 12, aandd.decode),
        ("Any other make (`scale-generic`)", 9, scale_generic.decode),
    ],
)
def test_the_example_bytes_mean_what_the_document_says(
    heading: str, count: int, decode: Callable[[bytes], Any]
) -> None:
    rows = examples("scales.md", heading)

    assert len(rows) == count
    for raw, who, said in rows:
        (meaning,) = decode(raw) if who == "device" else aandd.decode_sent(raw)
        assert spoken(meaning) == said
        assert meaning["raw"] == raw.hex().upper()


def spoken(meaning: dict[str, object]) -> str:
    if meaning["damaged"]:
        return f"damage `{meaning['reason']}`"
    match meaning["name"]:
        case "command":
            return f"command {meaning['command']}"
        case "error":
            return f"error {meaning['error']}"
        case "weight":
            state = meaning.get("meaning") or meaning["status"]
            grams = f", {meaning['grams']} g" if meaning["grams"] else ""
            compared = meaning.get("comparator")
            return f"{state}{grams}" + (f", comparator {compared}" if compared else "")
    return str(meaning["name"])


SITE = {
    "pattern": r"(?P<status>[SD]) *(?P<value>[-0-9.]{1,9}) (?P<unit>g|kg)",
    "stable": ["S"],
    "unstable": ["D"],
}


def test_a_sites_dialect_reads_its_lines() -> None:
    dialect = read_dialect({**SITE, "end": "lf", "ask": "W", "zero": "Z"})
    decoder = pattern_decoder(dialect)

    (stable, moving, damage) = decoder.feed(b"S    1.250 kg\nD 7 g\nX 7 g\n", 0.0)
    assert isinstance(stable, PatternLine)
    assert isinstance(moving, PatternLine)
    assert stable.reading == ScaleReading("stable", Decimal("1250.000"))
    assert moving.reading == ScaleReading("unstable", Decimal(7))
    assert damage == Damage("content", b"X 7 g\n")
    assert (dialect.ask, dialect.zero, dialect.tare) == (b"W\n", b"Z\n", None)
    assert dialect.equal == 2


def test_a_scale_that_does_not_say_whether_it_is_stable_must_agree_three_times() -> None:
    table: dict[str, object] = {"pattern": "(?P<value>[0-9.]{1,8})", "unit": "kg"}

    assert read_dialect(table).equal == 3
    assert read_dialect({**table, "equal": 5}).equal == 5
    (line,) = pattern_decoder(read_dialect(table)).feed(b"1.5\r\n", 0.0)
    assert isinstance(line, PatternLine)
    assert line.reading == ScaleReading("unflagged", Decimal(1500))


def test_a_shipped_dialect_can_be_changed_in_part() -> None:
    changed = read_dialect({"like": "toledo", "unit": "lb", "decimals": 1})

    assert (changed.unit, changed.decimals, changed.start) == ("lb", 1, b"\x02")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "needs a pattern"),
        ({"like": "acme"}, "choose one of radwag, toledo"),
        ({"pattern": "(?P<unit>g)"}, r"needs a group \(\?P<value>"),
        ({"pattern": "(?P<value>[0-9]{3})"}, "unit"),
        ({"pattern": "(?P<value>[0-9]{3})(?P<unit>g)", "unit": "g"}, "from one only"),
        ({"pattern": "(?P<value>[0-9]{3})", "unit": "stone"}, "choose one of mg, g"),
        ({"pattern": "(?P<value>[0-9]{3})(?P<colour>g)", "unit": "g"}, "no group 'colour'"),
        ({"pattern": "(?P<status>[SD])(?P<value>[0-9]{3})", "unit": "g"}, "go together"),
        ({"pattern": "(?P<value>[0-9]{3})", "unit": "g", "stable": ["S"]}, "go together"),
        ({**SITE, "unstable": ["S"]}, "cannot be stable and unstable"),
        ({**SITE, "stable": "S"}, "stable is a list of texts"),
        ({**SITE, "end": "nul"}, "choose one of crlf, cr, lf"),
        ({**SITE, "equal": 1}, "equal is a number from 2"),
        ({**SITE, "decimals": True}, "decimals is a number"),
        ({**SITE, "ask": "é"}, "ask is a text"),
        ({**SITE, "colour": "red"}, "no key 'colour'"),
        ({"pattern": "(?P<value>[0-9]{3}", "unit": "g"}, "is not valid"),
    ],
)
def test_a_dialect_that_cannot_work_is_refused_with_a_sentence(
    table: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        read_dialect(table)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(?:a|aa)*b",
        "(a{1,9}){1,9}b",
        r"(a)\1",
        "(?=a)a",
        "(?!a)b",
        "(?<!a)b",
        "(?P<x>a)(?P=x)",
        "(?(1)a|b)",
        "(?i:a)",
        ".*.*.*.*x",
        "a*a*a*a*x",
        "[a-z]+[a-z]+[a-z]+[a-z]+!",
        "(?:a?){9}b",
    ],
)
def test_a_pattern_that_a_line_could_make_slow_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern"):
        compile_safely(pattern, LONGEST_LINE)


def test_the_slowest_pattern_that_is_taken_is_fast_on_the_worst_line() -> None:
    compiled = compile_safely("a*a*a*b", LONGEST_LINE)
    began = time.thread_time()
    assert compiled.fullmatch("a" * LONGEST_LINE) is None
    assert time.thread_time() - began < 0.1


@given(st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused_in_a_sentence(pattern: str) -> None:
    try:
        compiled = compile_safely(pattern, LONGEST_LINE)
    except ValueError:
        return
    assert compiled.fullmatch("a" * LONGEST_LINE) is None or pattern


SCALES = [
    pytest.param(AandDScale, AandDImitation, id="aandd"),
    pytest.param(PatternScale, PatternScaleImitation, id="radwag"),
]


def weighed(client: Any, imitation: Any, now: FakeTime) -> list[object]:
    seen: list[object] = []
    for line in ("unstable", "weight 20 g", "overload", "underload", "weight 7.5 g"):
        imitation.act(line, now.now)
        for _ in range(12):
            seen += client.poll(0.1)
    return seen


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_states_are_told_and_are_no_weights(make: Any, imitate: Any) -> None:
    now, imitation = FakeTime(), imitate()
    client = make(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)

    assert weighed(client, imitation, now) == [
        Back(),
        ScaleState("unstable"),
        Weight(Decimal("20.00")),
        ScaleState("overload"),
        ScaleState("underload"),
        Weight(Decimal("7.50")),
    ]


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_tare_and_zero_change_what_the_scale_shows(make: Any, imitate: Any) -> None:
    now, imitation = FakeTime(), imitate(["weight 20 g"])
    client = make(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)

    def settled() -> list[Decimal]:
        events = [event for _ in range(10) for event in client.poll(0.1)]
        return [event.grams for event in events if isinstance(event, Weight)]

    assert settled() == [Decimal(20)]
    client.tare()
    assert settled() == [Decimal(0)]
    imitation.act("weight 25 g", now.now)
    assert settled() == [Decimal(5)]
    client.zero()
    assert settled() == [Decimal(0)]


def test_a_toledo_scale_sends_by_itself_and_cannot_be_tared_from_here() -> None:
    now, imitation = FakeTime(), toledo_scale()
    client = PatternScale(lambda: Loopback(imitation, now), TOLEDO, clock=now, sleep=now.sleep)
    imitation.act("weight 12.5 kg", now.now)
    events = [event for _ in range(12) for event in client.poll(0.2)]

    assert Weight(Decimal(12500)) in events
    with pytest.raises(ValueError, match="use its own key"):
        client.tare()


def test_a_streaming_scale_that_falls_silent_is_lost_once() -> None:
    now, imitation, cable = FakeTime(), toledo_scale(), Cable()
    client = PatternScale(
        lambda: Loopback(imitation, now, cable), TOLEDO, clock=now, sleep=now.sleep
    )
    for _ in range(12):
        client.poll(0.2)
    imitation.act("dialect radwag", now.now)
    events = [event for _ in range(60) for event in client.poll(0.2)]

    assert [event for event in events if isinstance(event, Lost)] == [Lost(SILENT)]
    assert not any(isinstance(event, Back) for event in events)


@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_a_cut_at_every_byte_gives_no_partial_weight_and_is_said_once(
    make: Any, imitate: Any
) -> None:
    assert cut_at_every_byte(make, imitate) > 100


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize(("make", "imitate"), SCALES)
def test_no_fault_of_the_wire_invents_a_weight(
    make: Any, imitate: Any, fault: Fault, tmp_path: Path
) -> None:
    events = meet_fault(make, imitate, fault, tmp_path / "scale")

    assert {e.grams for e in events if isinstance(e, Weight)} <= {Decimal("123.45")}
    losses = [event for event in events if isinstance(event, Lost)]
    if fault in (Fault.SILENCE, Fault.NOISE, Fault.FLOOD, Fault.UNPLUG):
        assert len(losses) == 1
    else:
        assert isinstance(events[-1], Weight)
    if fault in (Fault.UNPLUG_MID_FRAME, Fault.REPLUG):
        assert len(losses) == 1


def test_an_a_and_d_scale_is_identified(tmp_path: Path) -> None:
    link = tmp_path / "scale"
    with Emulator(AandDImitation(["weight 5 g"]), PtyPort(link)):
        wire = SerialPort(str(link))
        try:
            assert aandd.identify(wire) == "A scale answers in A&D's format."
        finally:
            wire.close()


def test_what_a_scale_can_do_is_named() -> None:
    with pytest.raises(ValueError, match="weight 123"):
        AandDImitation(["jump"])
    with pytest.raises(ValueError, match="dialect radwag"):
        PatternScaleImitation(["dialect acme"])
    assert LOADS
    assert command("Q") == b"Q\r\n"


CORPORA = {
    "aandd": (
        aandd_decoder,
        [
            raw * 2
            for raw in (
                b"ST,+00123.45  g\r\n",
                b"US,+00012.34  g\r\n",
                b"OL,+9999999E+19\r\n",
                b"ST,OK,+0001.234 kg\r\n",
                b"\x06\r\n",
            )
        ],
    ),
    "radwag": (
        partial(pattern_decoder, RADWAG),
        [radwag_line(s, Decimal(v), "g") * 2 for s, v in ((" ", "12.34"), ("?", "1.00"))],
    ),
    "toledo": (
        partial(pattern_decoder, TOLEDO),
        [toledo_line(s, v) * 2 for s, v in (("0", 1250), ("8", 77), ("2", 3))],
    ),
}


def trial(name: str, count: int) -> None:
    make, corpus = CORPORA[name]
    lines = fuzz(make, corpus, count=count, seed=31, limit=LONGEST_LINE)
    # Without a checksum a changed digit is another weight; only the shape of the line protects.
    assert len(lines.invented) < count / 10
    settled = fuzz(
        lambda: SettledFrames(make(), Settling(2)),
        corpus,
        count=count,
        seed=32,
        limit=LONGEST_LINE,
    )
    assert settled.accepted > count / 50
    assert len(settled.invented) <= count / 5000


@pytest.mark.parametrize("name", sorted(CORPORA))
def test_damaged_traffic_settles_on_no_other_weight(name: str) -> None:
    trial(name, 10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(CORPORA))
def test_a_million_pieces_of_damaged_traffic_settle_on_no_other_weight(name: str) -> None:
    trial(name, 1_000_000)


class SlowScale(AandDImitation):
    """Answers each question 0.4 s after the last, and keeps those that come meanwhile."""

    def __init__(self) -> None:
        super().__init__(["weight 100 g"])
        self.waiting = 0
        self._due = float("inf")

    def hear(self, content: bytes, now: float) -> list[bytes]:
        if not self.waiting:
            self._due = now + 0.4
        self.waiting += content.count(command("Q"))
        return []

    def tick(self, now: float) -> list[bytes]:
        if not self.waiting or now < self._due:
            return []
        self.waiting -= 1
        self._due += 0.4
        return super().hear(command("Q"), now)


def test_no_questions_pile_up_in_a_slow_scale() -> None:
    now, imitation = FakeTime(), SlowScale()
    client = AandDScale(lambda: Loopback(imitation, now), clock=now, sleep=now.sleep)
    events = []
    while now() < 130:
        events += client.poll(0.05)
        assert imitation.waiting <= 1

    assert events == [Back(), Weight(Decimal("100.00"))]
