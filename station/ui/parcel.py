"""The parcel at the bench: its count in the strip, and on the empty stage what it still lacks."""

from PySide6.QtCore import QRectF

from station.screen.view import ParcelView
from station.ui.fonts import Weight
from station.ui.lettering import Align, Page
from station.ui.theme import INK, INK_2, Sizes
from station.ui.words import Words

TAIL = 8


def parcel_said(words: Words, parcel: ParcelView, *, whole: bool = False) -> str:
    """Its code and its count; the strip shows the end of the code, which people compare."""
    code = parcel.code if whole or len(parcel.code) <= TAIL + 1 else f"…{parcel.code[-TAIL:]}"
    return words.of("screen.parcel", code=code, came=parcel.came, declared=parcel.declared)


def draw_parcel(page: Page, area: QRectF, sizes: Sizes, words: Words, parcel: ParcelView) -> None:
    """The count, and below it the differences, as many as there are lines for them."""
    line = sizes.of(44)
    head = QRectF(area.left(), area.top(), area.width(), line)
    said = parcel_said(words, parcel, whole=True)
    page.write(
        head, said, sizes.of(32), weight=Weight.BOLD, colour=INK, align=Align.CENTRE, given=True
    )
    rows = [words.say(text) for text in parcel.differences]
    room = max(0, int((area.height() - line) // line))
    if len(rows) > room:
        rows = [*rows[: max(0, room - 1)], *_more(words, len(rows) - room + 1, room)]
    for index, row in enumerate(rows, 1):
        place = head.translated(0, index * line)
        page.write(place, row, sizes.of(28), colour=INK_2, align=Align.CENTRE, given=True)


def _more(words: Words, count: int, room: int) -> list[str]:
    return [words.of("screen.parcel-more", count=count)] if room else []
