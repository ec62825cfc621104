"""Batches for the network: crops of a chosen mixture of sources as tensors."""

import os
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Crops as tensors: planes [N, PLANES, S, S] in 0..1, targets [N, K + 1, S/2, S/2] in 0..1,
    and of the targets' shape 1 where they can be relied on, else 0."""

    planes: Any
    targets: Any
    known: Any


def batch(mixture: Mixture, seed: tuple[int, ...], count: int, size: int) -> Batch:
    """``count`` crops; the same seed over the same files gives the same batch."""
    return _tensors([_example(mixture, (*seed, index), size) for index in range(count)])


class ReplayedBatches:
    """Batches of some fresh crops and, to spare the processor, some that were seen before.

    Crops seen before are turned, mirrored and tinted anew. The next fresh crops are made while the
    network learns from the last.
    """

    def __init__(
        self,
        seed: int,
        count: int,
        fresh: int,
        size: int,
        kept: int,
        zoom: float = 1.0,
    ) -> None:
        self._seed = seed
        self._count = count
        self._fresh = fresh
        self._size = size
        self._zoom = zoom
        self._kept: deque[_Example] = deque(maxlen=kept)
        self._pool = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1))
        self._coming: list[Future[_Example]] = []

    def next(self, mixture: Mixture, step: int) -> Batch:
        """The batch of ``step``; ``mixture`` is what the fresh crops of the next one come from."""
        rng = np.random.default_rng([self._seed, step, 1])
        missing = self._count - len(self._kept)
        if missing > 0:
            first = self._making(mixture, (self._seed, step, 2), missing)
            self._kept.extend(each.result() for each in first)
        fresh = [each.result() for each in self._coming]
        self._coming = self._making(mixture, (self._seed, step + 1, 0), self._fresh)
        chosen = rng.choice(len(self._kept), self._count - len(fresh), replace=False)
        replayed = [_varied_again(self._kept[int(index)], rng) for index in chosen]
        self._kept.extend(fresh)
        return _tensors([*fresh, *replayed])

    def close(self) -> None:
        """Stop making crops."""
        self._pool.shutdown(cancel_futures=True)

    def _making(
        self, mixture: Mixture, seed: tuple[int, ...], count: int
    ) -> "list[Future[_Example]]":
        return [
            self._pool.submit(_example, mixture, (*seed, index), self._size, self._zoom)
            for index in range(count)
        ]


@dataclass(frozen=True, slots=True)
class _Example:
    picture: NDArray[np.uint8]
    target: NDArray[np.float32]
    known: NDArray[np.bool_] | None


def _example(mixture: Mixture, seed: tuple[int, ...], size: int, zoom: float = 1.0) -> _Example:
    crop = mixture.sample(np.random.default_rng(seed), size, zoom)
    return _Example(crop.picture, coarse_target(crop.target), coarse_known(crop))


def _varied_again(example: _Example, rng: np.random.Generator) -> _Example:
    turns, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)
    picture, target = np.rot90(example.picture, turns), np.rot90(example.target, turns)
    known = None if example.known is None else np.rot90(example.known, turns)
    if mirrored:
        picture, target = picture[:, ::-1], target[:, ::-1]
        known = None if known is None else known[:, ::-1]
    planes = picture.shape[2]
    levels = np.arange(256, dtype=np.float32)[:, None] * np.exp(rng.normal(0, 0.06, planes))
    table = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    tinted = np.stack([table[picture[..., plane], plane] for plane in range(planes)], axis=-1)
    return _Example(tinted, target, known)


def _tensors(examples: Sequence[_Example]) -> Batch:
    pictures = np.stack([example.picture for example in examples])
    targets = np.stack([example.target for example in examples])
    whole = np.ones(targets.shape[1:], np.bool_)
    known = np.stack([whole if each.known is None else each.known for each in examples])
    return Batch(
        torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255),
        torch.from_numpy(targets).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(known).permute(0, 3, 1, 2).float(),
    )


def coarse_target(target: Target) -> NDArray[np.float32]:
    """The target at output stride, float32 [S/2, S/2, K + 1] in 0..1: the share that is covered.

    The last layer is that of any fault.
    """
    size, _, kinds = target.shape
    cells = target.reshape(size // STRIDE, STRIDE, size // STRIDE, STRIDE, kinds)
    coarse = cells.mean(axis=(1, 3), dtype=np.float32)
    whole = np.concatenate([coarse, coarse.max(axis=2, keepdims=True)], axis=2)
    return np.asarray(whole / 255, dtype=np.float32)


def coarse_known(crop: Crop) -> NDArray[np.bool_] | None:
    """Where the target of a crop can be relied on, bool [S/2, S/2, K + 1]; None for everywhere.

    Whether there is any fault is known where there is one, or where every kind was looked for.
    """
    if crop.known is None:
        return None
    size, _, kinds = crop.known.shape
    shape = (size // STRIDE, STRIDE, size // STRIDE, STRIDE, kinds)
    known = crop.known.reshape(shape).min(axis=(1, 3)) > 0
    there = crop.target.reshape(shape).max(axis=(1, 3)) > 0
    any_known = known.all(axis=2) | (known & there).any(axis=2)
    return np.concatenate([known, any_known[..., None]], axis=2)
