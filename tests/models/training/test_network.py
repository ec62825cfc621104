"""The network and its loss; skipped where the train extra is not installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")


def test_the_output_has_a_cell_for_every_two_by_two_pixels() -> None:
    from models.training.network import Segmenter
    from models.training.planes import PLANES

    assert Segmenter(3)(torch.zeros(2, PLANES, 64, 96)).shape == (2, 3, 32, 48)


def test_the_bench_gets_the_classes_and_features_of_every_eighth_place() -> None:
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    probability, features = Exported(Segmenter(4))(torch.zeros(1, PLANES, 64, 96))

    assert probability.shape == (1, 3, 32, 48)
    assert features.shape == (1, 96, 8, 12)


def test_a_right_answer_costs_less_than_none_and_none_less_than_a_wrong_one() -> None:
    from models.training.loss import segmentation_loss

    target = torch.zeros(2, 2, 32, 32)
    target[0, 0, 4:20, 4:20] = 1
    right = torch.where(target > 0, 6.0, -6.0)
    costs = [
        float(
            segmentation_loss(logits, target, torch.tensor([0.02, 0.01]), torch.ones(2, 2, 32, 32))
        )
        for logits in (right, torch.full_like(right, -6.0), -right)
    ]

    assert costs == sorted(costs)
    assert costs[0] < 0.1 < costs[1]


def test_nothing_is_asked_where_nothing_is_known() -> None:
    from models.training.loss import segmentation_loss

    target = torch.zeros(1, 2, 32, 32)
    known = torch.ones_like(target)
    known[:, 1] = 0
    share = torch.tensor([0.02, 0.01])
    right = torch.full_like(target, -9.0)
    wrong_unknown = right.clone()
    wrong_unknown[:, 1] = 9.0

    assert float(segmentation_loss(wrong_unknown, target, share, known)) == pytest.approx(
        float(segmentation_loss(right, target, share, known)), abs=1e-4
    )


def test_dice_counts_what_two_maps_share() -> None:
    from models.training.loss import hard_dice

    target = torch.zeros(1, 1, 10, 10)
    target[..., :5] = 1
    half = torch.zeros(1, 1, 10, 10)
    half[..., :5, :5] = 1

    assert float(hard_dice(target, target)[0]) == pytest.approx(1)
    assert float(hard_dice(half, target)[0]) == pytest.approx(2 * 25 / 75, abs=0.02)


def test_a_hair_line_keeps_its_full_weight_at_output_stride() -> None:
    from models.training.batches import coarse_target

    target = np.zeros((8, 8, 2), np.uint8)
    target[:, 3] = 255
    coarse = coarse_target(target, ("scratch", "stain"))

    assert coarse[:, 1, 0].tolist() == [1.0] * 4
    assert coarse[:, 1, 1].tolist() == [0.5] * 4
    assert coarse[:, [0, 2, 3]].sum() == 0
    assert np.array_equal(coarse[..., 2], coarse[..., :2].max(axis=2))
