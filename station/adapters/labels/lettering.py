"""Text as black and white dots, in the font that is shipped for the screen."""

from functools import cache
from importlib.resources import as_file, files
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

FONT = ("ui", "fonts", "NotoSansSC-Bold.otf")
DESCENT = 0.22
"""How far below the line the font reaches, over its height."""
ELLIPSIS = "…"


def lettered(text: str, width: int, height: int) -> NDArray[np.bool_]:
    """The text as dots, true where black, at most `width` by `height`.

    What does not fit is cut and ends with an ellipsis.
    """
    for dropped in count():
        shown = text if not dropped else text[: len(text) - dropped].rstrip() + ELLIPSIS
        dots = _drawn(shown, height)
        if dots.shape[1] <= width or dropped >= len(text):
            return dots[:, :width]
    raise AssertionError("unreachable")


def _drawn(text: str, height: int) -> NDArray[np.bool_]:
    size = max(6, round(height * 0.82))
    canvas = np.zeros((height, max(1, 2 * height * (len(text) + 1))), np.uint8)
    line = round(height * (1 - DESCENT))
    cv2.putText(canvas, text, (0, line), (255,), _font(), size, 700)
    inked = np.flatnonzero(canvas.any(axis=0))
    end = int(inked[-1]) + 1 if inked.size else 1
    return canvas[:, :end] >= 128


@cache
def _font() -> cv2.FontFace:
    with as_file(files("station").joinpath(*FONT)) as path:
        return cv2.FontFace(str(path))
