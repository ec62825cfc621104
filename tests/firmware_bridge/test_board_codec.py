"""The bench board's messages as bytes, and what damage does to them."""

from itertools import combinations

import pytest
from board_talk import CONVERSATION, WELCOME
from fuzzing import fuzz
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codecs.board import (
    MOST_CHUNK,
    MOST_CONTENT,
    board_decoder,
    encode,
    envelope_decoder,
    traffic_decoder,
    wrap,
)
from firmware_bridge.codecs.board_messages import (
    CONDITIONS,
    LAMP_MODES,
    LAMPS,
    PATTERNS,
    STATUSES,
    WHATS,
    Ack,
    Event,
    FromBoard,
    Heard,
    Hello,
    Message,
    Ping,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Welcome,
)
from firmware_bridge.codecs.cobs import stuff, unstuff
from firmware_bridge.codecs.damage import Damage

octets = st.integers(0, 0xFF)
words = st.integers(0, 0xFFFF)
permille = st.integers(0, 1000)
messages = st.one_of(
    st.builds(Hello, octets, words, octets, octets),
    st.builds(Ping, octets),
    st.builds(SetLights, octets, st.lists(permille, min_size=1, max_size=8).map(tuple)),
    st.builds(SetLamps, octets, st.tuples(*[st.sampled_from(LAMP_MODES) for _ in LAMPS])),
    st.builds(Sound, octets, st.sampled_from(PATTERNS)),
    st.builds(Heard, octets, words),
    st.builds(Ack, octets, st.sampled_from(STATUSES), words),
    st.builds(
        Welcome,
        octets,
        words,
        octets,
        octets,
        st.tuples(octets, octets, octets),
        st.sets(st.sampled_from(CONDITIONS)).map(
            lambda some: tuple(condition for condition in CONDITIONS if condition in some)
        ),
        permille,
        st.lists(words, min_size=1, max_size=8).map(tuple),
        st.text([chr(sign) for sign in range(0x21, 0x7F)], min_size=1, max_size=16),
    ),
    st.builds(Refusal, octets, words, octets, octets),
    st.builds(Event, octets, words, st.sampled_from(WHATS)),
)
FRAMES = tuple(map(encode, CONVERSATION))


@given(st.lists(messages, max_size=8), st.data())
def test_what_is_encoded_is_decoded_however_the_bytes_arrive(
    sent: list[Message], data: st.DataObject
) -> None:
    stream = b"".join(map(encode, sent))
    decoder = traffic_decoder()
    found: list[Message | Damage] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += decoder.feed(stream[:size], 0.0)
        stream = stream[size:]

    assert found == sent


@given(messages)
def test_no_message_is_longer_than_a_frame_may_be(message: Message) -> None:
    assert len(encode(message)) <= MOST_CHUNK + 2


@given(messages, st.binary(max_size=200))
def test_text_and_noise_before_a_frame_cost_nothing_but_themselves(
    message: Message, noise: bytes
) -> None:
    assert traffic_decoder().feed(noise + encode(message), 0.0)[-1] == message


