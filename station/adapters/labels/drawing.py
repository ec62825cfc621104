"""A label as ZPL: its template's elements, its fields put in, nothing of them ever obeyed."""

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.codecs.zpl import code128_data, field_data, printable, qr_data
from station.adapters.labels.lettering import lettered
from station.domain.faults import refuse
from station.domain.label import (
    Code128Element,
    Element,
    Label,
    LabelTemplate,
    LineElement,
    Place,
    QrElement,
    ShapeElement,
    TextElement,
)

_NARROWEST = 0.35
_USUAL = 0.5
_ELLIPSIS = "..."


def draw_label(template: LabelTemplate, label: Label) -> bytes:
    """The ZPL of one label. StationError if a code of it cannot hold its text."""
    if template.kind is not label.kind:
        raise ValueError(f"a {label.kind} label is not drawn by the template {template.name}")
    fields = {name: printable(value) for name, value in label.fields}
    parts = [_head(template)]
    for element in template.elements:
        try:
            parts.append(_element(template, element, fields))
        except ValueError as error:
            detail = f"The label of {fields['item']} cannot be printed: {error}."
            raise refuse(detail, "printer") from error
    return b"".join([*parts, b"^PQ1^XZ"])


def _head(template: LabelTemplate) -> bytes:
    width = round(template.width_mm * template.dots_per_mm)
    length = round(template.height_mm * template.dots_per_mm)
    return f"^XA^CI28^PW{width}^LL{length}^LH0,0".encode("ascii")


def _element(template: LabelTemplate, element: Element, fields: dict[str, str]) -> bytes:
    scale = template.dots_per_mm
    origin = _origin(element.place, scale)
    match element:
        case TextElement(text=text, drawn=True, place=place):
            room = (int(place.width * scale), int(place.height * scale))
            return origin + _graphic(lettered(template.filled(text, fields), *room))
        case TextElement(text=text, place=place):
            return origin + _text(template.filled(text, fields), place, scale)
        case QrElement(text=text):
            square = f"^BQN,2,{template.qr_module_dots(element)}".encode("ascii")
            return origin + square + qr_data(template.filled(text, fields))
        case Code128Element(text=text, place=place):
            bars = f"^BY{template.code128_module_dots(element)}"
            height = int(place.height * scale)
            data = code128_data(template.filled(text, fields))
            return origin + f"{bars}^BCN,{height},N,N,N,N".encode("ascii") + data
        case ShapeElement(place=place):
            return _shape(fields["grade"], place, scale)
        case LineElement(place=place):
            width, height = max(1, round(place.width * scale)), max(1, round(place.height * scale))
            return origin + f"^GB{width},{height},{min(width, height)}^FS".encode("ascii")


def _origin(place: Place, scale: float) -> bytes:
    return f"^FO{round(place.x * scale)},{round(place.y * scale)}".encode("ascii")


def _text(text: str, place: Place, scale: float) -> bytes:
    """In the printer's own font, narrowed as far as it stays readable, then cut."""
    height, room = int(place.height * scale), place.width * scale
    most = max(1, int(room / (height * _NARROWEST)))
    if len(text) > most:
        text = text[: max(1, most - len(_ELLIPSIS))].rstrip() + _ELLIPSIS
    width = min(height * _USUAL, room / max(1, len(text)))
    return f"^A0N,{height},{int(width)}".encode("ascii") + field_data(text)


def _graphic(dots: NDArray[np.bool_]) -> bytes:
    """Dots as `^GFA`: one bit each, rows filled up to whole bytes, written in hex."""
    packed = np.packbits(dots, axis=1)
    total, row = packed.size, packed.shape[1]
    return f"^GFA,{total},{total},{row},{packed.tobytes().hex().upper()}^FS".encode("ascii")


def _shape(grade: str, place: Place, scale: float) -> bytes:
    """The grade's shape out of circles, boxes and diagonals, in a square of 100 units."""
    side = min(place.width, place.height) * scale
    stroke = max(2, round(side * 0.08))

    def at(x: float, y: float, command: str) -> bytes:
        left, top = round(place.x * scale + x * side / 100), round(place.y * scale + y * side / 100)
        return f"^FO{left},{top}{command}^FS".encode("ascii")

    def line(x: float, y: float, width: float, height: float, lean: str) -> bytes:
        size = f"{round(width * side / 100)},{round(height * side / 100)}"
        return at(x, y, f"^GD{size},{stroke},B,{lean}")

    whole = round(side)
    match grade.casefold():
        case "resellable":
            ring = at(0, 0, f"^GC{whole},{stroke},B")
            return ring + line(25, 48, 20, 20, "L") + line(45, 32, 30, 36, "R")
        case "repair":
            sides = line(0, 0, 46, 92, "R") + line(46, 0, 46, 92, "L")
            base = at(0, 92, f"^GB{whole},{stroke},{stroke}")
            head = at(48, 44, f"^GC{round(side * 0.2)},{stroke},B")
            return sides + base + line(30, 60, 20, 22, "R") + head
        case "scrap":
            box = at(0, 0, f"^GB{whole},{whole},{stroke}")
            return box + line(28, 28, 40, 40, "L") + line(28, 28, 40, 40, "R")
    raise ValueError(f"there is no shape for the grade {grade!r}")
