"""Live pictures: the newest one is shown, the others are dropped and counted."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from station.adapters.cameras.preview import SHAPE, LivePicture, PreviewRing, preview_writer


@pytest.fixture
def ring() -> Iterator[PreviewRing]:
    made = PreviewRing()
    yield made
    made.close()


def plain(level: int) -> np.ndarray:
    return np.full(SHAPE, level, np.uint8)


def test_the_newest_is_given_once_and_the_rest_are_counted(ring: PreviewRing) -> None:
    assert ring.latest() is None
    with preview_writer(ring.name) as writer:
        for level in (1, 2, 3):
            writer.publish(plain(level), float(level))
        first = ring.latest()
        assert ring.latest() is None
        writer.publish(plain(4), 4.0)
        writer.pass_over(2)

    assert first == LivePicture(3, 3.0, bytes([3]) * (180 * 320 * 3))
    second = ring.latest()
    assert second is not None
    assert second.number == 4
    counts = ring.counts()
    assert (counts.taken, counts.shown, counts.dropped, counts.passed) == (4, 2, 2, 2)


def test_a_new_writer_goes_on_counting_where_a_killed_one_ended(ring: PreviewRing) -> None:
    for level in (1, 2):
        with preview_writer(ring.name) as writer:
            writer.publish(plain(level), 0.0)

    latest = ring.latest()
    assert latest is not None
    assert (latest.number, latest.rgb[0]) == (2, 2)


def test_no_picture_is_ever_half_of_two(ring: PreviewRing) -> None:
    stop = threading.Event()

    def write() -> None:
        with preview_writer(ring.name) as writer:
            level = 0
            while not stop.is_set():
                level = (level + 1) % 251
                writer.publish(plain(level), 0.0)

    thread = threading.Thread(target=write)
    thread.start()
    seen: list[LivePicture] = []
    until_s = time.monotonic() + 30
    while len(seen) < 400 and time.monotonic() < until_s:
        if (picture := ring.latest()) is not None:
            seen.append(picture)
    stop.set()
    thread.join()

    assert seen
    for picture in seen:
        assert len(set(picture.rgb)) == 1
