"""What a net sees of each place of a picture: its features, beside the probabilities it gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.region import Box


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMap:
    """Features, float32 [C, h, w], of cells of `stride` pixels that start at `window`'s corner.

    `light` is the lamp of the only picture looked at, or empty where several were seen at once.
    """

    values: NDArray[np.float32]
    window: Box
    stride: int
    light: str
