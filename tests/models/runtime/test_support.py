"""Pictures unlike anything learnt are told from others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.errors import PackError
from models.runtime.support import (
    Support,
    learn_support,
    read_support,
    summary_of,
    support_bytes,
)


@pytest.fixture
def support() -> Support:
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 3, (5, 12))
    draw = centres[rng.integers(5, size=700)] + rng.normal(0, 0.4, (700, 12))
    return learn_support(draw[:600].astype(np.float32), draw[600:].astype(np.float32))


def test_kept_back_pictures_are_supported_and_others_are_not(support: Support) -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 3, (5, 12))
    alike = [support.strangeness(np.float32(c + rng.normal(0, 0.4, 12))) for c in centres]
    strange = [support.strangeness(np.float32(rng.normal(0, 3, 12))) for _ in range(50)]

    assert max(alike) < 1.2
    assert np.mean(np.array(strange) > 1) > 0.95


def test_support_survives_being_written(support: Support) -> None:
    again = read_support(support_bytes(support))
    place = np.float32(np.random.default_rng(2).normal(0, 1, 12))

    assert again.strangeness(place) == pytest.approx(support.strangeness(place), rel=0.01)
    assert support_bytes(support) == support_bytes(support)


def test_a_summary_is_of_the_item_alone() -> None:
    features = np.zeros((2, 4, 4), np.float32)
    features[0, :2] = 5
    within = np.zeros((4, 4), np.uint8)
    within[:2] = 1

    summary = summary_of(features, within)

    assert summary is not None
    assert summary.tolist() == [5, 0, 0, 0]
    assert summary_of(features, np.zeros((4, 4), np.uint8)) is None


def test_features_of_another_net_are_refused(support: Support) -> None:
    with pytest.raises(ValueError, match="other features"):
        support.strangeness(np.zeros(5, np.float32))


def test_support_needs_something_learnt_and_something_kept() -> None:
    with pytest.raises(ValueError, match="needs pictures"):
        learn_support(np.zeros((0, 4), np.float32), np.zeros((2, 4), np.float32))


@given(st.binary(max_size=300))
def test_noise_is_no_support(content: bytes) -> None:
    with pytest.raises(PackError, match=r"^support\.npz .*\.$"):
        read_support(content)


def test_arrays_that_do_not_fit_are_refused(support: Support) -> None:
    broken = Support(support.known, support.middle[:3], support.scale, support.limit)

    with pytest.raises(PackError, match="that fit"):
        read_support(support_bytes(broken))
