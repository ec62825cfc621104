"""The janitor takes its time, and leaves when it is told to."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.adapters.janitor import Janitor


def test_it_sweeps_to_the_end_and_says_how_much_it_removed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    swept = threading.Event()

    def sweeping() -> Iterator[Path | None]:
        yield from (Path("a"), None, Path("b"))
        swept.set()

    janitor = Janitor(sweeping())
    janitor.start()
    assert swept.wait(10)
    janitor.stop()

    assert "Removed 2 files" in caplog.text


def test_it_leaves_in_the_middle_of_millions() -> None:
    def sweeping() -> Iterator[Path | None]:
        while True:
            yield None

    janitor = Janitor(sweeping())
    janitor.start()
    janitor.stop()

    assert "janitor" not in {thread.name for thread in threading.enumerate()}


def test_a_disk_that_fails_stops_the_sweep_and_nothing_else(expected_warnings: list[str]) -> None:
    expected_warnings.append("could not be removed")
    failing = threading.Event()

    def sweeping() -> Iterator[Path | None]:
        yield None
        failing.set()
        raise PermissionError

    janitor = Janitor(sweeping())
    janitor.start()
    assert failing.wait(10)
    janitor.stop()


def test_one_that_never_started_can_be_stopped() -> None:
    Janitor(iter(())).stop()
