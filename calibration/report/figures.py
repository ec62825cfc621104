"""Figures of the calibration report as SVG, in numbers alone so that they need no language."""

import math
from collections.abc import Sequence

import numpy as np

from calibration.boards.board import Floats
from calibration.boards.finding import Sighting
from calibration.characterisation import Characterisation
from calibration.chart.reference import BATCHES, COLUMNS
from calibration.colour import lab_d50_to_linear, srgb_encoded
from calibration.lens.coverage import cell_counts
from calibration.sections.detection import Detectability
from calibration.sections.photometry import EdgeSharpness, Grid
from calibration.verification.log import Verification

BLUE, AMBER, MAROON, INK, PALE = "#0B66C3", "#FFB000", "#6B1027", "#1B2430", "#D7DEE6"
WIDTH = 640
_MARGIN = 46
_QUARTERS = (0, 0.25, 0.5, 0.75, 1)
_DOTTED = 60
"""Curves of more points than this are lines alone."""


def coverage_figure(sightings: Sequence[Sighting], size: tuple[int, int]) -> str:
    """Every corner that was seen, over the cells of the coverage; cells without any are hatched."""
    counts = cell_counts(sightings, size)
    rows, columns = counts.shape
    scale = WIDTH / size[0]
    height = size[1] * scale
    parts = []
    for (row, column), count in np.ndenumerate(counts):
        x, y = column * WIDTH / columns, row * height / rows
        fill = MAROON if count == 0 else BLUE
        share = 0.35 if count == 0 else min(0.5, 0.08 + 0.02 * count)
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDTH / columns:.1f}" '
            f'height="{height / rows:.1f}" fill="{fill}" fill-opacity="{share:.2f}" '
            f'stroke="white"/>'
        )
    for sighting in sightings:
        parts += [
            f'<circle cx="{(x + 0.5) * scale:.1f}" cy="{(y + 0.5) * scale:.1f}" r="1.4" '
            f'fill="{INK}"/>'
            for x, y in sighting.pixels
        ]
    return _svg(height, parts)


def residual_figure(
    sightings: Sequence[Sighting], residuals: Sequence[Floats], size: tuple[int, int]
) -> str:
    """The residual of every corner as a line, `magnified` so that the largest is well seen."""
    scale = WIDTH / size[0]
    height = size[1] * scale
    largest = max(float(np.hypot(*each.T).max()) for each in residuals)
    magnified = 10 ** math.floor(math.log10(60 / (largest * scale))) if largest > 0 else 1.0
    parts = [f'<rect width="{WIDTH}" height="{height:.0f}" fill="none" stroke="{PALE}"/>']
    for sighting, left in zip(sightings, residuals, strict=True):
        for (x, y), (dx, dy) in zip(sighting.pixels * scale, left * scale * magnified, strict=True):
            parts.append(
                f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x + dx:.1f}" y2="{y + dy:.1f}" '
                f'stroke="{BLUE}" stroke-width="1"/><circle cx="{x:.1f}" cy="{y:.1f}" r="1" '
                f'fill="{INK}"/>'
            )
    parts.append(_text(8, height - 8, f"x {magnified:g}"))
    return _svg(height, parts)


def chart_figure(made: Characterisation) -> str:
    """Each patch of the chart as delivered, corrected, and as it should be, from above; below it
    its ΔE00 as delivered and, held out of the fit, corrected."""
    wide, high = WIDTH / COLUMNS, 92.0
    should = BATCHES[made.batch]
    parts = []
    for number in range(len(should)):
        row, column = divmod(number, COLUMNS)
        x, y = column * wide, row * high
        for band, lab in enumerate((made.delivered, made.corrected, should)):
            parts.append(
                f'<rect x="{x + 3:.1f}" y="{y + 3 + 22 * band:.1f}" width="{wide - 6:.1f}" '
                f'height="22" fill="{_hex(lab[number])}"/>'
            )
        said = f"{made.before[number]:.1f} → {made.held_out[number]:.1f}"
        parts.append(_text(x + 5, y + 84, said))
    return _svg(high * len(should) / COLUMNS, parts)


def flat_field_figure(levels: Grid) -> str:
    """The relative levels of a flat field as greys, each with its percentage."""
    wide, high = WIDTH / len(levels[0]), 26.0
    parts = []
    for row, line in enumerate(levels):
        for column, level in enumerate(line):
            grey = round(255 * float(srgb_encoded(level)))
            x, y = column * wide, row * high
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.0f}" '
                f'fill="#{grey:02X}{grey:02X}{grey:02X}"/>'
            )
            ink = INK if level > 0.4 else "#FFFFFF"
            parts.append(_text(x + wide / 2 - 9, y + 18, f"{100 * level:.0f}", ink))
    return _svg(high * len(levels), parts)


def mtf_figure(edges: Sequence[EdgeSharpness]) -> str:
    """The contrast of every slanted edge over cycles per pixel."""
    curves = [
        (np.linspace(0, 0.5, len(edge.mtf)), np.array(edge.mtf)) for edge in edges if edge.mtf
    ]
    return plot([(x, y, BLUE) for x, y in curves], (0, 0.5), (0, 1.1), "cycles / px", "MTF")


