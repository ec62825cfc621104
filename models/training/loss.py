"""What the network is scored by while it learns, and what its logits mean."""

from typing import Any

import torch

_FOCUS = 1.0
_KIND_WEIGHT = 0.5
_DICE_WEIGHT = 0.5
_FEW_CELLS = 40.0
_LEAST_SHARE = 2e-4
_USUAL_SHARE = 0.01
_PLAIN_SHARE = 0.03
"""A class of this share would need no weight."""

_RARITY_OF_ANY = 1 / 3
_RARITY_OF_KIND = 1 / 2
"""How the weight of faulty cells grows as their class gets rarer, for finding and for telling."""


def probabilities(logits: Any) -> Any:
    """Of logits [N, K + 1, h, w] the probability of each of K classes and, last, of any fault.

    The last logit says whether there is a fault, the others which one: what tells a fault from
    the goods is learnt from all classes together.
    """
    there = torch.sigmoid(logits[:, -1:])
    return torch.cat([there * torch.softmax(logits[:, :-1], 1), there], 1)


def shares_of(target: Any) -> Any:
    """The share of each class's cells among all of ``target`` [N, K + 1, h, w].

    Taken over many crops, it is what `segmentation_loss` weighs the classes by. A class that is
    seldom seen counts as hardly there, one that is never seen as usual.
    """
    share = target.mean((0, 2, 3))
    return torch.where(share > 0, share.clamp(min=_LEAST_SHARE), _USUAL_SHARE)


def segmentation_loss(logits: Any, target: Any, share: Any, known: Any) -> Any:
    """Focal cross-entropy of any fault (Lin et al. 2017), cross-entropy of its kind where there
    is one, and soft Dice per class (Milletari et al. 2016).

    ``logits``, ``target`` in 0..1 and ``known`` are [N, K + 1, h, w]; the last layer is that of
    any fault. Faulty cells weigh more the rarer their class usually is, by its ``share`` [K + 1]:
    a weight by the batch at hand would make batches without a fault drown the others. Where it is
    not known whether there is any fault, only the classes that are known to be absent are asked.
    Dice is taken over the batch for the classes that are in it. Where ``known`` is 0 nothing is
    asked.
    """
    kinds, kinds_known = target[:, :-1] * known[:, :-1], known[:, :-1]
    any_true, any_known = target[:, -1:], known[:, -1:]
    rarity = (_PLAIN_SHARE / share[:-1]).clamp(min=1).view(1, -1, 1, 1)
    total = kinds.sum(1, keepdim=True)
    mixture = kinds / total.clamp(min=1e-6)
    usual = share[-1]

    seen = torch.sigmoid(logits[:, -1:])
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[:, -1:], any_true, reduction="none"
    )
    heavier = 1 + any_true * ((mixture * rarity**_RARITY_OF_ANY).sum(1, keepdim=True) - 1).clamp(
        min=0
    )
    focus = (any_true - seen).abs() ** _FOCUS
    there = (focus * heavier * entropy * any_known).mean() / usual

    telling = rarity**_RARITY_OF_KIND
    even = (share[:-1] * telling.view(-1)).sum() / share[:-1].sum()
    of_kind = -(mixture * telling * torch.log_softmax(logits[:, :-1], 1)).sum(1, keepdim=True)
    which = (of_kind * any_true).mean() / usual / even

    probability = probabilities(logits)
    unsure = (1 - any_known) * kinds_known * (1 - target[:, :-1])
    absent = -(unsure * torch.log1p(-probability[:, :-1].clamp(max=1 - 1e-6))).mean() / usual

    probability, target = probability * known, target * known
    cells = target.sum((0, 2, 3))
    overlap = (probability * target).sum((0, 2, 3))
    dice = (1 - 2 * overlap / ((probability + target).sum((0, 2, 3)) + 1)) * (cells >= _FEW_CELLS)
    return there + _KIND_WEIGHT * which + absent + _DICE_WEIGHT * (dice[:-1].mean() + dice[-1])


def hard_dice(probability: Any, target: Any, threshold: float = 0.5) -> Any:
    """Dice of thresholded maps per class over all pictures, [K]; 1 where both are empty."""
    found = (probability >= threshold).float()
    true = (target >= 0.5).float()
    overlap = (found * true).sum((0, 2, 3))
    return (2 * overlap + 1) / ((found + true).sum((0, 2, 3)) + 1)
