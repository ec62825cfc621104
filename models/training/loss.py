"""What the network is scored by while it learns: focal cross-entropy and soft Dice."""

from typing import Any

import torch

_FOCUS = 1.5
_DICE_WEIGHT = 0.5
_FEW_CELLS = 40.0
_LEAST_SHARE = 2e-4
_USUAL_SHARE = 0.01
_PLAIN_SHARE = 0.1
"""A class of this share would need no weight."""


def shares_of(target: Any) -> Any:
    """The share of each class's cells among all of ``target`` [N, K, h, w].

    Taken over many crops, it is what `segmentation_loss` weighs the classes by. A class that is
    seldom seen counts as hardly there, one that is never seen as usual.
    """
    share = target.mean((0, 2, 3))
    return torch.where(share > 0, share.clamp(min=_LEAST_SHARE), _USUAL_SHARE)


def segmentation_loss(logits: Any, target: Any, share: Any, known: Any) -> Any:
    """Focal cross-entropy (Lin et al. 2017) plus soft Dice per class (Milletari et al. 2016).

    Both [N, K, h, w], ``target`` in 0..1. Faulty cells weigh more the rarer their class usually
    is, by its ``share`` [K]; a weight by the batch at hand would make batches without a fault
    drown the others. Dice is taken over the batch for the classes that are in it. Where ``known``
    is 0 nothing is asked.
    """
    rarity = torch.sqrt(_PLAIN_SHARE / share).view(1, -1, 1, 1)
    probability = torch.sigmoid(logits)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    weight = (target - probability).abs() ** _FOCUS * (1 + (rarity - 1) * target) * known
    focal = (weight * entropy).mean((0, 2, 3)) / (rarity.view(-1) * share)
    probability, target = probability * known, target * known
    cells = target.sum((0, 2, 3))
    overlap = (probability * target).sum((0, 2, 3))
    total = (probability + target).sum((0, 2, 3))
    dice = (1 - 2 * overlap / (total + 1)) * (cells >= _FEW_CELLS)
    return (focal + _DICE_WEIGHT * dice).mean()


def hard_dice(probability: Any, target: Any, threshold: float = 0.5) -> Any:
    """Dice of thresholded maps per class over all pictures, [K]; 1 where both are empty."""
    found = (probability >= threshold).float()
    true = (target >= 0.5).float()
    overlap = (found * true).sum((0, 2, 3))
    return (2 * overlap + 1) / ((found + true).sum((0, 2, 3)) + 1)
