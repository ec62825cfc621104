"""The tokens of the look: colours, sizes, and the palette made from them.

Colour is kept for grades and for attention; everything else is a grey. Text stands at 7:1 or more
on what it is written on, shapes at 3:1.
"""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from station.domain.grading import Grade
from station.screen.view import Band

BASE = "#E9EBEE"
PANEL = "#FFFFFF"
INK = "#18212B"
INK_2 = "#3F4A56"
LINE = "#CBD1D8"
OUTLINE = "#727D89"
SPREAD = "#66717D"
FOCUS = "#6E56CF"
STAGE = "#20272F"
STRIP = "#18212B"
STRIP_2 = "#D3D9E0"
WELL = "#7FD1B9"
ATTENTION = "#FFB000"
WHITE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class GradeColours:
    """A grade's colour: as a sign on white, as a field, and what is written on the field."""

    sign: str
    field: str
    on_field: str
    edge: str


GRADES: dict[Grade, GradeColours] = {
    Grade.RESELLABLE: GradeColours("#0B66C3", "#0A58A9", WHITE, "#0A58A9"),
    Grade.REPAIR: GradeColours("#A06E00", "#FFB000", INK, "#8A5F00"),
    Grade.SCRAP: GradeColours("#6B1027", "#6B1027", WHITE, "#6B1027"),
}


@dataclass(frozen=True, slots=True)
class BandColours:
    """A band's ground, the line above it, its words and its icon."""

    ground: str
    line: str
    words: str
    icon: str


BANDS: dict[Band, BandColours] = {
    Band.READY: BandColours(PANEL, OUTLINE, INK, INK),
    Band.READING: BandColours(PANEL, FOCUS, INK, FOCUS),
    Band.LOOKING: BandColours(PANEL, FOCUS, INK, FOCUS),
    Band.RESULT: BandColours("#E3EEFA", "#0B66C3", INK, "#0B66C3"),
    Band.NEEDS_YOU: BandColours("#FFF1D6", "#FFB000", INK, "#8A5F00"),
    Band.STOPPED: BandColours(INK, WHITE, WHITE, WHITE),
}

YOUR_TURN = BandColours("#EDE9FA", FOCUS, INK, FOCUS)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths in pixels, grown with the window from 1920 x 1080; touch targets never shrink."""

    scale: float

    def of(self, pixels: float) -> float:
        """A length of the 1920 x 1080 design at this scale."""
        return pixels * self.scale

    def target(self, pixels: float) -> float:
        """A length of a touch target: grown like any other, never below its own size."""
        return pixels * max(1.0, self.scale)

    @property
    def text(self) -> float:
        """Operator text."""
        return self.of(24)

    @property
    def instruction(self) -> float:
        """The one instruction."""
        return self.of(42)

    @property
    def radius(self) -> float:
        """The rounding of panels."""
        return self.of(8)


def sizes(width: int, height: int) -> Sizes:
    """The sizes for a window; below three quarters the design does not shrink further."""
    return Sizes(min(2.0, max(0.75, min(width / 1920, height / 1080))))


def apply(application: QApplication) -> None:
    """Fusion in the tokens' colours."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, BASE),
        (QPalette.ColorRole.Base, PANEL),
        (QPalette.ColorRole.Button, PANEL),
        (QPalette.ColorRole.WindowText, INK),
        (QPalette.ColorRole.Text, INK),
        (QPalette.ColorRole.ButtonText, INK),
        (QPalette.ColorRole.Highlight, FOCUS),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
