"""Children that talk, die, break and may not be started too often."""

import os
import queue
import signal

import pytest

from station.adapters.processes import Children
from tests.support.children import break_down, echo
from tests.support.events import TurnedClock

Said = queue.SimpleQueue[object]


def test_what_is_sent_is_answered_and_a_killed_child_ends_with_none() -> None:
    said: Said = queue.SimpleQueue()
    child = Children(echo, ("prefix",), name="echo", monotonic=TurnedClock().monotonic).start(
        said.put
    )

    child.send("hello")

    assert said.get(timeout=30) == "prefix hello"
    assert child.kill()
    assert said.get(timeout=30) is None
    with pytest.raises(OSError):
        child.send("anyone?")
    assert said.empty()


def test_a_child_killed_by_somebody_else_ends_with_none_too() -> None:
    said: Said = queue.SimpleQueue()
    child = Children(echo, ("",), name="echo", monotonic=TurnedClock().monotonic).start(said.put)
    assert child.pid is not None

    os.kill(child.pid, signal.SIGKILL)

    assert said.get(timeout=30) is None
    assert child.kill()


def test_a_bug_in_a_child_is_logged_with_its_traceback(expected_warnings: list[str]) -> None:
    expected_warnings.append("ZeroDivisionError")
    said: Said = queue.SimpleQueue()

    child = Children(break_down, (), name="broken", monotonic=TurnedClock().monotonic).start(
        said.put
    )

    assert said.get(timeout=30) is None
    assert child.kill()


def test_a_child_is_started_again_only_so_often_in_a_minute() -> None:
    clock = TurnedClock()
    children = Children(echo, ("",), name="echo", monotonic=clock.monotonic, limit=2, window_s=60)
    started = []
    for _ in range(3):
        assert children.wait_s() == 0
        started.append(children.start(lambda _: None))
        clock.seconds += 10

    assert children.wait_s() == pytest.approx(40)
    clock.seconds += 40
    assert children.wait_s() == 0
    assert all(child.kill() for child in started)
