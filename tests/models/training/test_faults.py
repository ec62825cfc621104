import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.faults import FAULTS, blend_fault

SIZE = 96


def plain() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.clip(rng.normal(0.55, 0.02, (SIZE, SIZE, 3)), 0, 1).astype(np.float32)


@pytest.mark.parametrize("defect", FAULTS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_fault_stays_a_picture_and_is_repeated_by_its_seed(defect: str, seed: int) -> None:
    changed, mask = FAULTS[defect](plain(), np.random.default_rng(seed))
    again, again_mask = FAULTS[defect](plain(), np.random.default_rng(seed))

    assert changed.shape == (SIZE, SIZE, 3)
    assert changed.dtype == np.float32
    assert mask.shape == (SIZE, SIZE)
    assert float(changed.min()) >= 0
    assert float(changed.max()) <= 1
    assert np.array_equal(changed, again)
    assert np.array_equal(mask, again_mask)


@pytest.mark.parametrize("defect", FAULTS)
def test_a_blended_fault_shows_more_inside_its_mask_than_outside(defect: str) -> None:
    blends = [blend_fault(plain(), np.random.default_rng(seed), defect) for seed in range(20)]
    shown = [blend for blend in blends if blend is not None]
    clearer = 0
    for changed, mask in shown:
        difference = np.abs(changed - plain()).mean(axis=2)
        clearer += difference[mask].mean() > 2 * difference[~mask].mean()

    assert len(shown) >= 10
    assert clearer >= 0.9 * len(shown)


def test_a_fault_that_would_hardly_show_is_not_blended() -> None:
    assert blend_fault(plain(), np.random.default_rng(2), "stain", visible=0.99) is None
