"""Labels for items: what they say, and the templates that lay it out.

A template is data. Everything that could make its label unreadable is refused when it is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from string import Formatter
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from station.domain.grading import Grade
from station.domain.identity import ItemCode

MM_PER_INCH = 25.4
QR_QUIET_MODULES = 4
CODE128_QUIET_MODULES = 10
QR_SINKS_DOTS = 10
GLYPH_WIDTH = 0.6
"""Width of a character of the printer's own font over its height, at most."""


class LabelKind(StrEnum):
    """A plate names the piece on the bench; a result label tells what became of it."""

    PLATE = "plate"
    RESULT = "result"


FIELDS: Mapping[LabelKind, Mapping[str, int]] = MappingProxyType(
    {
        LabelKind.PLATE: MappingProxyType(
            {"plate": 49, "number": 40, "item": 42, "name": 80, "order": 30, "time": 20}
        ),
        LabelKind.RESULT: MappingProxyType(
            {
                "link": 100,
                "item": 42,
                "name": 80,
                "order": 30,
                "grade": 10,
                "grade_zh": 2,
                "condition": 10,
                "disposition": 80,
                "bin": 80,
                "deadline": 20,
                "inspection": 40,
                "time": 20,
            }
        ),
    }
)
"""What a label of each kind can say, and how many characters it has at most.

`plate` and `link` are read by scanners; times are UTC; `grade_zh` are two Chinese characters.
"""


@dataclass(frozen=True, slots=True)
class Label:
    """One label to be printed, for one inspection."""

    kind: LabelKind
    inspection: str
    fields: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if set(dict(self.fields)) != set(FIELDS[self.kind]):
            raise ValueError("a label says everything that its kind can say")


GRADE_WORDS_ZH: Mapping[Grade, str] = MappingProxyType(
    {Grade.RESELLABLE: "再售", Grade.REPAIR: "返修", Grade.SCRAP: "报废"}
)


def digital_link(code: ItemCode) -> str:
    """The item as a GS1 Digital Link of the canonical host (GS1 Digital Link URI Syntax 1.3)."""
    serial = f"/21/{quote(code.serial, safe='')}" if code.serial else ""
    return f"https://id.gs1.org/01/{code.gtin}{serial}"


def plate_code(inspection: str) -> str:
    """The code on a plate that is printed for an inspection."""
    return f"RG:PLATE:{inspection}"


class LabelFactKind(StrEnum):
    """What is true of a label or item only once it was scanned again."""

    APPLIED = "applied"
    PUT_AWAY = "put-away"


class NoteOutcome(StrEnum):
    """What came of noting a fact: noted (or noted before), or refused by one of two rules."""

    NOTED = "noted"
    ON_ANOTHER_ITEM = "on-another-item"
    HAS_ANOTHER = "has-another"


@dataclass(frozen=True, slots=True)
class LabelFact:
    """A plate or label was scanned on the item (`applied`), or its bin (`put-away`).

    `code` is the plate's number, the inspection's own id for its printed label, or the bin.
    """

    inspection: str
    kind: LabelFactKind
    code: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle on the label in mm, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) <= 0:
            raise ValueError("a place on a label has a positive size and lies on it")

    def grown(self, x: float, y: float) -> "Place":
        """The rectangle with a margin around it; it may reach beyond the label."""
        grown = object.__new__(Place)
        for name, value in (
            ("x", self.x - x),
            ("y", self.y - y),
            ("width", self.width + 2 * x),
            ("height", self.height + 2 * y),
        ):
            object.__setattr__(grown, name, value)
        return grown

    def within(self, width: float, height: float) -> bool:
        """Whether it lies on a label of this size."""
        right, bottom = self.x + self.width, self.y + self.height
        return self.x >= 0 and self.y >= 0 and right <= width + 1e-6 and bottom <= height + 1e-6

    def meets(self, other: "Place") -> bool:
        """Whether the two share any area."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class TextElement:
    """A line of text. `drawn`: as a picture in the shipped font, for printers without Chinese.

    `cut` shortens what does not fit; without it the longest text must fit.
    """

    place: Place
    text: str
    drawn: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class QrElement:
    """A QR code with error correction M, in a square."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Code128Element:
    """A Code 128; `module_mm` is its narrowest bar."""

    place: Place
    text: str
    module_mm: float


@dataclass(frozen=True, slots=True)
class ShapeElement:
    """The shape of the grade: circle with check, triangle with wrench, square with cross."""

    place: Place


@dataclass(frozen=True, slots=True)
class LineElement:
    """A filled bar, usually thin."""

    place: Place


