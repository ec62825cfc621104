"""A correction says one thing of one finding, or of a fault that was not found."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.correction import Correction, CorrectionKind, in_force
from station.domain.defect import Defect

AT = datetime(2026, 3, 2, tzinfo=UTC)
CORNERS = ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0))
NOT_DAMAGE, WRONG, MISSED, AS_FOUND = CorrectionKind


def correction(
    kind: CorrectionKind, finding: int | None, second: int = 0, **more: Any
) -> Correction:
    return Correction(kind, "wang", "review", AT + timedelta(seconds=second), finding, **more)


@pytest.mark.parametrize(
    ("kind", "finding", "more"),
    [
        (MISSED, 0, {}),
        (NOT_DAMAGE, None, {}),
        (WRONG, -1, {}),
        (NOT_DAMAGE, 0, {"outline": CORNERS}),
        (AS_FOUND, 0, {"defect": Defect.TEAR}),
        (WRONG, 0, {"outline": CORNERS[:2]}),
        (WRONG, 0, {"outline": ((float("nan"), 0.0), *CORNERS)}),
        (MISSED, None, {"outline": CORNERS, "shot": "top"}),
        (MISSED, None, {"outline": CORNERS, "defect": Defect.TEAR}),
    ],
)
def test_a_correction_that_means_nothing_cannot_be_made(
    kind: CorrectionKind, finding: int | None, more: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"a correction|findings are|takes no|an outline|the outl"):
        correction(kind, finding, **more)


@given(
    st.lists(
        st.tuples(st.sampled_from([NOT_DAMAGE, WRONG, AS_FOUND]), st.integers(0, 3)), max_size=12
    ),
    st.integers(0, 2),
)
def test_the_last_word_on_a_finding_counts_and_every_missed_fault(
    said: list[tuple[CorrectionKind, int]], missed: int
) -> None:
    given_ = [correction(kind, finding, n) for n, (kind, finding) in enumerate(said)]
    given_ += [correction(MISSED, None, 50 + n) for n in range(missed)]

    standing = in_force(tuple(given_))

    last = {finding: kind for kind, finding in said}
    expected = {finding: kind for finding, kind in last.items() if kind is not AS_FOUND}
    assert {c.finding: c.kind for c in standing if c.finding is not None} == expected
    assert sum(c.finding is None for c in standing) == missed
