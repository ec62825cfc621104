"""How unlike the good ones a picture is: nearest neighbours among the net's own features.

After PatchCore (Roth et al., CVPR 2022): features averaged over a neighbourhood, a small coreset of
each confirmed-good example chosen farthest-first, and the distance of every place to its nearest
neighbour in all of them. The bound is the largest distance of an example from the others, widened
by one over the root of their number, since few examples show little of the spread.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.runtime.features import FeatureMap
from models.runtime.opencv import cv2
from models.runtime.region import Region

LEAST_EXAMPLES = 5
MOST_EXAMPLES = 24
"""The newest examples count: goods and benches change."""

CORESET = 128
"""Places kept of each example."""

_CELL_PX = 16
_NEIGHBOURHOOD = 3
_TOP = 3
"""The score is the distance of so many-th most distant place: one place may be noise."""

_NO_DISTANCE = 1e-6

Places = NDArray[np.float32]
"""float32 [N, C]: the features of N places."""


@dataclass(frozen=True, eq=False)
class Memory:
    """The examples of one product in one pose under one lamp, the oldest first."""

    examples: tuple[Places, ...] = ()

    def with_example(self, places: Places) -> "Memory":
        """The memory with one more example; ValueError for features of another net."""
        if self.examples and places.shape[1] != self.examples[0].shape[1]:
            raise ValueError("the examples are of a net with other features")
        return Memory((*self.examples, coreset(places))[-MOST_EXAMPLES:])

    @property
    def useful(self) -> bool:
        """Whether there are enough examples to say anything."""
        return len(self.examples) >= LEAST_EXAMPLES

    def unlikeness(self, places: Places) -> float | None:
        """How far the picture lies beyond the bound of good ones, as a ratio; above 1 is unlike.

        None where there are too few examples, or no place to look at.
        """
        if not self.useful or not len(places) or places.shape[1] != self.examples[0].shape[1]:
            return None
        return _score(places, self._known) / self.bound

    def warm(self) -> None:
        """Work out what the first comparison would have to, if there are enough examples."""
        if self.useful:
            _ = self.bound, self._known

    @cached_property
    def bound(self) -> float:
        """The score beyond which a picture is unlike the examples; looked up once, then kept."""
        scores = [
            _score(own, np.concatenate([*self.examples[:n], *self.examples[n + 1 :]]))
            for n, own in enumerate(self.examples)
        ]
        return max(max(scores) * (1 + 1 / math.sqrt(len(scores))), _NO_DISTANCE)

    @cached_property
    def _known(self) -> Places:
        return np.concatenate(self.examples)


def places_of(features: FeatureMap, region: Region) -> Places:
    """The features of the places that lie in the region whole, each with its neighbourhood.

    None of them touches the region's edge, where the bench shows.
    """
    within = region.mask(features.window, features.stride)
    inner = cv2.erode(within, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    step = max(1, _CELL_PX // features.stride)
    size = (_NEIGHBOURHOOD * step, _NEIGHBOURHOOD * step)
    rows, columns = np.nonzero(inner[::step, ::step])
    if not len(rows):
        return np.empty((0, len(features.values)), np.float32)
    chosen = [
        cv2.blur(layer, size, borderType=cv2.BORDER_REFLECT_101)[::step, ::step][rows, columns]
        for layer in features.values
    ]
    return np.asarray(np.stack(chosen, axis=1), np.float32)


def coreset(places: Places, size: int = CORESET) -> Places:
    """At most `size` of the places, each the one farthest from those chosen before it."""
    if len(places) <= size:
        return places
    first = int(np.argmax(((places - places.mean(axis=0)) ** 2).sum(axis=1)))
    chosen = [first]
    nearest = ((places - places[first]) ** 2).sum(axis=1)
    for _ in range(size - 1):
        following = int(np.argmax(nearest))
        chosen.append(following)
        np.minimum(nearest, ((places - places[following]) ** 2).sum(axis=1), out=nearest)
    return places[chosen]


def _score(places: Places, known: Places) -> float:
    """The distance to its nearest known place of the `_TOP`-th most distant place."""
    squares = (known**2).sum(axis=1)
    # |a - b|² = |a|² - 2ab + |b|²: one matrix product in place of a difference for every pair.
    nearest = (squares - 2 * (places @ known.T)).min(axis=1) + (places**2).sum(axis=1)
    distances = np.sqrt(np.maximum(nearest, 0))
    top = min(_TOP, len(distances))
    return float(np.partition(distances, len(distances) - top)[len(distances) - top])