Element = TextElement | QrElement | Code128Element | ShapeElement | LineElement


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """How the labels of one kind look. ValueError, with a sentence, if one could be unreadable."""

    name: str
    kind: LabelKind
    width_mm: float
    height_mm: float
    dpi: Literal[203, 300, 600]
    elements: tuple[Element, ...]
    digest: str = ""

    def __post_init__(self) -> None:
        if not self.elements:
            raise ValueError(f"label {self.name} is empty: give it an element")
        for index, element in enumerate(self.elements, 1):
            self._check(f"label {self.name}, element {index}", element)
        self._check_quiet()

    @property
    def dots_per_mm(self) -> float:
        """8 at 203 dpi, 12 at 300, 24 at 600 (the printers' own round numbers)."""
        return {203: 8.0, 300: 12.0, 600: 24.0}[self.dpi]

    def longest(self, text: str) -> int:
        """How many characters the text has at most once its fields are put in."""
        return sum(
            len(literal) + (FIELDS[self.kind][field] if field else 0)
            for literal, field in _parts(text)
        )

    def filled(self, text: str, fields: Mapping[str, str]) -> str:
        """The text with its fields put in, each cut to its longest length."""
        limits = FIELDS[self.kind]
        return "".join(
            literal + (fields[field][: limits[field]] if field else "")
            for literal, field in _parts(text)
        )

    def qr_module_dots(self, element: QrElement) -> int:
        """How many dots wide a module is, so that the longest text still fits; 0 if none does."""
        modules = qr_modules(self.longest(element.text))
        return int(element.place.width * self.dots_per_mm // modules) if modules else 0

    def code128_module_dots(self, element: Code128Element) -> int:
        """The dots of the narrowest bar."""
        return round(element.module_mm * self.dots_per_mm)

    def _check(self, where: str, element: Element) -> None:
        if not element.place.within(self.width_mm, self.height_mm):
            raise ValueError(f"{where} lies outside the label: move it or make it smaller")
        if not isinstance(element, TextElement | QrElement | Code128Element):
            if isinstance(element, ShapeElement) and self.kind is not LabelKind.RESULT:
                raise ValueError(f"{where}: only a result label has a grade to draw")
            return
        for _, field in _parts(element.text, where):
            if field and field not in FIELDS[self.kind]:
                known = ", ".join(FIELDS[self.kind])
                raise ValueError(f"{where}: there is no field {field!r}: use one of {known}")
        self._check_room(where, element)

    def _check_room(self, where: str, element: TextElement | QrElement | Code128Element) -> None:
        longest = self.longest(element.text)
        match element:
            case TextElement(place=place):
                glyph = 1.0 if element.drawn else GLYPH_WIDTH
                if not element.cut and longest * glyph * place.height > place.width:
                    raise ValueError(
                        f"{where}: up to {longest} characters do not fit into {place.width:g} mm: "
                        "make it wider or lower, or set cut = true"
                    )
            case QrElement(place=place):
                if place.width != place.height:
                    raise ValueError(f"{where}: a QR code is square")
                if self.qr_module_dots(element) < 2:
                    raise ValueError(
                        f"{where}: a QR code of up to {longest} characters is too fine at "
                        f"{place.width:g} mm: make it larger"
                    )
                if self.qr_module_dots(element) > 10:
                    raise ValueError(
                        f"{where}: a QR code of {longest} characters prints at most "
                        f"{10 * qr_modules(longest) / self.dots_per_mm:g} mm wide: make it smaller"
                    )
            case Code128Element(place=place, module_mm=module_mm):
                dots = self.code128_module_dots(element)
                width = code128_modules(longest) * dots / self.dots_per_mm
                if not 2 <= dots <= 10:
                    raise ValueError(f"{where}: {module_mm:g} mm bars cannot be printed")
                if width > place.width + 1e-6:
                    raise ValueError(
                        f"{where}: a Code 128 of up to {longest} characters is {width:.0f} mm "
                        "wide: make it wider, its bars narrower, or use a QR code"
                    )

    def _check_quiet(self) -> None:
        for one, other in combinations(self.elements, 2):
            if one.place.meets(other.place):
                raise ValueError(f"label {self.name}: two elements overlap: move one of them")
        for element in self.elements:
            quiet = self._quiet(element)
            if quiet is None:
                continue
            if not quiet.within(self.width_mm, self.height_mm):
                raise ValueError(
                    f"label {self.name}: the quiet zone of a code reaches beyond the label: "
                    "move it inwards"
                )
            if any(quiet.meets(other.place) for other in self.elements if other is not element):
                raise ValueError(
                    f"label {self.name}: another element stands in the quiet zone of a code: "
                    "move it away"
                )

    def _quiet(self, element: Element) -> Place | None:
        match element:
            case QrElement(place=place):
                margin = QR_QUIET_MODULES * self.qr_module_dots(element) / self.dots_per_mm
                # Printers set a QR code a few dots lower than they are told.
                return place.grown(margin, max(margin, QR_SINKS_DOTS / self.dots_per_mm))
            case Code128Element(place=place, module_mm=module_mm):
                return place.grown(CODE128_QUIET_MODULES * module_mm, 0.0)
        return None


def qr_modules(characters: int) -> int:
    """The side of the QR code that holds so many bytes at error correction M; 0 if none up to 10.

    Capacities in byte mode of versions 1 to 10: ISO/IEC 18004, table 7.
    """
    for version, capacity in enumerate((14, 26, 42, 62, 84, 106, 122, 152, 180, 213), 1):
        if characters <= capacity:
            return 17 + 4 * version
    return 0


def code128_modules(characters: int) -> int:
    """The width of a Code 128 in set B: start, characters, check (11 each), stop (13)."""
    return 11 * (characters + 2) + 13


def _parts(text: str, where: str = "label") -> list[tuple[str, str]]:
    """Literal text and the field behind it; only plain `{field}` is one."""
    try:
        found = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{where}: {text!r} has a stray brace: double it") from error
    parts: list[tuple[str, str]] = []
    for literal, field, spec, conversion in found:
        if field is not None and (spec or conversion or not field.isidentifier()):
            raise ValueError(f"{where}: write a field of {text!r} as {{name}} and nothing more")
        parts.append((literal, field or ""))
    return parts
