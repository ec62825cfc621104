"""What a light pattern showed: do the pictures follow the light, and what the shots foretell?

Light adds up, so a picture under a mix of lights is the same mix of the pictures under each of
them, whatever lies there. The levels are read on the bare bench; the rest must agree with them.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.bench_reference import BenchReference, Cells
from station.adapters.cameras.reduced import Level
from station.domain.light_proof import LightProof, LightStep, Mix

_BRIGHTEST = 0.92
"""Above this linear light a pixel may be at the end of its scale, where light no longer adds up."""
_DARKEST = 0.003
_UNLIKE = 0.08
_UNLIKE_FLOOR = 0.004
_KEPT = 0.8
_ROUNDS = 4
_RELIEF = 0.15
"""As the logarithm of how a place answers low light, over how the bench does."""
_FLAT_PX = 6.0


def proof_of(
    shots: Mapping[str, Level],
    references: Mapping[str, BenchReference],
    steps: Sequence[tuple[Mix, Level]],
    *,
    pose: str,
    camera: str,
    digests: tuple[str, ...],
) -> LightProof:
    """The proof of a pose from its shots by light, one for each light of the mixes, and its steps.

    Lights without a reference of the empty bench do not tell where it shows; without any the levels
    are read off the whole picture.
    """
    lights = tuple(light for light, _ in steps[0][0].levels)
    known = [light for light in lights if light in references]
    usable = np.logical_and.reduce([_usable(shots[light]) for light in lights])
    # Where hard shadows fall the softest light still shows the bench.
    shown = [references[light].shown(shots[light]) for light in known]
    bench = max(shown, key=lambda each: each.share).cells if shown else usable
    basis = np.stack([shots[light] for light in lights])
    seen = [_levels(basis, level, bench & usable) for _, level in steps]
    return LightProof(
        pose,
        camera,
        digests,
        tuple(
            LightStep(mix, tuple(float(round(share, 4)) for share in shares))
            for (mix, _), shares in zip(steps, seen, strict=True)
        ),
        bench=float(np.count_nonzero(bench)) / bench.size,
        unlike=_unlike(basis, seen[0], steps[0][1], usable),
        relief=_relief(shots, references, known),
    )


def _usable(level: Level) -> Cells:
    return np.asarray((level < _BRIGHTEST) & (level > 0))


def _levels(basis: NDArray[np.float32], level: Level, cells: Cells) -> NDArray[np.float64]:
    """The share of each light in a picture, by least squares that lets the worst places go."""
    columns, seen = basis[:, cells].T.astype(np.float64), level[cells].astype(np.float64)
    if len(seen) < 10 * len(basis):
        return np.zeros(len(basis))
    weight = 1 / (columns.sum(axis=1) + _DARKEST)
    columns, seen = columns * weight[:, None], seen * weight
    kept = np.ones(len(seen), bool)
    shares = np.zeros(len(basis))
    for _ in range(_ROUNDS):
        shares = np.linalg.lstsq(columns[kept], seen[kept], rcond=None)[0]
        off = np.abs(columns @ shares - seen)
        kept = off <= np.quantile(off, _KEPT)
    return shares


def _unlike(
    basis: NDArray[np.float32], shares: NDArray[np.float64], level: Level, usable: Cells
) -> float:
    """The part of the picture that is not the mix of the shots."""
    foretold = np.tensordot(shares.astype(np.float32), basis, 1)
    off = np.abs(cv2.blur(level - foretold, (3, 3)))
    unlike = (off > _UNLIKE * foretold + _UNLIKE_FLOOR) & usable & (level < _BRIGHTEST)
    return float(np.count_nonzero(unlike)) / unlike.size


def _relief(
    shots: Mapping[str, Level], references: Mapping[str, BenchReference], known: Sequence[str]
) -> float | None:
    """The largest part of the picture that two lights show unlike a flat sheet."""
    pairs = combinations(known, 2)
    parts = [_relief_of(shots, references, first, second) for first, second in pairs]
    return max(parts, default=None)


def _relief_of(
    shots: Mapping[str, Level], references: Mapping[str, BenchReference], first: str, second: str
) -> float:
    one, other = shots[first], shots[second]
    flat_one, flat_other = (
        cv2.GaussianBlur(references[light].level, (0, 0), _FLAT_PX) for light in (first, second)
    )
    told = (one > _DARKEST) & (one < _BRIGHTEST) & (other < _BRIGHTEST)
    if not told.any():
        return 0.0
    answer = np.log((other + _DARKEST) / (one + _DARKEST))
    answer -= np.log((flat_other + _DARKEST) / (flat_one + _DARKEST))
    answer = cv2.GaussianBlur(answer - np.median(answer[told]), (0, 0), 1.0)
    return float(np.count_nonzero(np.abs(answer[told]) > _RELIEF)) / one.size
