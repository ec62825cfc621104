"""Bench boards for the tests that ask the same of the emulator and of the firmware."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from board_demands import SESSION, Make
from board_site import Site
from boards import Board, EmulatedBoard, FirmwareBoard

from firmware_bridge.codecs.board import encode
from firmware_bridge.codecs.board_messages import Hello


@pytest.fixture(params=["emulator", "firmware"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes boards, each of which has just got power."""
    made: list[Board] = []

    def board(start_ms: int = 0) -> Board:
        made.append(
            EmulatedBoard(tmp_path / "board", start_ms)
            if request.param == "emulator"
            else FirmwareBoard(start_ms)
        )
        return made[-1]

    yield board
    for board_made in made:
        board_made.close()


@pytest.fixture
def board(make: Make) -> Board:
    """A board that has just got power."""
    return make()


@pytest.fixture
def greeted(board: Board) -> Board:
    """A board that was greeted with sequence 0."""
    board.hear(encode(Hello(0, SESSION)))
    return board


@pytest.fixture
def site(board: Board) -> Site:
    """A board with its client."""
    return Site(board)
