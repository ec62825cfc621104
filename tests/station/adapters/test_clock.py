import time
import uuid

import pytest

from station.adapters import clock
from station.adapters.clock import SystemClock, SystemIdentifiers


def test_an_identifier_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000

    made = uuid.UUID(SystemIdentifiers().fresh())

    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


def test_identifiers_grow_even_within_a_millisecond_and_when_the_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    identifiers = SystemIdentifiers()
    stamps = iter([5_000_000_000_000] * 500 + [4_000_000_000_000] * 500)
    monkeypatch.setattr(clock.time, "time_ns", lambda: next(stamps))

    made = [identifiers.fresh() for _ in range(1000)]

    assert made == sorted(set(made))
    assert all(uuid.UUID(text).version == 7 for text in made)


def test_jitter_lies_in_its_range_and_the_clock_is_utc() -> None:
    assert all(0 <= SystemIdentifiers().jitter() < 1 for _ in range(100))
    offset = SystemClock().now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