@pytest.mark.parametrize("message", CONVERSATION, ids=lambda message: type(message).__name__)
def test_up_to_two_flipped_bits_never_make_another_message(message: Message) -> None:
    frame = encode(message)
    bits = range(8, 8 * (len(frame) - 1))
    flips = [(bit,) for bit in bits]
    flips += combinations(bits, 2) if len(frame) < 24 else combinations(bits[::7], 2)
    for flip in flips:
        spoiled = bytearray(frame)
        for bit in flip:
            spoiled[bit // 8] ^= 1 << bit % 8
        found = traffic_decoder().feed(bytes(spoiled), 0.0)

        assert all(isinstance(event, Damage) for event in found), flip


@given(messages)
def test_a_frame_with_one_zero_more_is_no_frame(message: Message) -> None:
    """Without its inversion the checksum would let a zero pass at the end."""
    content = unstuff(encode(message)[1:-1])
    assert content is not None
    (event,) = envelope_decoder().feed(b"\0" + stuff(content + b"\0") + b"\0", 0.0)

    assert isinstance(event, Damage)


def test_a_wrong_checksum_is_damage() -> None:
    (damage,) = traffic_decoder().feed(bytes.fromhex("00 05 02 05 11 22 00"), 0.0)

    assert damage == Damage("checksum", bytes.fromhex("05 02 05 11 22"))


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (0x00, b"", "content"),
        (0x07, b"", "content"),
        (0x85, b"", "content"),
        (Hello.kind, b"\x12\x34\x01", "length"),
        (Ping.kind, b"\x00", "length"),
        (SetLights.kind, b"\x00", "length"),
        (SetLights.kind, b"", "content"),
        (SetLights.kind, bytes(18), "content"),
        (SetLights.kind, b"\x03\xe9", "content"),
        (SetLamps.kind, bytes(7), "length"),
        (SetLamps.kind, bytes(7) + b"\x03", "content"),
        (Sound.kind, b"\x04", "content"),
        (Heard.kind, b"\x00", "length"),
        (Ack.kind, b"\x00\x00", "length"),
        (Ack.kind, b"\x07\x00\x00", "content"),
        (Refusal.kind, b"\x12\x34\x01\x00\x00", "length"),
        (Event.kind, b"\x12\x34", "length"),
        (Event.kind, b"\x12\x34\x00", "content"),
        (Event.kind, b"\x12\x34\x07", "content"),
        (Welcome.kind, b"", "length"),
        (Welcome.kind, WELCOME.body()[:10], "length"),
        (Welcome.kind, WELCOME.body()[:-9], "length"),
        (Welcome.kind, WELCOME.body() + b"-LONGER8", "length"),
        (Welcome.kind, WELCOME.body()[:-1] + b" ", "content"),
        (Welcome.kind, WELCOME.body()[:-1] + b"\xe9", "content"),
        (Welcome.kind, WELCOME.body()[:7] + b"\x20" + WELCOME.body()[8:], "content"),
        (Welcome.kind, WELCOME.body()[:8] + b"\x03\xe9" + WELCOME.body()[10:], "content"),
        (Welcome.kind, WELCOME.body()[:10] + b"\x00" + b"RB", "content"),
        (Welcome.kind, WELCOME.body()[:10] + b"\x09" + bytes(18) + b"RB", "content"),
    ],
)
def test_a_body_that_contradicts_itself_is_damage(kind: int, body: bytes, reason: str) -> None:
    frame = wrap(kind, 1, body)
    (damage,) = traffic_decoder().feed(frame, 0.0)

    assert isinstance(damage, Damage)
    assert damage.reason == reason
    assert len(envelope_decoder().feed(frame, 0.0)) == 1


def test_an_overlong_frame_is_damage_and_cannot_be_made() -> None:
    (damage,) = traffic_decoder().feed(b"\0" + b"\x42" * (MOST_CHUNK + 1) + b"\0", 0.0)

    assert isinstance(damage, Damage)
    assert damage.reason == "overlong"
    with pytest.raises(ValueError, match="at most 64 bytes"):
        wrap(1, 1, bytes(MOST_CONTENT - 3))


def test_the_computers_own_words_are_no_words_of_the_board() -> None:
    assert board_decoder().feed(encode(Ping(1)), 0.0) == (Damage("content", encode(Ping(1))[1:-1]),)
    assert board_decoder().feed(encode(WELCOME), 0.0) == (WELCOME,)


def fuzzed(count: int) -> None:
    """Of chunks with a wrong checksum at most one in 65 536 passes; half again for chance."""
    for make, corpus in (
        (traffic_decoder, FRAMES),
        (board_decoder, [encode(m) for m in CONVERSATION if isinstance(m, FromBoard)]),
    ):
        result = fuzz(make, corpus, count=count // 2, seed=20, limit=MOST_CHUNK + 1)

        assert result.inputs == count // 2
        assert result.accepted > count // 4
        assert result.damages > count // 10
        assert len(result.invented) <= 1 + 1.5 * result.damages / 65_536, result.invented


def test_damaged_traffic_is_never_a_message_beyond_what_the_checksum_lets_through() -> None:
    fuzzed(10_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_million_damaged_pieces_stay_within_the_bound_of_the_checksum() -> None:
    fuzzed(1_000_000)
