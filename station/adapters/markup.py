"""Marked-up pictures: outlined and numbered findings on a copy of a picture."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from station.domain.defect import Finding

_WHITE, _DARK = (255, 255, 255), (24, 33, 43)


def mark_up(picture: NDArray[np.uint8], findings: Sequence[Finding]) -> NDArray[np.uint8]:
    """A copy of an RGB picture with white, dark-cased outlines, numbered from 1 in their order."""
    marked = picture.copy()
    unit = max(1.0, max(picture.shape[:2]) / 1000)
    for number, finding in enumerate(findings, 1):
        outline = np.round(np.asarray(finding.polygon)).astype(np.int32).reshape(-1, 1, 2)
        for colour, width in ((_DARK, 5 * unit), (_WHITE, 2 * unit)):
            cv2.polylines(marked, [outline], True, colour, max(1, round(width)), cv2.LINE_AA)
        _number(marked, number, finding.box, unit)
    return marked


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an RGB picture as a JPEG; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, encoded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise OSError(f"{path} cannot be encoded")
    path.write_bytes(encoded.tobytes())


def _number(
    marked: NDArray[np.uint8], number: int, box: tuple[int, int, int, int], unit: float
) -> None:
    radius = round(14 * unit)
    x = min(max(box[0], radius), marked.shape[1] - radius - 1)
    y = min(max(box[1], radius), marked.shape[0] - radius - 1)
    cv2.circle(marked, (x, y), radius, _WHITE, -1, cv2.LINE_AA)
    cv2.circle(marked, (x, y), radius, _DARK, max(1, round(2 * unit)), cv2.LINE_AA)
    text, scale, width = str(number), 0.6 * unit, max(1, round(1.6 * unit))
    (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    place = (x - w // 2, y + h // 2)
    cv2.putText(marked, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, _DARK, width, cv2.LINE_AA)
