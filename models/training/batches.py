"""Batches for the network: crops of a chosen mixture of sources as tensors."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.crops import Crop, Target
from models.training.network import STRIDE
from models.training.sources import CropSource

THIN = frozenset({"scratch", "crack"})
"""Classes whose cells count as faulty where any pixel is: averaged, a hair line would fade."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Sources and the share of each; shares need not add up to one."""

    sources: tuple[CropSource, ...]
    shares: tuple[float, ...]

    def sample(self, rng: np.random.Generator, size: int, zoom: float = 1.0) -> Crop:
        """One crop of one of the sources."""
        shares = np.asarray(self.shares)
        source = self.sources[int(rng.choice(len(self.sources), p=shares / shares.sum()))]
        return source.sample(rng, size, zoom)


def batch(
    mixture: Mixture, classes: Sequence[str], seed: tuple[int, ...], count: int, size: int
) -> tuple[Any, Any]:
    """``count`` crops: planes [N, PLANES, S, S] in 0..1 and targets [N, K + 1, S/2, S/2] in 0..1.

    The same seed over the same files gives the same batch.
    """
    return _tensors(_examples(mixture, classes, seed, count, size))


class ReplayedBatches:
    """Batches of some fresh crops and, to spare the processor, some that were seen before.

    Crops seen before are turned, mirrored and tinted anew. The next fresh crops are made while the
    network learns from the last.
    """

    def __init__(
        self,
        classes: Sequence[str],
        seed: int,
        count: int,
        fresh: int,
        size: int,
        kept: int,
        zoom: float = 1.0,
    ) -> None:
        self._classes = tuple(classes)
        self._seed = seed
        self._count = count
        self._fresh = fresh
        self._size = size
        self._zoom = zoom
        self._kept: deque[_Example] = deque(maxlen=kept)
        self._pool = ThreadPoolExecutor(1)
        self._coming: Future[list[_Example]] | None = None

    def next(self, mixture: Mixture, step: int) -> tuple[Any, Any]:
        """The batch of ``step``; ``mixture`` is what the fresh crops of the next one come from."""
        rng = np.random.default_rng([self._seed, step, 1])
        missing = self._count - len(self._kept)
        if missing > 0:
            self._kept.extend(self._made(mixture, (self._seed, step, 2), missing))
        fresh = self._coming.result() if self._coming is not None else []
        self._coming = self._pool.submit(
            self._made, mixture, (self._seed, step + 1, 0), self._fresh
        )
        chosen = rng.choice(len(self._kept), self._count - len(fresh), replace=False)
        replayed = [_varied_again(self._kept[int(index)], rng) for index in chosen]
        self._kept.extend(fresh)
        return _tensors([*fresh, *replayed])

    def close(self) -> None:
        """Stop making crops."""
        self._pool.shutdown(cancel_futures=True)

    def _made(self, mixture: Mixture, seed: tuple[int, ...], count: int) -> "list[_Example]":
        return _examples(mixture, self._classes, seed, count, self._size, self._zoom)


@dataclass(frozen=True, slots=True)
class _Example:
    picture: NDArray[np.uint8]
    target: NDArray[np.float32]


def _examples(
    mixture: Mixture,
    classes: Sequence[str],
    seed: tuple[int, ...],
    count: int,
    size: int,
    zoom: float = 1.0,
) -> list[_Example]:
    crops = (
        mixture.sample(np.random.default_rng([*seed, index]), size, zoom) for index in range(count)
    )
    return [_Example(crop.picture, coarse_target(crop.target, classes)) for crop in crops]


def _varied_again(example: _Example, rng: np.random.Generator) -> _Example:
    turns, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)
    picture, target = np.rot90(example.picture, turns), np.rot90(example.target, turns)
    if mirrored:
        picture, target = picture[:, ::-1], target[:, ::-1]
    planes = picture.shape[2]
    levels = np.arange(256, dtype=np.float32)[:, None] * np.exp(rng.normal(0, 0.06, planes))
    table = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    tinted = np.stack([table[picture[..., plane], plane] for plane in range(planes)], axis=-1)
    return _Example(tinted, target)


def _tensors(examples: Sequence[_Example]) -> tuple[Any, Any]:
    pictures = np.stack([example.picture for example in examples])
    targets = np.stack([example.target for example in examples])
    return (
        torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255),
        torch.from_numpy(targets).permute(0, 3, 1, 2).contiguous(),
    )


def coarse_target(target: Target, classes: Sequence[str]) -> NDArray[np.float32]:
    """The target at output stride, float32 [S/2, S/2, K + 1] in 0..1: the share that is covered.

    The last layer is that of any fault.
    """
    size, _, kinds = target.shape
    cells = target.reshape(size // STRIDE, STRIDE, size // STRIDE, STRIDE, kinds)
    coarse = cells.mean(axis=(1, 3), dtype=np.float32)
    for index, name in enumerate(classes):
        if name in THIN:
            coarse[..., index] = cells[..., index].max(axis=(1, 3))
    whole = np.concatenate([coarse, coarse.max(axis=2, keepdims=True)], axis=2)
    return np.asarray(whole / 255, dtype=np.float32)
