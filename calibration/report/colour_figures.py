"""The chart before and after correction, and a flat field, as SVG for the calibration report."""

from calibration.characterisation import Characterisation
from calibration.chart.reference import BATCHES, COLUMNS, NAMES, PATCHES, ROWS
from calibration.colour import Floats, lab_d50_to_linear, srgb_encoded
from calibration.light.flat_field import CELLS, FlatField

_PITCH, _SIDE, _BAND = 100, 88, 24
_INK, _PAPER, _FRAME = "#1B2430", "#FFFFFF", "#202020"


def chart_figure(made: Characterisation) -> str:
    """Return the chart with, in each patch, its reference around what the camera delivered (left)
    and what the correction makes of it (right), and ΔE00 before and held out below.

    Figures alone and no words, so that it needs no language. Colours that sRGB cannot show are
    clipped.
    """
    wanted = _colours(BATCHES[made.batch])
    before, after = _colours(made.delivered), _colours(made.corrected)
    parts = []
    for number in range(PATCHES):
        row, column = divmod(number, COLUMNS)
        x, y = column * _PITCH + 6, row * (_PITCH + _BAND) + 6
        parts += [
            _rectangle(x, y, _SIDE, _SIDE, wanted[number]),
            _rectangle(x + 14, y + 14, 30, _SIDE - 28, before[number]),
            _rectangle(x + 44, y + 14, 30, _SIDE - 28, after[number]),
            _text(
                x,
                y + _SIDE + 16,
                _PAPER,
                f"{NAMES[number]}  {made.before[number]:.1f} → {made.held_out[number]:.1f}",
            ),
        ]
    return _svg(COLUMNS * _PITCH, ROWS * (_PITCH + _BAND), _FRAME, parts)


def flat_field_figure(field: FlatField) -> str:
    """Return the 9 x 9 levels of a flat field as greys, each with its percentage."""
    parts = []
    for row in range(CELLS):
        for column in range(CELLS):
            level = float(field.cells[row, column])
            grey = round(255 * float(srgb_encoded(level)))
            ink = _INK if level > 0.4 else _PAPER
            x, y = column * 64, row * 40
            parts += [
                _rectangle(x, y, 64, 40, f"#{grey:02X}{grey:02X}{grey:02X}"),
                _text(x + 20, y + 25, ink, f"{100 * level:.0f}"),
            ]
    return _svg(CELLS * 64, CELLS * 40, _PAPER, parts)


def _colours(lab: Floats) -> list[str]:
    codes = (srgb_encoded(lab_d50_to_linear(lab)) * 255).round().astype(int)
    return [f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in codes]


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>'


def _text(x: float, y: float, colour: str, said: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}">{said}</text>'


def _svg(width: int, height: int, ground: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="13">{_rectangle(0, 0, width, height, ground)}'
        f"{''.join(parts)}</svg>"
    )
