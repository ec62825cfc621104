"""Where everything on the operator's window stands, for a size and a hand.

From 1800 pixels up the keys stand in a row; in a narrower window they stack in one column. The
column is at the side of the dominant hand and the keys are at its foot.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from station.ui.theme import Sizes, sizes

ROW_FROM = 1800
PICTURE_SHAPE = 9 / 16
KEY_WIDTH, KEY_HEIGHT, SECOND_HEIGHT, KEY_GAP = 216.0, 72.0, 56.0, 12.0


@dataclass(frozen=True, slots=True)
class Places:
    """Rectangles in window pixels; `keys` are the three grades, then take, retake, undo."""

    sizes: Sizes
    strip: QRectF
    stage: QRectF
    row: QRectF
    grade: QRectF
    reasons: QRectF
    keys: tuple[QRectF, ...]
    band: QRectF


def places(width: int, height: int, *, left_handed: bool = False) -> Places:
    """Divide a window."""
    s = sizes(width, height)
    in_row = width >= ROW_FROM
    margin = s.of(16)
    strip = QRectF(0, 0, width, round(s.of(64)))
    band_height = round(s.of(112))
    band = QRectF(0, height - band_height, width, band_height)
    top, bottom = strip.bottom() + margin, band.top() - margin
    column = (
        s.target(3 * KEY_WIDTH + 2 * KEY_GAP) if in_row else max(s.target(KEY_WIDTH), s.of(540))
    )
    left = width - margin - column
    column_left, picture_left = (margin, 2 * margin + column) if left_handed else (left, margin)
    picture_width = width - 3 * margin - column
    most = bottom - top - margin
    stage_height = min(most - s.of(96), max(most - s.of(240), picture_width * PICTURE_SHAPE))
    stage = QRectF(picture_left, top, picture_width, stage_height)
    row_top = stage.bottom() + margin
    row = QRectF(picture_left, row_top, picture_width, bottom - row_top)
    keys = _keys(s, column_left, column, bottom, in_row=in_row)
    keys_top = keys[0].top()
    grade_height = s.of(284) if in_row else s.of(160)
    grade = QRectF(column_left, top, column, grade_height)
    reasons_top = top + grade_height + margin
    reasons = QRectF(column_left, reasons_top, column, keys_top - margin - reasons_top)
    return Places(s, strip, stage, row, grade, reasons, keys, band)


def _keys(
    s: Sizes, left: float, width: float, bottom: float, *, in_row: bool
) -> tuple[QRectF, ...]:
    gap = s.target(KEY_GAP)
    third = (width - 2 * gap) / 3
    second_height = s.target(SECOND_HEIGHT)
    second_top = bottom - second_height
    seconds = [QRectF(left + i * (third + gap), second_top, third, second_height) for i in range(3)]
    if in_row:
        key_height = s.of(112)
        top = second_top - gap - key_height
        grades = [QRectF(left + i * (third + gap), top, third, key_height) for i in range(3)]
    else:
        key_height = s.target(KEY_HEIGHT)
        top = second_top - 3 * (key_height + gap)
        grades = [QRectF(left, top + i * (key_height + gap), width, key_height) for i in range(3)]
    return (*grades, *seconds)
