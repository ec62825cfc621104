"""What a lens calibration must reach: reliability limits B4, step 5."""

from calibration.acceptance import Limit, judged
from calibration.sections.provenance import Result

STEP = "lens"

RMS = Limit(0.30, 0.50)
MAX = Limit(2.0, 3.0)
HOLDOUT = Limit(1.2, 1.5)
HALF_SET = Limit(0.5, 1.0)
VIEWS = Limit(20, 12)
X = Limit(0.7, 0.55)
Y = Limit(0.7, 0.55)
SIZE = Limit(0.4, 0.3)
SKEW = Limit(0.5, 0.35)
CELLS = Limit(0.90, 0.75)
ASPECT = Limit(0.003, 0.006)

_SAID: dict[str, tuple[Limit, str, str, str]] = {
    "distinct views": (
        VIEWS,
        "1",
        "too few views that differ from each other",
        "picture the board at more places, distances and tilts",
    ),
    "coverage x": (
        X,
        "1",
        "the board was not moved far enough from left to right",
        "picture it at the left and right edge of the picture",
    ),
    "coverage y": (
        Y,
        "1",
        "the board was not moved far enough from top to bottom",
        "picture it at the upper and lower edge of the picture",
    ),
    "coverage size": (
        SIZE,
        "1",
        "the board is always small in the picture",
        "bring it nearer, or use a larger board",
    ),
    "coverage skew": (
        SKEW,
        "1",
        "the board is never tilted enough",
        "tilt it by 30 to 45 degrees to each side",
    ),
    "cells hit": (
        CELLS,
        "1",
        "parts of the picture never showed a corner of the board",
        "picture the board in the corners of the picture too",
    ),
    "rms": (
        RMS,
        "px",
        "the corners do not fit a lens well",
        "lay the board on glass or a plate so that it is flat, hold it still, and focus",
    ),
    "largest residual": (
        MAX,
        "px",
        "single corners lie far off",
        "take out the view with that corner: it is blurred, bent or covered",
    ),
    "held-out over fitted": (
        HOLDOUT,
        "1",
        "views kept out of the fit fit much worse than those in it",
        "take more views; the lens follows the few there are",
    ),
    "half-set difference": (
        HALF_SET,
        "px",
        "two halves of the views give different lenses",
        "take more views, tilted and up to the corners; check that focus and zoom are locked",
    ),
    "board aspect": (
        ASPECT,
        "1",
        "the board is not as wide for its height as it was named",
        "print it at 100 % without 'fit to page', and lay it flat",
    ),
}


def judge(quantity: str, value: float) -> Result:
    """Return the figure with its verdict, and with reason and remedy unless it passes."""
    limit, unit, reason, remedy = _SAID[quantity]
    return judged(STEP, quantity, value, unit, limit, reason, remedy)
