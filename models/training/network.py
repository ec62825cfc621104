"""The dense segmenter: a small U-shaped network of residual blocks."""

from typing import Any

import torch
from torch import nn

from models.training.loss import by_cells, finer
from models.training.planes import PLANES

STRIDE = 1
"""One output pixel per this many input pixels: a scratch is often no wider than two."""

KIND_STRIDE = 2
"""Of which kind a fault is, is said for cells of this many pixels a side."""

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

_HINTS = 3
_LOOKS = 12
"""What the last look at the picture is given beside it for each pixel, and what it makes of it."""

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


class Head(nn.Module):
    """Features at stride 4 and the picture to the kind of each cell and the fault of each pixel.

    A line of two pixels is half of a cell. Where exactly it runs is said by a last look at the
    picture, which may change what the features say of single pixels.
    """

    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.cells = kinds * (_PATCH // KIND_STRIDE) ** 2
        self.told = nn.Conv2d(_WIDTHS[0], self.cells + (1 + _HINTS) * _PATCH**2, 1)
        self.look = nn.Conv2d(PLANES + 1 + _HINTS, _LOOKS, 3, padding=1)
        self.change = nn.Conv2d(_LOOKS, 1, 3, padding=1)
        self.of_cells = nn.PixelShuffle(_PATCH // KIND_STRIDE)
        self.of_pixels = nn.PixelShuffle(_PATCH)
        nn.init.normal_(self.told.weight, std=0.01)
        nn.init.zeros_(self.told.bias)
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)
        with torch.no_grad():
            there = slice(self.cells, self.cells + _PATCH**2)
            self.told.bias[there] = -float(torch.logit(torch.tensor(1 - _PRIOR)))

    def forward(self, features: Any, picture: Any) -> tuple[Any, Any]:
        told = self.told(features)
        kinds = self.of_cells(told[:, : self.cells])
        pixels = self.of_pixels(told[:, self.cells :])
        look = torch.relu(self.look(torch.cat([pixels, picture], 1)))
        return kinds, pixels[:, :1] + self.change(look)


class Segmenter(nn.Module):
    """Planes [N, PLANES, H, W] in 0..1 to logits of K kinds [N, K, H/2, W/2] and of any fault
    [N, 1, H, W] (`by_cells`).

    H and W must be multiples of 16. Normalisation is part of the network.
    """

    def __init__(self, kinds: int) -> None:
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
        self.head = Head(kinds)

    def forward(self, planes: Any) -> tuple[Any, Any]:
        kinds, there, _ = self.logits_and_features(planes)
        return kinds, there

    def logits_and_features(self, planes: Any) -> tuple[Any, Any, Any]:
        """The logits of both, and the features [N, 96, H/8, W/8] that tell places apart."""
        picture = (planes - self.mean) * self.scale
        features = self.patches(picture)
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
        kinds, there = self.head(features, picture)
        return kinds, there, places


class Exported(nn.Module):
    """The network as the bench runs it: the probabilities of the classes, and the features.

    The probabilities are a mean of those at the picture's own scale and at half of it, where the
    network sees twice as far: that finds what is large and faint, the other what is fine. They are
    also a mean over the picture and its mirror image, by which outlines gain. The layer of any
    fault is shared out among the kinds; it is not handed out.
    """

    def __init__(self, network: Segmenter) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Any) -> tuple[Any, Any]:
        kinds, there, features = self._seen(planes)
        kinds_mirrored, there_mirrored, _ = self._seen(torch.flip(planes, [3]))
        kinds = kinds + torch.flip(kinds_mirrored, [3])
        there = (there + torch.flip(there_mirrored, [3])) / 2
        shares = kinds / kinds.sum(1, keepdim=True)
        return there * finer(shares, KIND_STRIDE), features

    def _seen(self, planes: Any) -> tuple[Any, Any, Any]:
        """The probabilities of the kinds by cells, that of any fault by pixels, the features."""
        kinds, there, features = self.network.logits_and_features(planes)
        of_kind, of_any = by_cells(kinds, there)
        halved = self.network(nn.functional.avg_pool2d(planes, 2))
        distant_of_kind, distant_of_any = by_cells(*halved)
        of_kind = of_kind + _DISTANT_SHARE * (_twice(distant_of_kind) - of_kind)
        return of_kind, of_any + _DISTANT_SHARE * (_twice(distant_of_any) - of_any), features


def _twice(layers: Any) -> Any:
    return nn.functional.interpolate(layers, scale_factor=2, mode="bilinear", align_corners=False)


def parameters(network: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())
