"""The bundled fonts write every message, in Simplified forms and with figures of one width."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication

from station.messages.catalogue import LOCALES, Catalogue
from station.ui.fonts import FAMILIES, FILES, Weight, font

FOLDER = Path("station/ui/fonts")
LATIN = [name for name in FILES if name.startswith("Inter")]
HANZI = [name for name in FILES if name.startswith("Noto")]


def raw(name: str) -> QRawFont:
    return QRawFont(str(FOLDER / name), 24)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_glyph_of_any_message_is_missing(locale: str, qapp: QApplication) -> None:
    catalogue = Catalogue.load(locale)
    text = "".join(re.sub(r"\{[^}]*\}", "", catalogue.entry(i)) for i in catalogue.ids)
    for latin, hanzi in zip(LATIN, [HANZI[0], HANZI[1], HANZI[1]], strict=True):
        fonts = [raw(latin), raw(hanzi)]
        missing = {c for c in text if not any(f.supportsCharacter(ord(c)) for f in fonts)}
        assert not missing, f"{latin}, {hanzi}: {missing}"


def test_every_character_of_gb_2312_can_be_written(qapp: QApplication) -> None:
    hanzi = [
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
    ]
    for name in HANZI:
        face = raw(name)
        assert not [c for c in hanzi if c and not face.supportsCharacter(ord(c))]


@pytest.mark.parametrize("weight", list(Weight))
def test_figures_have_one_width(weight: Weight, qapp: QApplication) -> None:
    metrics = QFontMetricsF(font(40, weight))

    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_hanzi_come_from_the_simplified_face(qapp: QApplication) -> None:
    assert font(24).families() == list(FAMILIES)
    assert FAMILIES[1].endswith("SC")
    assert {raw(name).familyName() for name in HANZI} == {FAMILIES[1]}


def test_the_fonts_are_small_and_carry_their_licences() -> None:
    files = list(FOLDER.iterdir())

    assert sum(file.stat().st_size for file in files) <= 4 * 1024 * 1024
    for licence in ("OFL-Inter.txt", "OFL-NotoSansSC.txt"):
        text = (FOLDER / licence).read_text("utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in text
        assert text.startswith("Copyright")
