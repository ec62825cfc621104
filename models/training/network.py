"""The dense segmenter: a small U-shaped network of residual blocks."""

from typing import Any

import torch
from torch import nn

from models.training.loss import probabilities
from models.training.planes import PLANES

STRIDE = 2
"""One output pixel per this many input pixels: scratches of one or two pixels need it."""

INPUT_MULTIPLE = 32
"""Input height and width must be multiples of this."""

_MEAN = (0.40, 0.38, 0.36, 0.25, 0.25)
_STD = (0.25, 0.25, 0.25, 0.25, 0.25)
_PATCH = 4
"""Pixels a side that the stem takes together, as channels: nothing is lost, and the costly first
levels of a picture are few wide maps instead of many narrow ones."""

_WIDTHS = (48, 96, 160, 192)
_DEPTHS = (1, 2, 2, 2)
_MERGES = (2, 1, 1)
"""Blocks after each merge, the finest first, where thin faults are told from edges."""

_FEATURE_LEVEL = 1
"""The level, of stride 8, whose merged features are handed out as well."""

_PRIOR = 0.03

_DISTANT_SHARE = 0.3
"""What the look at half the scale counts for: with more of it, pictures of 1280 pixels lose."""


def _normed(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Residual(nn.Module):
    """Two 3x3 convolutions with batch norm, added to what they were given (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _normed(width, width, 3)
        self.second = _normed(width, width, 3)

    def forward(self, features: Any) -> Any:
        return torch.relu(features + self.second(torch.relu(self.first(features))))


class Segmenter(nn.Module):
    """Planes [N, PLANES, H, W] in 0..1 to logits [N, K, H/2, W/2].

    The last logit is that of any fault, the others those of its kind (`probabilities`). H and W
    must be multiples of 16. Normalisation is part of the network.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, PLANES, 1, 1))
        self.register_buffer("scale", 1.0 / torch.tensor(_STD).view(1, PLANES, 1, 1))
        self.patches = nn.PixelUnshuffle(_PATCH)
        self.entries = nn.ModuleList()
        self.stages = nn.ModuleList()
        before, stride = PLANES * _PATCH**2, 1
        for width, depth in zip(_WIDTHS, _DEPTHS, strict=True):
            self.entries.append(_normed(before, width, 3, stride))
            self.stages.append(nn.Sequential(*[Residual(width) for _ in range(depth)]))
            before, stride = width, 2
        self.laterals = nn.ModuleList()
        self.merges = nn.ModuleList()
        for level in range(len(_WIDTHS) - 2, -1, -1):
            width = _WIDTHS[level]
            self.laterals.append(_normed(_WIDTHS[level + 1], width, 1))
            self.merges.append(nn.Sequential(*[Residual(width) for _ in range(_MERGES[level])]))
        finer = _PATCH // STRIDE
        self.head = nn.Conv2d(_WIDTHS[0], classes * finer**2, 1)
        self.spread = nn.PixelShuffle(finer)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        with torch.no_grad():
            self.head.bias[-(finer**2) :] = -float(torch.logit(torch.tensor(1 - _PRIOR)))

    def forward(self, planes: Any) -> Any:
        return self.logits_and_features(planes)[0]

    def logits_and_features(self, planes: Any) -> tuple[Any, Any]:
        """The logits, and the features [N, 96, H/8, W/8] that tell places apart."""
        features = self.patches((planes - self.mean) * self.scale)
        skips = []
        for entry, stage in zip(self.entries, self.stages, strict=True):
            features = stage(torch.relu(entry(features)))
            skips.append(features)
        places = features
        levels = range(len(skips) - 2, -1, -1)
        for level, lateral, merge in zip(levels, self.laterals, self.merges, strict=True):
            lifted = nn.functional.interpolate(lateral(features), scale_factor=2, mode="nearest")
            skip = skips[level]
            features = merge(lifted[..., : skip.shape[2], : skip.shape[3]] + skip)
            if level == _FEATURE_LEVEL:
                places = features
        return self.spread(self.head(features)), places


class Exported(nn.Module):
    """The network as the bench runs it: the probabilities of the classes, and the features.

    The probabilities are a mean of those at the picture's own scale and at half of it, where the
    network sees twice as far: that finds what is large and faint, the other what is fine. They are
    also a mean over the picture and its mirror image, by which outlines gain. The layer of any
    fault is in each of them; it is not handed out.
    """

    def __init__(self, network: Segmenter) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Any) -> tuple[Any, Any]:
        seen, features = self._seen(planes)
        mirrored, _ = self._seen(torch.flip(planes, [3]))
        return (seen + torch.flip(mirrored, [3])) / 2, features

    def _seen(self, planes: Any) -> tuple[Any, Any]:
        logits, features = self.network.logits_and_features(planes)
        fine = probabilities(logits)[:, :-1]
        distant = probabilities(self.network(nn.functional.avg_pool2d(planes, 2)))[:, :-1]
        wide = nn.functional.interpolate(
            distant, scale_factor=2, mode="bilinear", align_corners=False
        )
        return fine + _DISTANT_SHARE * (wide - fine), features


def parameters(network: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())
