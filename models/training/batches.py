"""Batches for the network: crops of a chosen mixture of sources as tensors."""

import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.crops import Crop
from models.training.loss import Truth
from models.training.network import KIND_STRIDE
from models.training.sources import CropSource

Layer = TypeVar("Layer", bound=np.generic)


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
    """Crops as tensors: planes [N, PLANES, S, S] in 0..1, and what is true of them."""

    planes: Any
    truth: Truth


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
    target: "CellTarget"

    def turned(self, turns: int, *, mirrored: bool) -> "_Example":
        kinds, there, kinds_known, there_known = self.target
        target = CellTarget(
            _turned(kinds, turns, mirrored=mirrored),
            _turned(there, turns, mirrored=mirrored),
            _turned(kinds_known, turns, mirrored=mirrored),
            _turned(there_known, turns, mirrored=mirrored),
        )
        return _Example(_turned(self.picture, turns, mirrored=mirrored), target)


class CellTarget(NamedTuple):
    """The target of a crop of S pixels a side: its kinds by cells of `KIND_STRIDE` pixels.

    ``kinds`` uint8 [h, w, K] is 255 where a kind covers the whole cell, ``there`` uint8 [S, S, 1]
    255 on a fault of whatever kind. ``kinds_known`` and ``there_known`` are bool of these shapes.
    """

    kinds: NDArray[np.uint8]
    there: NDArray[np.uint8]
    kinds_known: NDArray[np.bool_]
    there_known: NDArray[np.bool_]


def cell_target(crop: Crop) -> CellTarget:
    """What is true of ``crop``, and where that can be relied on.

    Whether there is any fault is known where there is one, or where every kind was looked for.
    """
    size, _, kinds = crop.target.shape
    shape = (size // KIND_STRIDE, KIND_STRIDE, size // KIND_STRIDE, KIND_STRIDE, kinds)
    covered = crop.target.reshape(shape).mean(axis=(1, 3), dtype=np.float32)
    there = crop.target.max(axis=2, keepdims=True)
    if crop.known is None:
        all_known = np.ones(covered.shape, np.bool_), np.ones(there.shape, np.bool_)
        return CellTarget(np.rint(covered).astype(np.uint8), there, *all_known)
    known: NDArray[np.bool_] = crop.known > 0
    found = known & (crop.target > 0)
    there_known = np.asarray(known.all(axis=2) | found.any(axis=2), np.bool_)[..., None]
    return CellTarget(
        np.rint(covered).astype(np.uint8),
        there,
        np.asarray(known.reshape(shape).all(axis=(1, 3)), np.bool_),
        there_known,
    )


def _example(mixture: Mixture, seed: tuple[int, ...], size: int, zoom: float = 1.0) -> _Example:
    crop = mixture.sample(np.random.default_rng(seed), size, zoom)
    return _Example(crop.picture, cell_target(crop))


def _varied_again(example: _Example, rng: np.random.Generator) -> _Example:
    turned = example.turned(int(rng.integers(4)), mirrored=bool(rng.random() < 0.5))
    planes = turned.picture.shape[2]
    levels = np.arange(256, dtype=np.float32)[:, None] * np.exp(rng.normal(0, 0.06, planes))
    table = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    channels = [table[turned.picture[..., plane], plane] for plane in range(planes)]
    return _Example(np.stack(channels, axis=-1), turned.target)


def _turned(layers: NDArray[Layer], turns: int, *, mirrored: bool) -> NDArray[Layer]:
    turned = np.rot90(layers, turns)
    return turned[:, ::-1] if mirrored else turned


def _tensors(examples: Sequence[_Example]) -> Batch:
    kinds, there, kinds_known, there_known = (
        _stacked([example.target[place] for example in examples]) for place in range(4)
    )
    planes = _stacked([example.picture for example in examples]).div_(255)
    truth = Truth(kinds.div_(255), there.div_(255), kinds_known, there_known)
    return Batch(planes, truth)


def _stacked(layers: Sequence[NDArray[np.generic]]) -> Any:
    """[h, w, C] of each crop as float [N, C, h, w]."""
    return torch.from_numpy(np.stack(layers)).permute(0, 3, 1, 2).float().contiguous()
