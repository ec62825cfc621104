"""Sheets as vector PDF 1.4: filled shapes and Helvetica, so that any printer agrees."""

from collections.abc import Sequence

from calibration.targets.sheet import Sheet

_PT_PER_MM = 72 / 25.4


def write_pdf(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return a PDF with one page for each sheet, in the sheet's own size.

    Viewers are asked not to scale it (ViewerPreferences, PrintScaling None).
    """
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(sheets)))
    preferences = "/ViewerPreferences << /PrintScaling /None >>"
    objects.append(f"<< /Type /Catalog /Pages 2 0 R {preferences} >>".encode())
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for i, sheet in enumerate(sheets):
        width, height = sheet.width_mm * _PT_PER_MM, sheet.height_mm * _PT_PER_MM
        objects.append(
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.4f} {height:.4f}] "
                f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * i} 0 R >>"
            ).encode()
        )
        content = _content(sheet)
        objects.append(
            f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
        )
    objects.append(f"<< /Title ({_escaped(title)}) /Producer (Regrade) >>".encode())
    return _file(objects)


def _content(sheet: Sheet) -> bytes:
    """Operators in mm with the origin at the upper left, y down."""
    scale, height = _PT_PER_MM, sheet.height_mm * _PT_PER_MM
    lines = [f"{scale:.8f} 0 0 {-scale:.8f} 0 {height:.4f} cm"]
    grey: float | None = None
    for shape in sheet.shapes:
        if shape.grey != grey:
            grey = shape.grey
            lines.append(f"{grey:.4g} g")
        first, *rest = shape.corners
        lines.append(f"{first[0]:.4f} {first[1]:.4f} m")
        lines += [f"{x:.4f} {y:.4f} l" for x, y in rest]
        lines.append("f")
    lines.append("0 g")
    for text in sheet.texts:
        lines.append(
            f"BT /F1 {text.size_mm:.3f} Tf 1 0 0 -1 {text.x:.3f} {text.y:.3f} Tm "
            f"({_escaped(text.text)}) Tj ET"
        )
    return "\n".join(lines).encode("latin-1", "replace")


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
