"""The two bundled families: Inter for Latin with tabular figures, Noto Sans SC for hanzi.

The families are always named together, so that hanzi never fall back to Japanese forms.
"""

from enum import Enum
from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase

FAMILIES = ("Inter", "Noto Sans CJK SC")
FILES = (
    "Inter-Regular.ttf",
    "Inter-SemiBold.ttf",
    "Inter-Bold.ttf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Bold.otf",
)


class Weight(Enum):
    """The weights in use."""

    REGULAR = QFont.Weight.Normal
    STRONG = QFont.Weight.DemiBold
    BOLD = QFont.Weight.Bold


def install() -> None:
    """Make the bundled fonts known to the running application; may be repeated."""
    if set(FAMILIES) <= set(QFontDatabase.families()):
        return
    for name in FILES:
        content = (files("station.ui") / "fonts" / name).read_bytes()
        if QFontDatabase.addApplicationFontFromData(content) < 0:
            raise RuntimeError(f"the bundled font {name} cannot be read")


def font(pixels: float, weight: Weight = Weight.REGULAR) -> QFont:
    """A font of a height in pixels, with figures of one width."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(max(1, round(pixels)))
    made.setWeight(weight.value)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
