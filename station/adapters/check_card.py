"""A card to print and keep at the bench: the smallest faults that it surely finds, at true size."""

import html
import math
from collections.abc import Sequence

from calibration.record import Calibration
from calibration.sections.detection import Detectability
from station.messages.catalogue import LOCALES, Catalogue

_ROW_MM = 14.0
_TOP_MM = 34.0
_WIDTH_MM = 148.0
_BAR_LEFT_MM = 96.0
_BAR_WIDEST_MM = 46.0
_RULER_MM = 100


def check_card(record: Calibration) -> str:
    """The card as a page of HTML with one drawing in millimetres, in both languages.

    Each kind has its size from which 90 % are found, at 95 % confidence, as a figure and as a bar
    or a disc of that size; a scale bar of 100 mm shows whether the printer kept the scale.
    """
    languages = [Catalogue.load(locale) for locale in LOCALES]
    kinds = sorted(record.detection, key=lambda each: each.defect)
    rows = [_row(number, each, languages) for number, each in enumerate(kinds)]
    height = _TOP_MM + _ROW_MM * len(rows) + 26
    title = " · ".join(words.text("card.title") for words in languages)
    until = f"{record.valid_until:%Y-%m-%d}"
    heading = [
        _text(4, 9, 5.2, title, bold=True),
        *(
            _text(4, 15 + 5 * number, 3.1, words.text("card.meaning"))
            for number, words in enumerate(languages)
        ),
        _text(
            4, 27, 3.1, f"{record.camera.name} · {record.id} · {record.made_at:%Y-%m-%d} – {until}"
        ),
    ]
    ruler = _ruler(height - 14, " · ".join(words.text("card.ruler") for words in languages))
    body = "\n".join([*heading, *rows, *ruler])
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        "<style>@page{size:A5;margin:0}body{margin:0}svg{font-family:sans-serif}</style></head>"
        f'<body><svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM}mm" '
        f'height="{height:.1f}mm" viewBox="0 0 {_WIDTH_MM} {height:.1f}">\n{body}\n'
        "</svg></body></html>\n"
    )


def _row(number: int, found: Detectability, languages: Sequence[Catalogue]) -> str:
    y = _TOP_MM + _ROW_MM * number
    names = " · ".join(words.text(f"defect.{found.defect}") for words in languages)
    drawn = [_text(4, y + 5, 3.8, names, bold=True)]
    if found.a90_95 is None:
        none = " · ".join(words.text("card.no-size") for words in languages)
        return "\n".join([*drawn, _text(4, y + 10, 3.1, none)])
    sizes = " · ".join(
        words.text(
            "card.from", size=f"{found.a90_95:.3g}", unit=found.unit, quantity=found.quantity
        )
        for words in languages
    )
    drawn.append(_text(4, y + 10, 3.1, sizes))
    if found.quantity == "area":
        radius = math.sqrt(found.a90_95 / math.pi)
        if 2 * radius <= _ROW_MM:
            centre = f'cx="{_BAR_LEFT_MM + radius:.2f}" cy="{y + _ROW_MM / 2 - 1:.2f}"'
            drawn.append(f'<circle {centre} r="{radius:.2f}"/>')
    elif found.a90_95 <= _BAR_WIDEST_MM:
        place = f'x="{_BAR_LEFT_MM}" y="{y + 5:.2f}" width="{found.a90_95:.2f}" height="0.8"'
        drawn.append(f"<rect {place}/>")
    return "\n".join(drawn)


def _ruler(y: float, said: str) -> list[str]:
    ticks = [
        f'<rect x="{4 + at}" y="{y - long:.1f}" width="0.15" height="{long:.1f}"/>'
        for at in range(0, _RULER_MM + 1, 5)
        for long in [3.0 if at % 10 == 0 else 1.5]
    ]
    return [
        f'<rect x="4" y="{y}" width="{_RULER_MM}" height="0.15"/>',
        *ticks,
        _text(4, y + 7, 3.1, said),
    ]


def _text(x: float, y: float, size: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y:.1f}" font-size="{size}"{weight}>{html.escape(text)}</text>'
