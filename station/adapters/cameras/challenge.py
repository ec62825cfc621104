"""What a light pattern showed: do the pictures follow the light, and what the shots foretell?

Light adds up, so a picture under a mix of lights is the same mix of the pictures under each of
them, whatever lies there. The levels are read on the bare bench; the rest must agree with them.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.runtime.opencv import cv2
from station.adapters.cameras.bench_reference import BenchReference
from station.adapters.cameras.reduced import Cells, Level
from station.domain.light_proof import LightProof, LightStep, Mix

_BRIGHTEST = 0.92
"""Above this linear light a pixel may be at the end of its scale, where light no longer adds up."""
_DARKEST = 0.003
_UNLIKE = 0.08
_UNLIKE_FLOOR = 0.004
_KEPT = 0.8
_ROUNDS = 4
_TELLING = 0.006
"""Of darker places 8 bits and a JPEG tell too little of how they answer a light."""
_RELIEF = 0.2
"""As the logarithm of how a place answers low light, over how the places around it do."""
_GRAIN, _GRAIN_FALLS = 0.055, -0.42
"""In the dark: the same for about six grey levels of 8-bit sRGB, more than noise and JPEG make."""
_AROUND_PX = 4.0
_EVENED = 5
_READ_CELLS = 8000
"""So many places are plenty to read two or three levels from."""


def proof_of(
    shots: Mapping[str, Level],
    references: Mapping[str, BenchReference],
    steps: Sequence[tuple[Mix, Level]],
    *,
    pose: str,
    camera: str,
    digests: tuple[str, ...],
    masked: Cells | None = None,
) -> LightProof:
    """The proof of a pose from its shots by light, one for each light of the mixes, and its steps.

    Lights without a reference of the empty bench do not tell where it shows; without any the levels
    are read off the whole picture. What is `masked` in the shots says nothing.
    """
    lights = tuple(light for light, _ in steps[0][0].levels)
    known = [light for light in lights if light in references]
    usable = np.logical_and.reduce([_usable(shots[light]) for light in lights])
    clear = np.ones_like(usable) if masked is None else ~masked
    usable &= clear
    # Where hard shadows fall the softest light still shows the bench.
    shown = [references[light].shown(shots[light]) for light in known]
    bench = max(shown, key=lambda each: each.share).cells if shown else usable
    basis = np.stack([shots[light] for light in lights])
    # Lights that fall alike are told apart by little, so noise is averaged out before.
    evened = np.stack([_evened(level) for level in basis])
    read = bench & cv2.erode(usable.view(np.uint8), np.ones((_EVENED, _EVENED))).view(np.bool_)
    seen = [_levels(evened, _evened(level), read) for _, level in steps]
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
        relief=_relief(shots, references, known, clear),
    )


def _usable(level: Level) -> Cells:
    return np.asarray((level < _BRIGHTEST) & (level > 0))


def _evened(level: Level) -> Level:
    return np.asarray(cv2.blur(level, (_EVENED, _EVENED)), np.float32)


def _levels(basis: NDArray[np.float32], level: Level, cells: Cells) -> NDArray[np.float64]:
    """The share of each light in a picture, by least squares that lets the worst places go."""
    places = np.flatnonzero(cells)
    if len(places) < 10 * len(basis):
        return np.zeros(len(basis))
    places = places[:: max(1, len(places) // _READ_CELLS)]
    columns = basis.reshape(len(basis), -1)[:, places].T.astype(np.float64)
    seen = level.ravel()[places].astype(np.float64)
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
    shots: Mapping[str, Level],
    references: Mapping[str, BenchReference],
    known: Sequence[str],
    clear: Cells,
) -> float | None:
    """The largest part of the picture that some light shows unlike a sheet, over the evenest one.

    Two low lights from either side tell a bent sheet's edges apart too well.
    """
    if len(known) < 2:
        return None
    even = min(known, key=lambda light: references[light].spread)
    return max(
        _relief_of(shots[even], shots[light], references[even], references[light], clear)
        for light in known
        if light != even
    )


def _relief_of(
    one: Level,
    other: Level,
    one_bench: BenchReference,
    other_bench: BenchReference,
    clear: Cells,
) -> float:
    """The part of the picture that answers one light over the other unlike what lies around it.

    A sheet does so nowhere: what is printed on it answers every light alike, and where it is bent
    it turns to the lamp little by little. Goods have edges, and shadows that end.
    """
    told = (one > _TELLING) & (one < _BRIGHTEST) & (other < _BRIGHTEST)
    told &= clear & (other_bench.flat > _TELLING)
    answer = np.log((other + _DARKEST) / (one + _DARKEST))
    answer -= np.log((other_bench.flat + _DARKEST) / (one_bench.flat + _DARKEST))
    answer = cv2.GaussianBlur(answer, (0, 0), 1.0)
    weight = told.astype(np.float32)
    total = cv2.GaussianBlur(answer * weight, (0, 0), _AROUND_PX)
    around = total / np.maximum(cv2.GaussianBlur(weight, (0, 0), _AROUND_PX), _DARKEST)
    flatly = one * (other_bench.flat / np.maximum(one_bench.flat, _DARKEST))
    darker = np.maximum(np.minimum(one, flatly), _DARKEST)
    surely = np.maximum(_RELIEF, _GRAIN * darker**_GRAIN_FALLS)
    return float(np.count_nonzero(told & (np.abs(answer - around) > surely))) / one.size
