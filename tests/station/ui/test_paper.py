"""Reports on paper."""

import re
import zlib
from pathlib import Path

import pytest

from models.runtime.opencv import cv2
from station.ui.paper import Drawing, Passage, write_pdf

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><path d="M0 0 L640 360"/></svg>'
)


def pages(path: Path) -> list[bytes]:
    """What is drawn on each page, as PDF operators."""
    content = path.read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    opened = []
    for each in streams:
        try:
            opened.append(zlib.decompress(each))
        except zlib.error:
            continue
    return [each for each in opened if b" BT" in each or b"\nBT" in each]


def test_a_report_is_paged_in_a4_with_drawings_as_vectors(qapp: object, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    shown = [Drawing("what is shown · 图", svg=SVG)]
    write_pdf(
        out, "Calibration", [Passage("<h1>校准</h1>"), *[Passage("<h2>Lens</h2>", shown)] * 4]
    )

    content = out.read_bytes()
    assert content.startswith(b"%PDF-")
    box = re.search(rb"MediaBox\s*\[0 0 ([0-9.]+) ([0-9.]+)\]", content)
    assert box is not None
    assert (float(box[1]), float(box[2])) == pytest.approx((595, 842), abs=1)
    assert len(pages(out)) == 2  # four drawings as wide as the page: two to three on each
    assert b"/Subtype /Image" not in content


def test_what_is_longer_than_a_page_goes_on_over_the_next(qapp: object, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    write_pdf(out, "Calibration", [Passage("<br>".join(f"view {n}" for n in range(150)))])

    assert len(pages(out)) == 3


def test_pictures_stand_side_by_side(qapp: object, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    jpeg = cv2.imencode(".jpg", cv2.UMat(90, 160, cv2.CV_8UC3, (9, 99, 199)).get())[1].tobytes()
    write_pdf(out, "Calibration", [Passage("<p>all</p>", [Drawing("", jpegs=[jpeg] * 33)])])

    assert len(pages(out)) == 1
    assert b"/Subtype /Image" in out.read_bytes()


def test_a_place_that_cannot_be_written_is_named(qapp: object, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"report\.pdf cannot be written"):
        write_pdf(tmp_path / "absent" / "report.pdf", "Calibration", [])
