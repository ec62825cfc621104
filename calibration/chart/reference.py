"""The 24-patch chart: its patches, and what they measure.

CIELAB under illuminant D50 for the 2° observer, as the maker states them for the ColorChecker
Classic and Classic Mini: charts made before November 2014 (the file of ProfileMaker and i1Match)
and since (the file dated November 2014, i1Pro 2, measurement condition M0 of ISO 13655). A single
chart differs from its batch by about ΔE00 1 and fades, so the figures of a certificate are better
where there is one.
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from calibration.colour import Floats

Batch: TypeAlias = Literal["before-2014-11", "since-2014-11"]

COLUMNS, ROWS = 6, 4
PATCHES = COLUMNS * ROWS
NAMES = tuple(f"{column}{row}" for row in range(1, ROWS + 1) for column in "ABCDEF")
"""Row by row as the maker prints them: A1 dark skin … F1 bluish green, A4 white … F4 black."""
GREYS = slice(18, 24)
WHITE, NEUTRAL, BLACK = 18, 21, 23

_BEFORE = (
    (37.986, 13.555, 14.059),
    (65.711, 18.130, 17.810),
    (49.927, -4.880, -21.905),
    (43.139, -13.095, 21.905),
    (55.112, 8.844, -25.399),
    (70.719, -33.397, -0.199),
    (62.661, 36.067, 57.096),
    (40.020, 10.410, -45.964),
    (51.124, 48.239, 16.248),
    (30.325, 22.976, -21.587),
    (72.532, -23.709, 57.255),
    (71.941, 19.363, 67.857),
    (28.778, 14.179, -50.297),
    (55.261, -38.342, 31.370),
    (42.101, 53.378, 28.190),
    (81.733, 4.039, 79.819),
    (51.935, 49.986, -14.574),
    (51.038, -28.631, -28.638),
    (96.539, -0.425, 1.186),
    (81.257, -0.638, -0.335),
    (66.766, -0.734, -0.504),
    (50.867, -0.153, -0.270),
    (35.656, -0.421, -1.231),
    (20.461, -0.079, -0.973),
)
_SINCE = (
    (37.54, 14.37, 14.92),
    (64.66, 19.27, 17.50),
    (49.32, -3.82, -22.54),
    (43.46, -12.74, 22.72),
    (54.94, 9.61, -24.79),
    (70.48, -32.26, -0.37),
    (62.73, 35.83, 56.50),
    (39.43, 10.75, -45.17),
    (50.57, 48.64, 16.67),
    (30.10, 22.54, -20.87),
    (71.77, -24.13, 58.19),
    (71.51, 18.24, 67.37),
    (28.37, 15.42, -49.80),
    (54.38, -39.72, 32.27),
    (42.43, 51.05, 28.62),
    (81.80, 2.67, 80.41),
    (50.63, 51.28, -14.12),
    (49.57, -29.71, -28.32),
    (95.19, -1.03, 2.93),
    (81.29, -0.57, 0.44),
    (66.89, -0.75, -0.06),
    (50.76, -0.13, 0.14),
    (35.63, -0.46, -0.48),
    (20.64, 0.07, -0.46),
)
BATCHES: dict[Batch, Floats] = {
    "before-2014-11": np.array(_BEFORE),
    "since-2014-11": np.array(_SINCE),
}
"""For each batch 24 x 3: L*, a*, b* under D50, in the order of `NAMES`."""


def chart_positions() -> NDArray[np.float64]:
    """The patches' centres on the chart (24 x 2), in units of their pitch, A1 at (0, 0)."""
    rows, columns = np.divmod(np.arange(PATCHES), COLUMNS)
    return np.stack([columns, rows], axis=1).astype(np.float64)
