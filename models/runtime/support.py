"""Whether a picture is like anything that was learnt: if not, no confidence means anything.

What the net sees over an item, as the mean and the spread of each of its features, is compared
with the same of pictures that it learnt from: the distance to the nearest of them, in units of the
features' own spread, as a share of the distance that all but one in two hundred kept-back pictures
stay below.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.archive import UNREADABLE, archive_bytes, read_archive
from models.runtime.errors import PackError
from models.runtime.manifest import SUPPORT

_MOST = 512
_QUANTILE = 0.995
_MAX_BYTES = 16 * 2**20
_LEAST_SPREAD = 1e-3

Summary = NDArray[np.float32]
"""float32 [2 C]: mean and standard deviation of each feature over an item."""


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Summaries of learnt pictures, float32 [N, 2 C], in units of `scale` around `middle`, both
    float32 [2 C]; `limit` is the distance that kept-back pictures hardly ever exceed."""

    known: NDArray[np.float32]
    middle: NDArray[np.float32]
    scale: NDArray[np.float32]
    limit: float

    def strangeness(self, summary: Summary) -> float:
        """Distance to what was learnt as a share of the limit: above 1 there is no support.

        ValueError for a summary of other features.
        """
        if summary.shape != self.middle.shape:
            raise ValueError("a summary of other features than those of this support")
        return self._distance(summary) / self.limit

    def _distance(self, summary: Summary) -> float:
        place = (summary - self.middle) / self.scale
        return float(np.sqrt(((self.known - place) ** 2).sum(axis=1).min()))


def summary_of(features: NDArray[np.float32], within: NDArray[np.uint8]) -> Summary | None:
    """The summary of features [C, h, w] over the cells where `within` [h, w] is not 0.

    None where there are none.
    """
    cells = features[:, within > 0]
    if cells.shape[1] == 0:
        return None
    both = np.concatenate([cells.mean(axis=1), cells.std(axis=1)])
    return np.asarray(both, np.float32)


def learn_support(learnt: NDArray[np.float32], kept: NDArray[np.float32]) -> Support:
    """The support of `learnt` summaries [N, 2 C], its limit set on `kept` back ones [M, 2 C].

    Of many learnt ones a spread-out choice is kept. ValueError without learnt or kept ones.
    """
    if not len(learnt) or not len(kept):
        raise ValueError("support needs pictures learnt from and pictures kept back")
    middle = np.asarray(learnt.mean(axis=0), np.float32)
    scale = np.asarray(np.maximum(learnt.std(axis=0), _LEAST_SPREAD), np.float32)
    # In units of its spread each feature counts alike; the distance is that of a single one.
    scale = np.asarray(scale * np.sqrt(learnt.shape[1]), np.float32)
    known = np.asarray((learnt - middle) / scale, np.float32)
    if len(known) > _MOST:
        known = known[np.random.default_rng(0).choice(len(known), _MOST, replace=False)]
    draft = Support(known, middle, scale, 1.0)
    distances = [draft.strangeness(each) for each in kept]
    limit = max(float(np.quantile(distances, _QUANTILE)), 1e-6)
    return Support(known, middle, scale, limit)


def support_bytes(support: Support) -> bytes:
    """The content of `support.npz`."""
    arrays: dict[str, NDArray[Any]] = {
        "known": support.known.astype(np.float16),
        "middle": support.middle,
        "scale": support.scale,
        "limit": np.array([support.limit], np.float64),
    }
    return archive_bytes(arrays)


def read_support(content: bytes) -> Support:
    """The support in `support.npz`, or PackError."""
    try:
        arrays = read_archive(content, _MAX_BYTES)
        known, middle, scale, limit = (
            arrays[name] for name in ("known", "middle", "scale", "limit")
        )
    except (KeyError, *UNREADABLE) as error:
        raise PackError(f"{SUPPORT} cannot be read: {error}.") from error
    support = Support(
        known.astype(np.float32),
        middle.astype(np.float32),
        scale.astype(np.float32),
        float(limit[0]) if limit.shape == (1,) else np.nan,
    )
    width = len(support.middle)
    whole = (
        known.ndim == 2
        and known.shape[1] == width > 0
        and len(known) > 0
        and support.scale.shape == support.middle.shape == (width,)
        and all(np.isfinite(each).all() for each in (support.known, support.middle, support.scale))
        and bool((support.scale > 0).all())
        and support.limit > 0
    )
    if not whole:
        raise PackError(f"{SUPPORT} does not hold known, middle, scale and limit that fit.")
    return support
