"""The clients of the tag readers against their imitations, through pulled cables and silence."""

from typing import Any

import pytest
from rfid import (
    EPC,
    KINDS,
    OTHER,
    R2000,
    READER18,
    READER288,
    THINGMAGIC,
    Bench,
    Kind,
    epcs,
    states,
)

from firmware_bridge.codecs import r2000, thingmagic, uhfreader18
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost, TagRead

MOST_OFFSETS = 400

kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@kinds
def test_a_tag_is_read_while_it_lies_there_and_at_a_bearable_rate(kind: Kind) -> None:
    bench = Bench(kind)
    assert epcs(bench.run(3.0)) == set()
    bench.imitation.act(f"tag {EPC} -48", bench.time.now)
    read = [reading for reading in bench.run(5.0) if isinstance(reading, TagRead)]
    bench.imitation.act(f"remove {EPC}", bench.time.now)
    bench.run(0.5)

    assert epcs(read) == {EPC}
    assert 25 <= len(read) <= 101
    assert {tag.rssi_dbm for tag in read} <= {-48.0, None}
    assert epcs(bench.run(3.0)) == set()


@kinds
def test_several_tags_are_told_apart(kind: Kind) -> None:
    long = "3674257BF6B7A659B2C2BF100000000000000000000000000000"
    bench = Bench(kind, f"tag {EPC}", f"tag {OTHER}", f"tag {long}", "tag E200")

    assert epcs(bench.run(2.0)) == {EPC, OTHER, long, "E200"}
    bench.imitation.act("clear", bench.time.now)
    bench.run(0.5)
    assert epcs(bench.run(1.0)) == set()


@kinds
def test_an_empty_field_is_no_failure(kind: Kind) -> None:
    bench = Bench(kind)
    readings = bench.run(60.0)

    assert readings == [Back()]


@kinds
def test_what_is_configured_is_set_and_nothing_else(kind: Kind) -> None:
    configured, free = Bench(kind), Bench(kind, antennas=(1,))
    configured.run(2.0)
    free.run(2.0)

    for command in kind.state:
        assert command in bytes(configured.cable.sent)
        assert command not in bytes(free.cable.sent)


@kinds
def test_a_reader_that_keeps_its_settings_is_written_to_once(kind: Kind) -> None:
    bench = Bench(kind)
    bench.run(3.0)
    before = len(bench.cable.sent)
    bench.cable.plugged = False
    bench.run(3.0)
    bench.cable.plugged = True
    assert states(bench.run(3.0)) == [Back]

    again = [command in bytes(bench.cable.sent[before:]) for command in kind.state]
    assert again == [not kind.keeps_settings] * len(kind.state)


@kinds
def test_a_pull_at_every_byte_gives_no_partial_merged_or_invented_tag(kind: Kind) -> None:
    whole = Bench(kind, f"tag {EPC}", f"tag {OTHER}")
    whole.run(5.0)
    length = min(len(whole.cable.delivered), MOST_OFFSETS)
    assert length > 200

    for at in range(1, length + 1):
        bench = Bench(kind, f"tag {EPC}", f"tag {OTHER}")
        bench.cable.left = at
        readings = bench.run(6.0)
        assert not bench.cable.plugged, at
        before = len(bench.cable.sent)
        bench.imitation = kind.imitation(f"tag {EPC}", f"tag {OTHER}")
        bench.cable.plugged = True
        after = bench.run(5.0)

        assert epcs(readings) <= {EPC, OTHER}, at
        assert not [e for e in (*readings, *after) if isinstance(e, Damage)], at
        assert states(readings) in ([Lost], [Back, Lost]), at
        assert states(after) == [Back], at
        assert epcs(after) == {EPC, OTHER}, at
        for command in kind.state:
            assert command in bytes(bench.cable.sent[before:]), at


@kinds
@pytest.mark.parametrize("away_s", [0.1, 1.0, 5.0, 61.3])
def test_a_reader_is_bound_again_within_three_seconds_of_its_return(
    kind: Kind, away_s: float
) -> None:
    bench = Bench(kind, f"tag {EPC}")
    bench.run(2.0)
    bench.cable.plugged = False
    away = bench.run(away_s)
    bench.cable.plugged = True

    assert states(away) == [Lost]
    assert states(bench.run(3.0)) == [Back]


@kinds
def test_a_reader_that_falls_silent_is_lost_once_and_back_once(kind: Kind) -> None:
    silent = False
    bench = Bench(kind, f"tag {EPC}", alter=lambda frame: b"" if silent else frame)
    bench.run(2.0)
    silent = True
    lost = bench.run(20.0)
    silent = False
    back = bench.run(4.0)

    assert states(lost) == [Lost]
    assert epcs(back) == {EPC}
    assert states(back) == [Back]


