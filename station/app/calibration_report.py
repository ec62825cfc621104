"""The printable report of a calibration record, as a web page or as a PDF."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibration.boards.finding import Grey
from calibration.lens.calibrate import LensCalibration
from calibration.record import Calibration
from calibration.report.figures import (
    chart_figure,
    coverage_figure,
    drift_chart,
    residual_figure,
)
from calibration.report.page import Figure, caption_of, report_page, report_sections
from calibration.verification.log import log_of, read_log
from models.runtime.opencv import cv2
from station.app.calibration_light import ColourStep
from station.app.calibration_pictures import PictureFile
from station.app.calibration_record import read
from station.domain.faults import refuse

_THUMB_PX = 240


def write_report(
    record: Path,
    reports: Sequence[Path],
    lens: LensCalibration | None = None,
    colour: ColourStep | None = None,
    pictures: list[PictureFile] | None = None,
) -> None:
    """Write the report of the record, as PDF where a name ends so and else as HTML, with the
    figures of what was calibrated just now and the drift of its daily checks.

    StationError where it cannot be written.
    """
    figures: dict[str, list[Figure]] = {}
    if lens is not None:
        figures["lens"] = [
            Figure(
                ("corners seen, cells without any in maroon", "所见角点，未覆盖的格为红褐色"),
                coverage_figure(lens.views, lens.size),
            ),
            Figure(
                ("residuals, magnified", "残差（已放大）"),
                residual_figure(lens.views, lens.fit.residuals, lens.size),
            ),
        ]
    if pictures:
        thumbs = [thumb for each in pictures if (thumb := _thumb(each.grey()))]
        caption = ("the pictures it rests on", "所依据的照片")
        figures["plane"] = [Figure(caption, jpegs=thumbs)]
    if colour is not None:
        caption = (
            "each patch as delivered, corrected, and as it should be; ΔE00 before and after",
            "每个色块：原样、校正后、应有颜色；校正前后的 ΔE00",
        )
        figures["colour"] = [Figure(caption, chart_figure(colour.made))]
    made = read(record)
    history = [each for each in read_log(log_of(record)) if each.calibration == made.digest]
    if history:
        caption = ("daily checks as a share of their limits", "每日校验占限值的比例")
        figures["verify"] = [Figure(caption, drift_chart(history))]
    for path in reports:
        try:
            if path.suffix.lower() == ".pdf":
                _print(path, made, figures)
            else:
                path.write_text(report_page(made, figures), "utf-8")
        except OSError as error:
            reason = error.strerror or error
            raise refuse(f"{path} cannot be written ({reason}): name another file") from error


def _print(path: Path, record: Calibration, figures: Mapping[str, Sequence[Figure]]) -> None:
    from station.ui.paper import Drawing, Passage, write_pdf

    passages = [
        Passage(
            section.html,
            [Drawing(caption_of(each), each.svg, each.jpegs) for each in section.figures],
        )
        for section in report_sections(record, figures)
    ]
    write_pdf(path, f"Calibration · 校准 {record.id}", passages)


def _thumb(grey: Grey | None) -> bytes | None:
    if grey is None:
        return None
    scale = _THUMB_PX / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    good, encoded = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, 70))
    return encoded.tobytes() if good else None
