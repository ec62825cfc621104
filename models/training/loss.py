"""What the network is scored by while it learns, and what its logits mean."""

from dataclasses import dataclass
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


def by_cells(kinds: Any, there: Any) -> tuple[Any, Any]:
    """Of logits of K kinds [N, K, h, w] and of any fault [N, 1, H, W] the probabilities.

    Whether there is a fault is asked first, of every pixel, and then of which kind: what tells a
    fault from the goods is learnt from all classes together. The probability of a kind is that of
    any fault, in the mean over a cell, shared out.
    """
    of_any = torch.sigmoid(there)
    return coarser(of_any, there.shape[-1] // kinds.shape[-1]) * torch.softmax(kinds, 1), of_any


def coarser(layers: Any, stride: int) -> Any:
    """Means of ``layers`` [N, C, H, W] over cells of ``stride`` pixels a side."""
    return torch.nn.functional.avg_pool2d(layers, stride)


def finer(layers: Any, stride: int) -> Any:
    """``layers`` [N, C, h, w] with each cell spread over ``stride`` pixels a side."""
    return torch.nn.functional.interpolate(layers, scale_factor=stride, mode="nearest")


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of crops, all in 0..1.

    ``kinds`` [N, K, h, w] is the share of each cell that a kind covers, ``there`` [N, 1, H, W]
    whether a pixel is faulty. ``kinds_known`` and ``there_known``, of the same shapes, are 1 where
    that can be relied on; elsewhere nothing is asked.
    """

    kinds: Any
    there: Any
    kinds_known: Any
    there_known: Any

    def to(self, device: Any) -> "Truth":
        """The same on ``device``."""
        return Truth(
            self.kinds.to(device),
            self.there.to(device),
            self.kinds_known.to(device),
            self.there_known.to(device),
        )


def shares_of(truth: Truth) -> Any:
    """The share of each kind, and last of any fault, in ``truth``, [K + 1].

    Taken over many crops, it is what `segmentation_loss` weighs the classes by. A class that is
    seldom seen counts as hardly there, one that is never seen as usual.
    """
    share = torch.cat([truth.kinds.mean((0, 2, 3)), truth.there.mean((0, 2, 3))])
    return torch.where(share > 0, share.clamp(min=_LEAST_SHARE), _USUAL_SHARE)


def segmentation_loss(kinds: Any, there: Any, truth: Truth, share: Any) -> Any:
    """Focal cross-entropy of any fault (Lin et al. 2017), cross-entropy of its kind where there
    is one, and soft Dice per class (Milletari et al. 2016).

    ``kinds`` and ``there`` are logits of the shapes of ``truth``. Faulty pixels weigh more the
    rarer their class usually is, by its ``share`` [K + 1]: a weight by the batch at hand would
    make batches without a fault drown the others. Where it is not known whether there is any
    fault, only the classes that are known to be absent are asked. Dice is taken over the batch for
    the classes that are in it.
    """
    stride = there.shape[-1] // kinds.shape[-1]
    true_kinds = truth.kinds * truth.kinds_known
    rarity = (_PLAIN_SHARE / share[:-1]).clamp(min=1).view(1, -1, 1, 1)
    mixture = true_kinds / true_kinds.sum(1, keepdim=True).clamp(min=1e-6)
    usual = share[-1]

    seen = torch.sigmoid(there)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(
        there, truth.there, reduction="none"
    )
    rare = finer((mixture * rarity**_RARITY_OF_ANY).sum(1, keepdim=True), stride)
    heavier = 1 + truth.there * (rare - 1).clamp(min=0)
    focus = (truth.there - seen).abs() ** _FOCUS
    of_any = (focus * heavier * entropy * truth.there_known).mean() / usual

    telling = rarity**_RARITY_OF_KIND
    even = (share[:-1] * telling.view(-1)).sum() / share[:-1].sum()
    of_kind = -(mixture * telling * torch.log_softmax(kinds, 1)).sum(1, keepdim=True)
    which = (of_kind * true_kinds.amax(1, keepdim=True)).mean() / usual / even

    probability = coarser(seen, stride) * torch.softmax(kinds, 1)
    unsure = (1 - coarser(truth.there_known, stride)) * truth.kinds_known * (1 - truth.kinds)
    absent = -(unsure * torch.log1p(-probability.clamp(max=1 - 1e-6))).mean() / usual

    of_each = _soft_dice(probability * truth.kinds_known, true_kinds)
    of_whole = _soft_dice(seen * truth.there_known, truth.there * truth.there_known)
    dice = of_each.mean() + of_whole.mean()
    return of_any + _KIND_WEIGHT * which + absent + _DICE_WEIGHT * dice


def _soft_dice(probability: Any, target: Any) -> Any:
    """One less Dice of each layer over all pictures, 0 where hardly anything is true."""
    cells = target.sum((0, 2, 3))
    overlap = (probability * target).sum((0, 2, 3))
    missed = 1 - 2 * overlap / ((probability + target).sum((0, 2, 3)) + 1)
    return missed * (cells >= _FEW_CELLS)


def hard_dice(probability: Any, target: Any, threshold: float = 0.5) -> Any:
    """Dice of thresholded maps per class over all pictures, [K]; 1 where both are empty."""
    found = (probability >= threshold).float()
    true = (target >= 0.5).float()
    overlap = (found * true).sum((0, 2, 3))
    return (2 * overlap + 1) / ((found + true).sum((0, 2, 3)) + 1)