@kinds
def test_a_reader_that_restarts_on_its_own_gets_its_settings_and_reads_on(kind: Kind) -> None:
    bench = Bench(kind, f"tag {EPC}")
    bench.run(3.0)
    before = len(bench.cable.sent)
    bench.imitation.plugged(bench.time.now)
    readings = bench.run(5.0)

    assert epcs(bench.run(2.0)) == {EPC}
    assert states(readings) == []
    again = [command in bytes(bench.cable.sent[before:]) for command in kind.state]
    assert again == [not kind.keeps_settings] * len(kind.state)


@kinds
def test_wrong_checksums_are_never_a_reading(kind: Kind) -> None:
    bench: Bench
    bench = Bench(kind, f"tag {EPC}", alter=lambda frame: bench.imitation.spoil(frame))
    readings = bench.run(20.0)

    assert states(readings) == [Lost]
    assert epcs(readings) == set()


@kinds
@pytest.mark.parametrize(
    "settings",
    [{"power_dbm": 99.0}, {"power_dbm": -1.0}, {"region": "MOON"}, {"antennas": ()}],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_with_a_sentence(
    kind: Kind, settings: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Bench(kind, **settings)


@pytest.mark.parametrize("kind", [READER18, READER288, R2000, THINGMAGIC], ids=lambda k: k.name)
def test_a_missing_antenna_is_a_loss_with_a_sentence_until_it_is_mended(kind: Kind) -> None:
    bench = Bench(kind, f"tag {EPC}", "no-antenna")
    before = bench.run(20.0)
    bench.imitation.act("antenna", bench.time.now)
    mended = bench.run(5.0)
    bench.imitation.act("no-antenna", bench.time.now)
    after = bench.run(20.0)

    assert states(before) == [Lost]
    assert epcs(before) == set()
    assert states(mended) == [Back]
    assert epcs(mended) == {EPC}
    assert states(after) == [Lost]
    (lost,) = [reading for reading in after if isinstance(reading, Lost)]
    assert "antenna" in lost.reason


@kinds
def test_only_readers_that_notice_it_can_lose_their_antenna(kind: Kind) -> None:
    if kind in (READER18, READER288, R2000, THINGMAGIC):
        kind.imitation("no-antenna")
        return
    with pytest.raises(ValueError, match="cannot do"):
        kind.imitation("no-antenna")


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (THINGMAGIC, thingmagic.encode(thingmagic.Frame(0x22, b"", 0x0504)), "too hot"),
        (THINGMAGIC, thingmagic.encode(thingmagic.Frame(0x22, b"", 0x7F01)), "error 7F01"),
        (R2000, r2000.encode(r2000.Frame(1, 0x89, b"\x53")), "error 53"),
        (R2000, r2000.encode(r2000.Frame(1, 0x89, b"\x48")), "refuses an inventory"),
        (READER288, uhfreader18.encode(uhfreader18.Frame(0, 1, b"", 0xFE)), "dialect"),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else None,
)
def test_a_reader_that_reports_trouble_is_lost_with_a_sentence(
    kind: Kind, answer: bytes, said: str
) -> None:
    broken: list[bool] = []
    bench = Bench(kind, f"tag {EPC}", alter=lambda frame: answer if broken else frame)
    bench.run(5.0)
    broken.append(True)
    lost = [reading for reading in bench.run(20.0) if isinstance(reading, Lost)]
    broken.clear()

    assert len(lost) == 1
    assert said in lost[0].reason
    assert states(bench.run(5.0)) == [Back]


@pytest.mark.parametrize("kind", [READER288, R2000, THINGMAGIC], ids=lambda kind: kind.name)
def test_every_configured_antenna_is_read(kind: Kind) -> None:
    bench = Bench(kind, f"tag {EPC}", antennas=(1, 3))
    read = [reading for reading in bench.run(5.0) if isinstance(reading, TagRead)]

    assert {tag.antenna for tag in read} >= {3}
    assert {tag.antenna for tag in read} <= {1, 3}


def test_an_r2000s_tag_is_believed_from_its_second_report_on() -> None:
    once = [True]

    def changed(frame: bytes) -> bytes:
        """Flip one bit of two bytes of the first tag's digits, so that the check byte stays."""
        if len(frame) > 20 and once:
            once.clear()
            return frame[:10] + bytes((frame[10] ^ 1, frame[11] ^ 1)) + frame[12:]
        return frame

    bench = Bench(R2000, "tag 300100000100000000000000", alter=changed)

    assert epcs(bench.run(2.0)) == {"300100000100000000000000"}
    assert not once


def test_a_thingmagics_sixteenth_antenna_is_told_by_its_number() -> None:
    bench = Bench(THINGMAGIC, f"tag {EPC}", antennas=(16,))
    read = [reading for reading in bench.run(5.0) if isinstance(reading, TagRead)]

    assert {tag.antenna for tag in read} == {16}
