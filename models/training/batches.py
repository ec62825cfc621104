"""Batches for the network: crops of a chosen mixture of sources as tensors."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.crops import Crop, Target
from models.training.network import STRIDE
from models.training.sources import CropSource

THIN = frozenset({"scratch"})
"""Classes whose cells count as faulty where any pixel is: averaged, a hair line would fade."""

_THREADS = 2


@dataclass(frozen=True, slots=True)
class Mixture:
    """Sources and the share of each; shares need not add up to one."""

    sources: tuple[CropSource, ...]
    shares: tuple[float, ...]

    def sample(self, rng: np.random.Generator, size: int) -> Crop:
        """One crop of one of the sources."""
        shares = np.asarray(self.shares)
        source = self.sources[int(rng.choice(len(self.sources), p=shares / shares.sum()))]
        return source.sample(rng, size)


def batch(
    mixture: Mixture, classes: Sequence[str], seed: tuple[int, ...], count: int, size: int
) -> tuple[Any, Any]:
    """``count`` crops: pictures [N, 3, S, S] in 0..1 and targets [N, K, S/2, S/2] in 0..1.

    The same seed over the same files gives the same batch.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        crops = list(
            pool.map(
                lambda index: mixture.sample(np.random.default_rng([*seed, index]), size),
                range(count),
            )
        )
    pictures = np.stack([crop.picture for crop in crops])
    targets = np.stack([coarse_target(crop.target, classes) for crop in crops])
    return (
        torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255),
        torch.from_numpy(targets).permute(0, 3, 1, 2).contiguous(),
    )


def coarse_target(target: Target, classes: Sequence[str]) -> NDArray[np.float32]:
    """The target at output stride, float32 [S/2, S/2, K] in 0..1: the share that is covered."""
    size, _, kinds = target.shape
    cells = target.reshape(size // STRIDE, STRIDE, size // STRIDE, STRIDE, kinds)
    coarse = cells.mean(axis=(1, 3), dtype=np.float32)
    for index, name in enumerate(classes):
        if name in THIN:
            coarse[..., index] = cells[..., index].max(axis=(1, 3))
    return np.asarray(coarse / 255, dtype=np.float32)