def pod_figure(found: Sequence[Detectability]) -> str:
    """The probability of detection of every kind of fault over its length, or the root of its
    area, on a logarithmic scale and as far as faults were tried."""
    ends = [(_length(each, each.low), _length(each, each.high)) for each in found]
    low, high = min(first for first, _ in ends), max(last for _, last in ends)
    curves = []
    for each, (first, last), colour in zip(found, ends, _colours(len(found)), strict=True):
        lengths = np.geomspace(first, last, 100)
        power = 2 if each.unit == "mm2" else 1
        odds = (power * np.log(lengths) - each.mu) / each.sigma
        curves.append((np.log10(lengths), 1 / (1 + np.exp(-odds)), colour))
    names = [each.defect.replace("_", " ") for each in found]
    across = (math.log10(low), math.log10(high) + 0.5)
    return plot(curves, across, (0, 1), "mm", "POD", names, decades=True)


def _length(found: Detectability, size: float) -> float:
    return math.sqrt(size) if found.unit == "mm2" else size


def drift_chart(history: Sequence[Verification]) -> str:
    """Every figure of the daily checks as a share of its limit, over the days; the lines at 0.5
    and 1 are where a check warns and withdraws."""
    if not history:
        return plot([], (0, 1), (0, 1.2), "d", "1")
    first = history[0].at
    quantities = [result.quantity for result in history[-1].results]
    curves = []
    top = 1.2
    for quantity, colour in zip(quantities, _colours(), strict=False):
        days, shares = [], []
        for each in history:
            for result in each.results:
                if result.quantity == quantity and result.marginal_limit:
                    days.append((each.at - first).total_seconds() / 86_400)
                    shares.append(result.value / result.marginal_limit)
        curves.append((np.array(days), np.array(shares), colour))
        top = max(top, *(1.1 * share for share in shares))
    end = max(1.0, *(float(x.max()) for x, _, _ in curves if len(x)))
    limits = [
        (np.array([0, end]), np.array([0.5, 0.5]), AMBER),
        (np.array([0, end]), np.array([1.0, 1.0]), MAROON),
    ]
    return plot([*curves, *limits], (0, end), (0, top), "d", "limit", quantities)


def plot(
    curves: Sequence[tuple[Floats, Floats, str]],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    x_name: str,
    y_name: str,
    names: Sequence[str] = (),
    *,
    decades: bool = False,
) -> str:
    """Curves (x, y, colour) in one frame with its axes; the first ones have names.

    With `decades` x are decimal logarithms, written as the numbers; names then stand at the right,
    where the curves have ended.
    """
    height = 300.0
    right, low = WIDTH - 12.0, height - _MARGIN

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - x_range[0]) / (x_range[1] - x_range[0] or 1)
        up = (y - y_range[0]) / (y_range[1] - y_range[0] or 1)
        return _MARGIN + across * (right - _MARGIN), low - up * (low - 14)

    parts = [
        f'<path d="M{_MARGIN} 14 V{low} H{right}" fill="none" stroke="{INK}"/>',
        _text(right - 70, height - 12, x_name),
        _text(_MARGIN + 6, 12, y_name),
    ]
    for x, written in _marks(x_range, decades=decades):
        parts.append(_text(place(x, 0)[0] - 8, low + 16, written))
    for share in _QUARTERS:
        y = y_range[0] + share * (y_range[1] - y_range[0])
        parts.append(_text(4, place(x_range[0], y)[1] + 4, f"{y:.3g}"))
    for number, (xs, ys, colour) in enumerate(curves):
        points = [place(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        dots = points if len(points) <= _DOTTED else []
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in dots]
        if number < len(names):
            left = right - 105 if decades else _MARGIN + 12
            parts.append(_text(left, 30 + 15 * number, names[number], colour))
    return _svg(height, parts)


def _marks(x_range: tuple[float, float], *, decades: bool) -> list[tuple[float, str]]:
    """Where x is written below the axis, and what."""
    first, last = x_range
    if not decades:
        places = [first + share * (last - first) for share in _QUARTERS]
        return [(x, f"{x:.3g}") for x in places]
    numbers = [base * 10.0**power for power in range(-2, 5) for base in (1, 2, 5)]
    return [(math.log10(x), f"{x:g}") for x in numbers if first <= math.log10(x) <= last]


def _hex(lab: Floats) -> str:
    """CIELAB under D50 as a screen shows it."""
    codes = np.clip(srgb_encoded(np.clip(lab_d50_to_linear(lab), 0, 1)), 0, 1) * 255
    red, green, blue = (round(float(code)) for code in codes)
    return f"#{red:02X}{green:02X}{blue:02X}"


def _colours(count: int = 11) -> tuple[str, ...]:
    some = (
        *(BLUE, "#2E8B57", "#7A4CC2", "#00838F", "#B35C00", INK),
        *("#5D6B79", "#A02070", "#8A7A00", "#C0392B", "#4E79C7"),
    )
    return tuple(some[number % len(some)] for number in range(count))


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{text}</text>'
