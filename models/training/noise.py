"""Random fields of a chosen grain."""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""Float32 [S, S]."""


def fractal(rng: np.random.Generator, size: int, cells: int, octaves: int = 2) -> Field:
    """Smooth noise of about unit spread with ``cells`` features across, and finer octaves."""
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for octave in range(octaves):
        side = min(size, cells * 2**octave + 1)
        coarse = rng.standard_normal((side, side), dtype=np.float32)
        fine = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
        total += np.float32(weight) * fine
        weight *= 0.5
    return total


def smooth_step(field: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, without a kink between."""
    place = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(place * place * (3 - 2 * place), dtype=np.float32)
