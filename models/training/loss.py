"""What the network is scored by while it learns: focal cross-entropy and soft Dice."""

from typing import Any

import torch

_FOCUS = 1.5
_POSITIVE_WEIGHT = 2.0
_FOCAL_WEIGHT = 10.0
_SMOOTH = 20.0


def segmentation_loss(logits: Any, target: Any) -> Any:
    """Focal cross-entropy (Lin et al. 2017) plus soft Dice per class (Milletari et al. 2016).

    Both [N, K, h, w], ``target`` in 0..1. Dice is taken over the whole batch, so that crops
    without a fault count against false alarms.
    """
    probability = torch.sigmoid(logits)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    weight = (target - probability).abs() ** _FOCUS * (1 + (_POSITIVE_WEIGHT - 1) * target)
    focal = (weight * entropy).mean()
    overlap = (probability * target).sum((0, 2, 3))
    total = (probability.square() + target.square()).sum((0, 2, 3))
    dice = 1 - (2 * overlap + _SMOOTH) / (total + _SMOOTH)
    return _FOCAL_WEIGHT * focal + dice.mean()


def hard_dice(probability: Any, target: Any, threshold: float = 0.5) -> Any:
    """Dice of thresholded maps per class over all pictures, [K]; 1 where both are empty."""
    found = (probability >= threshold).float()
    true = (target >= 0.5).float()
    overlap = (found * true).sum((0, 2, 3))
    return (2 * overlap + 1) / ((found + true).sum((0, 2, 3)) + 1)
