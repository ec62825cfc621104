"""Rules for every test: a log at WARNING or above that nobody expected fails it."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A loaded machine is slow, not wrong: time limits of single examples would fail tests by chance.
settings.register_profile("regrade", deadline=None)
settings.load_profile("regrade")


class _Alarm(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_warnings() -> list[str]:
    """Texts a test expects in warnings; append to it."""
    return []


@pytest.fixture(autouse=True)
def _no_unexpected_warning(expected_warnings: list[str]) -> Iterator[None]:
    alarm = _Alarm()
    root = logging.getLogger()
    root.addHandler(alarm)
    yield
    root.removeHandler(alarm)
    messages = [record.getMessage() for record in alarm.records]
    unexpected = [m for m in messages if not any(text in m for text in expected_warnings)]
    assert not unexpected, f"unexpected warnings: {unexpected}"
