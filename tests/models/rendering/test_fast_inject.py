from pathlib import Path

import cv2
import numpy as np
import pytest

from models.rendering.fast.inject import INJECTABLE, inject

PHOTOGRAPHS = Path(__file__).resolve().parents[4] / "shared" / "data" / "clean_packages"


def cloth() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rng = np.random.default_rng(1)
    return rng.normal((150, 120, 90), 6, (256, 256, 3)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("defect", INJECTABLE)
def test_a_fault_shows_in_its_mask_and_spares_the_rest(defect: str) -> None:
    made = 0
    for seed in range(4):
        answer = inject(cloth(), np.random.default_rng(seed), defect)
        if answer is None:
            continue
        made += 1
        picture, mask, truth = answer
        change = np.abs(picture.astype(int) - cloth()).max(axis=2)
        assert change[mask].mean() > 4
        near = cv2.dilate(mask.astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
        assert change[~near].mean() < 3
        sizes = {quantity.quantity: quantity.value for quantity in truth}
        assert sizes["area"] > 0
    assert made > 0


def test_the_item_bounds_where_faults_go() -> None:
    item = np.zeros((256, 256), np.bool_)
    item[40:200, 30:150] = True
    for seed in range(5):
        answer = inject(cloth(), np.random.default_rng(seed), "stain", item=item)
        if answer is not None:
            assert not answer[1][~item].any()


def test_equal_seeds_give_equal_bytes() -> None:
    first = inject(cloth(), np.random.default_rng(5), "tear")
    second = inject(cloth(), np.random.default_rng(5), "tear")
    assert first is not None
    assert second is not None
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_what_cannot_be_injected_is_refused() -> None:
    with pytest.raises(KeyError):
        inject(cloth(), np.random.default_rng(1), "missing_part")


def test_a_real_photograph_keeps_its_light() -> None:
    if not PHOTOGRAPHS.is_dir():
        pytest.skip(f"{PHOTOGRAPHS} is absent: real photographs are no part of the product")
    file = sorted(PHOTOGRAPHS.rglob("*.jpg"))[0]
    read = cv2.imread(str(file))
    assert read is not None
    picture = np.ascontiguousarray(cv2.resize(read, (320, 320))[:, :, ::-1]).astype(np.uint8)
    answer = inject(picture, np.random.default_rng(2), "stain")
    assert answer is not None
    stained, mask, _ = answer
    near = cv2.dilate(mask.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    assert np.abs(stained.astype(int) - picture)[~near].mean() < 3
