"""Scores mean the share of findings that were true, and never fall where the score rises."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.reliability import confidence, expected_calibration_error, observed_shares


@dataclass(frozen=True)
class Seen:
    confidence: float
    right: bool


scored = st.lists(
    st.builds(Seen, st.floats(0, 1, allow_nan=False), st.booleans()), min_size=1, max_size=300
)


@given(scored)
def test_a_mapping_rises_and_stays_within_probabilities(findings: list[Seen]) -> None:
    points = observed_shares(findings)
    raws, shares = zip(*points, strict=True)

    assert all(a < b for a, b in pairwise(raws))
    assert all(a <= b for a, b in pairwise(shares))
    assert all(0 < share < 1 for share in shares)


def test_scores_of_an_overconfident_network_are_taken_down() -> None:
    rng = np.random.default_rng(4)
    raw = rng.uniform(0.3, 1.0, 4000)
    true = rng.random(4000) < 0.5 * raw
    half = [Seen(float(r), bool(t)) for r, t in zip(raw[:2000], true[:2000], strict=True)]
    points = observed_shares(half)
    mapped = np.array([confidence(points, float(r)) for r in raw[2000:]])

    assert expected_calibration_error(raw[2000:], true[2000:]) > 0.25
    assert expected_calibration_error(mapped, true[2000:]) < 0.05


def test_few_findings_claim_no_certainty() -> None:
    ((_, share),) = observed_shares([Seen(0.9, True)] * 3)

    assert share == pytest.approx(3.5 / 4)


def test_a_class_never_seen_keeps_its_raw_scores() -> None:
    assert observed_shares([]) == ()
    assert confidence((), 0.7) == 0.7
