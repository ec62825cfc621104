"""Frames between zeros: stuffing, cutting, damage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codecs.cobs import LONGEST, CobsDecoder, Unfit, stuff, unstuff
from firmware_bridge.codecs.damage import SHOWN_BYTES, Damage, DamageReason

contents = st.binary(max_size=LONGEST)


def even(content: bytes) -> bytes | Unfit:
    """Frames of this protocol have an even number of bytes."""
    return Unfit("length") if len(content) % 2 else content


def decoder(limit: int = 20) -> CobsDecoder[bytes]:
    return CobsDecoder(even, limit=limit)


@pytest.mark.parametrize(
    ("content", "stuffed"),
    [
        ("", "01"),
        ("00", "01 01"),
        ("00 00", "01 01 01"),
        ("00 11 00", "01 02 11 01"),
        ("11 22 00 33", "03 11 22 02 33"),
        ("11 22 33 44", "05 11 22 33 44"),
        ("11 00 00 00", "02 11 01 01 01"),
    ],
)
def test_the_examples_of_the_method_are_stuffed_and_unstuffed(content: str, stuffed: str) -> None:
    assert stuff(bytes.fromhex(content)) == bytes.fromhex(stuffed)
    assert unstuff(bytes.fromhex(stuffed)) == bytes.fromhex(content)


@given(contents)
def test_stuffing_removes_zeros_costs_one_byte_and_is_undone(content: bytes) -> None:
    stuffed = stuff(content)

    assert b"\0" not in stuffed
    assert len(stuffed) == len(content) + 1
    assert unstuff(stuffed) == content


def test_more_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 253 bytes"):
        stuff(b"x" * (LONGEST + 1))


@given(st.lists(st.integers(1, 255), max_size=40).map(bytes))
def test_what_unstuffs_was_stuffed_so(chunk: bytes) -> None:
    content = unstuff(chunk)

    assert content is None or not chunk or stuff(content) == chunk


@given(st.lists(st.binary(max_size=9).map(lambda half: half * 2), max_size=6), st.data())
def test_any_cutting_gives_the_same_frames(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(b"\0" + stuff(frame) + b"\0" for frame in frames)
    cutter = decoder()
    found: list[bytes | Damage] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += cutter.feed(stream[:size], 0.0)
        stream = stream[size:]

    assert found == frames
    assert not cutter.pending


def test_one_zero_between_frames_is_enough() -> None:
    assert decoder().feed(b"\0" + stuff(b"AB") + b"\0" + stuff(b"CD") + b"\0", 0.0) == (
        b"AB",
        b"CD",
    )


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [(b"plain text", "noise"), (stuff(b"odd"), "length"), (b"\x05" * 21, "overlong")],
)
def test_damage_is_named_and_the_next_frame_is_found(chunk: bytes, reason: DamageReason) -> None:
    found = decoder().feed(b"\0" + chunk + b"\0\0" + stuff(b"AB") + b"\0", 0.0)

    assert found == (Damage(reason, chunk), b"AB")


def test_damage_between_two_frames_is_one_damage() -> None:
    stream = b"\0".join((stuff(b"AB"), b"noise", stuff(b"odd"), stuff(b"CD"), b""))

    assert decoder().feed(stream, 0.0) == (b"AB", Damage("noise", b"noise"), b"CD")


def test_a_flood_without_a_zero_keeps_no_more_than_the_limit() -> None:
    cutter = decoder(limit=100)
    for _ in range(100):
        assert cutter.feed(b"8" * 8192, 0.0) == ()
        assert len(cutter._buffer) <= 101

    assert cutter.feed(b"\0", 0.0) == (Damage("overlong", b"8" * SHOWN_BYTES),)
    assert not cutter.pending


def test_the_longest_frame_is_taken_and_one_byte_more_is_overlong() -> None:
    assert decoder(limit=5).feed(stuff(b"ABCD") + b"\0", 0.0) == (b"ABCD",)
    assert decoder(limit=4).feed(stuff(b"ABCD") + b"\0", 0.0) == (Damage("overlong", b"\x05ABCD"),)


def test_a_frame_may_pause_for_as_long_as_it_likes() -> None:
    cutter = decoder()
    cutter.feed(b"\x03A", 0.0)

    assert cutter.flush(1e9) == ()
    assert cutter.pending
    assert cutter.feed(b"B\0", 1e9) == (b"AB",)


def test_with_an_idle_gap_a_frame_that_pauses_is_given_up() -> None:
    cutter = CobsDecoder(even, limit=20, idle_gap_s=1.0)
    cutter.feed(b"\x03A", 5.0)

    assert cutter.flush(5.9) == ()
    assert cutter.feed(b"B\0", 6.0) == (Damage("unfinished", b"\x03A"),)


def test_a_reset_forgets_the_partial_frame() -> None:
    cutter = decoder()
    cutter.feed(b"\x03A", 0.0)
    cutter.reset(0.0)

    assert not cutter.pending
    assert cutter.feed(stuff(b"CD") + b"\0", 0.0) == (b"CD",)
