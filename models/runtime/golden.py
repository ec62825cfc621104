"""Golden inputs and outputs: what the model gave when the pack was made.

`golden.npz` holds, for n = 0, 1, …, `input_<n>` uint8 [H, W, C], the model's input planes with
sides it takes as they are, and per output m of the model `index_<n>_<m>` int64 [S], positions in
the flattened output, with `value_<n>_<m>` float32 [S], the values there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.archive import UNREADABLE, archive_bytes, read_archive
from models.runtime.errors import PackError
from models.runtime.manifest import GOLDEN

_MAX_BYTES = 64 * 2**20
_SAMPLES = 4096


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of one output at some positions of its flattened form."""

    index: NDArray[np.int64]
    value: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Golden:
    """One input, uint8 [H, W, C] planes, and samples of each output in the model's order."""

    picture: NDArray[np.uint8]
    outputs: tuple[Samples, ...]

    def agrees(self, outputs: Sequence[NDArray[np.float32]], tolerance: float) -> bool:
        """Whether a machine's outputs match: `|a - b| <= tolerance (1 + |b|)` at every sample."""
        if len(outputs) != len(self.outputs):
            return False
        return all(
            _matches(output.reshape(-1), samples, tolerance)
            for output, samples in zip(outputs, self.outputs, strict=True)
        )


def record_golden(
    picture: NDArray[np.uint8], outputs: Sequence[NDArray[np.float32]], seed: int = 0
) -> Golden:
    """The golden record of one run: each output, or 4096 positions of it where it is larger.

    Half of those are its largest values, since a map of probabilities is mostly nought.
    """
    generator = np.random.default_rng(seed)
    return Golden(picture, tuple(_sample(output, generator) for output in outputs))


def golden_bytes(records: Sequence[Golden]) -> bytes:
    """The content of `golden.npz`."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for n, record in enumerate(records):
        arrays[f"input_{n}"] = record.picture
        for m, samples in enumerate(record.outputs):
            arrays[f"index_{n}_{m}"] = samples.index
            arrays[f"value_{n}_{m}"] = samples.value
    return archive_bytes(arrays)


def read_golden(content: bytes) -> tuple[Golden, ...]:
    """The records of `golden.npz`, at least one, or PackError."""
    try:
        arrays = read_archive(content, _MAX_BYTES)
    except UNREADABLE as error:
        raise PackError(f"{GOLDEN} cannot be read: {error}.") from error
    records: list[Golden] = []
    while (picture := arrays.pop(f"input_{len(records)}", None)) is not None:
        records.append(_record(len(records), picture, arrays))
    if not records or arrays:
        raise PackError(f"{GOLDEN} does not hold input_0, index_0_0, value_0_0 and so on.")
    return tuple(records)


def _record(n: int, picture: NDArray[np.generic], arrays: dict[str, NDArray[np.generic]]) -> Golden:
    outputs: list[Samples] = []
    while (index := arrays.pop(f"index_{n}_{len(outputs)}", None)) is not None:
        value = arrays.pop(f"value_{n}_{len(outputs)}", None)
        if (
            value is None
            or index.dtype != np.int64
            or value.dtype != np.float32
            or index.ndim != 1
            or index.size == 0
            or index.shape != value.shape
        ):
            raise PackError(f"{GOLDEN}: index_{n}_{len(outputs)} and its values do not match.")
        outputs.append(Samples(index.astype(np.int64), value.astype(np.float32)))
    if picture.dtype != np.uint8 or picture.ndim != 3 or not outputs:
        raise PackError(f"{GOLDEN}: input_{n} must be uint8 [H, W, C] and have outputs.")
    return Golden(picture.astype(np.uint8), tuple(outputs))


def _matches(output: NDArray[np.float32], samples: Samples, tolerance: float) -> bool:
    if samples.index.min() < 0 or samples.index.max() >= output.size:
        return False
    allowed = tolerance * (1 + np.abs(samples.value))
    return bool(np.all(np.abs(output[samples.index] - samples.value) <= allowed))


def _sample(output: NDArray[np.float32], generator: np.random.Generator) -> Samples:
    flat = output.reshape(-1).astype(np.float32)
    if flat.size <= _SAMPLES:
        return Samples(np.arange(flat.size), flat)
    anywhere = generator.choice(flat.size, size=_SAMPLES // 2, replace=False)
    largest = np.argpartition(flat, flat.size - _SAMPLES // 2)[flat.size - _SAMPLES // 2 :]
    index = np.unique(np.concatenate([anywhere, largest])).astype(np.int64)
    return Samples(index, flat[index])
