"""The dense segmenter: a small U-shaped network of depthwise-separable convolutions."""

from typing import Any

import torch
from torch import nn

from models.training.planes import PLANES

STRIDE = 2
"""One output pixel per this many input pixels: scratches of one or two pixels need it."""

INPUT_MULTIPLE = 32
"""Input height and width must be multiples of this."""

_MEAN = (0.40, 0.38, 0.36, 0.25, 0.25)
_STD = (0.25, 0.25, 0.25, 0.25, 0.25)
_WIDTHS = (24, 48, 96, 160, 256)
_DEPTHS = (1, 2, 3, 4, 3)
_FINE_MERGES = 3
"""Blocks after each of the two finest merges, where thin faults are told from edges."""

_FEATURE_LEVEL = 2
"""The level, of stride 8, whose merged features are handed out as well."""

_PRIOR = 0.01


def _normed(convolution: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels))


class Separable(nn.Module):
    """Depthwise then pointwise convolution with batch norm; a residual where shapes agree."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1, kernel: int = 3) -> None:
        super().__init__()
        padding = kernel // 2
        self.depthwise = _normed(
            nn.Conv2d(inputs, inputs, kernel, stride, padding, groups=inputs, bias=False)
        )
        self.pointwise = _normed(nn.Conv2d(inputs, outputs, 1, bias=False))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: Any) -> Any:
        mixed = self.pointwise(torch.relu(self.depthwise(features)))
        return torch.relu(mixed + features if self.residual else mixed)


class Segmenter(nn.Module):
    """Planes [N, PLANES, H, W] in 0..1 to per-class logits [N, K, H/2, W/2].

    H and W must be multiples of 32. Normalisation is part of the network.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, PLANES, 1, 1))
        self.register_buffer("scale", 1.0 / torch.tensor(_STD).view(1, PLANES, 1, 1))
        self.stem = nn.Sequential(
            _normed(nn.Conv2d(PLANES, _WIDTHS[0], 3, 2, 1, bias=False)), nn.ReLU()
        )
        self.stages = nn.ModuleList()
        before = _WIDTHS[0]
        for level, (width, depth) in enumerate(zip(_WIDTHS, _DEPTHS, strict=True)):
            kernel = 5 if level >= 3 else 3
            blocks = [Separable(before, width, stride=2 if level else 1, kernel=kernel)]
            blocks += [Separable(width, width, kernel=kernel) for _ in range(depth - 1)]
            self.stages.append(nn.Sequential(*blocks))
            before = width
        self.laterals = nn.ModuleList()
        self.merges = nn.ModuleList()
        for upper, lower in zip(_WIDTHS[-2::-1], _WIDTHS[:0:-1], strict=True):
            self.laterals.append(_normed(nn.Conv2d(lower, upper, 1, bias=False)))
            count = _FINE_MERGES if upper <= _WIDTHS[1] else 1
            self.merges.append(nn.Sequential(*[Separable(upper, upper) for _ in range(count)]))
        self.head = nn.Conv2d(_WIDTHS[0], classes, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.constant_(self.head.bias, -float(torch.logit(torch.tensor(1 - _PRIOR))))

    def forward(self, planes: Any) -> Any:
        return self.logits_and_features(planes)[0]

    def logits_and_features(self, planes: Any) -> tuple[Any, Any]:
        """The logits, and the features [N, 96, H/8, W/8] that tell places apart."""
        features = self.stem((planes - self.mean) * self.scale)
        skips = []
        for stage in self.stages:
            features = stage(features)
            skips.append(features)
        places = features
        levels = range(len(skips) - 2, -1, -1)
        for level, lateral, merge in zip(levels, self.laterals, self.merges, strict=True):
            lifted = nn.functional.interpolate(lateral(features), scale_factor=2, mode="nearest")
            features = merge(lifted + skips[level])
            if level == _FEATURE_LEVEL:
                places = features
        return self.head(features), places


class Exported(nn.Module):
    """The network as the bench runs it: the probabilities of the classes, and the features.

    The layer of any fault only helps to learn; it is not handed out.
    """

    def __init__(self, network: Segmenter) -> None:
        super().__init__()
        self.network = network

    def forward(self, planes: Any) -> tuple[Any, Any]:
        logits, features = self.network.logits_and_features(planes)
        return torch.sigmoid(logits[:, :-1]), features


def parameters(network: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())
