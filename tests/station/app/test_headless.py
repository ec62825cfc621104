"""A headless shift that gets nowhere is broken off, and says so."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from drive import SETUP

from station.app import headless
from station.app.headless import _Progress
from station.workflow.step import idle

DEMO = SimpleNamespace(comings=(1, 2), ended_before=frozenset(), options=SimpleNamespace())


@contextmanager
def moving(progress: _Progress) -> Iterator[None]:
    """The bench shows something new all the time, of the same item."""
    still = threading.Event()

    def move() -> None:
        while not still.wait(0.1):
            progress.see(idle(SETUP))

    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield
    finally:
        still.set()
        thread.join()


def test_an_item_that_comes_to_no_end_breaks_the_shift_off_though_the_bench_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(headless, "_LONGEST_ITEM_S", 1.5)
    said: list[str] = []
    progress = _Progress(DEMO, said.append)

    with moving(progress):
        finished = progress.wait(threading.Event())

    assert not finished
    assert said == ["The item on the bench comes to no end: the shift is broken off."]


def test_a_bench_that_stands_still_breaks_the_shift_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "_LONGEST_SILENCE_S", 1.5)
    said: list[str] = []

    finished = _Progress(DEMO, said.append).wait(threading.Event())

    assert not finished
    assert said == ["The bench stands still: the shift is broken off."]
