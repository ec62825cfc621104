"""Progress is told often enough to wait by, and seldom enough to keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.commands import console


@given(st.integers(1, 3000))
def test_every_fiftieth_is_told_and_the_last_one(total: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        told: list[str] = []
        patch.setattr(console, "note", told.append)
        said = console.progress("returns")
        for done in range(1, total + 1):
            said(done, total)

    assert told[-1] == f"{total} of {total} returns"
    assert min(total, 50) <= len(told) <= 51
