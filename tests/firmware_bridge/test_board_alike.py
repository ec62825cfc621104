"""Whatever happens to both, emulator and firmware say the same bytes and drive the same outputs."""

from collections.abc import Iterator

import pytest
from board_talk import CONVERSATION
from boards import Board, EmulatedBoard, FirmwareBoard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_bridge.codecs.board import encode, wrap
from firmware_bridge.codecs.board_messages import (
    LAMP_MODES,
    LAMPS,
    PATTERNS,
    Heard,
    Hello,
    Ping,
    SetLamps,
    SetLights,
    Sound,
)

SESSION = 0x1234
sequences = st.integers(0, 255)
messages = st.one_of(
    st.builds(Hello, sequences, st.sampled_from([SESSION, 7]), st.just(1), st.integers(0, 2)),
    st.builds(Hello, sequences, st.just(SESSION), st.just(2)),
    st.builds(Ping, sequences),
    st.builds(
        SetLights, sequences, st.lists(st.integers(0, 1002), min_size=3, max_size=5).map(tuple)
    ),
    st.builds(SetLamps, sequences, st.tuples(*[st.sampled_from(LAMP_MODES) for _ in LAMPS])),
    st.builds(Sound, sequences, st.sampled_from(PATTERNS)),
    st.builds(Heard, st.integers(0, 12), st.sampled_from([SESSION, 7])),
    st.sampled_from(CONVERSATION),
)
heard = st.one_of(
    messages.map(encode),
    st.builds(wrap, st.integers(0, 255), sequences, st.binary(max_size=20)),
    st.binary(min_size=1, max_size=80),
    st.lists(messages.map(encode), min_size=2, max_size=4).map(b"".join),
)
in_order = (
    st.integers(1, 3)
    .flatmap(
        lambda step: st.sampled_from([Ping(step), Heard(step, SESSION), Sound(step, "accept")])
    )
    .map(encode)
)
steps = st.one_of(
    st.tuples(st.just("hear"), heard | in_order),
    st.tuples(st.just("advance"), st.sampled_from([1, 19, 20, 35, 100, 199, 200, 500, 1500])),
    st.tuples(st.just("jump"), st.sampled_from([1, 100, 1499, 1500, 3000])),
    st.tuples(
        st.just("act"),
        st.sampled_from(["press", "release", "brown-out", "hot", "cool", "restart"]),
    ),
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, Board]]:
    firmware = FirmwareBoard(2**32 - 20_000)
    emulator = EmulatedBoard(tmp_path_factory.mktemp("alike") / "board", 2**32 - 20_000)
    yield emulator, firmware
    emulator.close()
    firmware.close()


def done(board: Board, deed: str, what: bytes | str | int) -> bytes:
    match deed, what:
        case "hear", bytes(content):
            return board.hear(content)
        case "advance", int(ms):
            return board.advance(ms)
        case "jump", int(ms):
            board.jump(ms)
            return board.advance(1)
        case _:
            return board.act(str(what))


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(steps, min_size=3, max_size=25), st.booleans())
def test_emulator_and_firmware_cannot_be_told_apart(
    both: tuple[Board, Board], todo: list[tuple[str, bytes | str | int]], greeted: bool
) -> None:
    """The first steps bring both to the state after power."""
    start = [("act", "release"), ("act", "cool"), ("act", "restart"), ("advance", 40)]
    greeting = [("hear", encode(Hello(0, SESSION)))] if greeted else []
    for step in [*start, *greeting, *todo]:
        emulator, firmware = (done(board, *step) for board in both)
        assert emulator == firmware, step
        assert both[0].outputs == both[1].outputs, step
