"""Dialects by pattern are read, or refused in a sentence where a line could make them slow."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.mass import ScaleReading
from firmware_bridge.codecs.safe_pattern import compile_safely
from firmware_bridge.codecs.scale_dialects import read_dialect
from firmware_bridge.codecs.scale_pattern import LONGEST_LINE, PatternLine, pattern_decoder

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
