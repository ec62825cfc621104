"""The report: everything that a record says, in both languages, and figures that can be drawn."""

import xml.etree.ElementTree as ET
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from calibration.acceptance import Limit, judged
from calibration.bench_plane import Bar, calibrate_plane
from calibration.lens import limits
from calibration.report.figures import coverage_figure, drift_chart, pod_figure, residual_figure
from calibration.report.page import Figure, report_page
from calibration.report.phrases import chinese_quantity, chinese_sentence
from calibration.sections.detection import Detectability
from calibration.sections.provenance import Result
from calibration.verification.check import compare
from calibration.verification.log import Verification
from station.app.calibration_record import without_geometry
from tests.calibration.test_bench_plane import poses, sightings
from tests.support.pictured_boards import SIZE, TRUE_LENS
from tests.support.records import changed, parsed


def failing() -> list[Result]:
    """Every figure of lens, plane and daily check, failed."""
    from calibration.sections.check import CheckReference
    from calibration.verification.card import CardReading

    reference = CheckReference("1", "bright", 1.0, (0.0, 0.0, 1.0), (0.7, 0.7, 0.7), 2.0)
    reading = CardReading(1.1, (0.6, 0.0, 0.8), (0.1, 0.2, 0.3), 9.0)
    blind = calibrate_plane(TRUE_LENS, SIZE, sightings(poses()[:3], noise_px=9.0), None)
    told = calibrate_plane(TRUE_LENS, SIZE, sightings(poses()[:3], noise_px=9.0), Bar(80.0, 9.0))
    lens = [
        limits.judge(quantity, 0.0 if limit.passing > limit.marginal else 1e9)
        for quantity, (limit, *_) in limits._SAID.items()
    ]
    waiting = without_geometry(changed({"check": asdict(reference)})).results
    return [*lens, *blind.results, *told.results, *compare(reading, reference), *waiting]


def test_every_reason_and_remedy_has_its_chinese() -> None:
    for result in failing():
        assert chinese_quantity(result.quantity), result.quantity
        if result.reason:
            assert chinese_sentence(result.reason), result.reason
        if result.remedy:
            assert chinese_sentence(result.remedy), result.remedy


def test_the_page_says_what_failed_and_what_to_do_in_both_languages() -> None:
    bad = judged("lens", "rms", 0.9, "px", limits.RMS, *limits._SAID["rms"][2:])
    good = judged("plane", "scale bias", 0.0, "1", Limit(0.001, 0.002), "", "")
    record = changed({"made_by": "林 <b>"})
    page = report_page(
        type(record)(
            **{name: getattr(record, name) for name in record.__slots__ if name != "results"},
            results=(bad, good),
        ),
        {"lens": [Figure(("a", "b"), "<svg/>"), Figure(("c", "d"), jpegs=(b"\xff\xd8",))]},
    )

    assert "■ fail · 不合格" in page
    assert "● pass · 合格" in page
    assert "the corners do not fit a lens well: lay the board on glass" in page
    assert "角点与镜头模型不吻合：把标定板贴在玻璃" in page
    assert "林 &lt;b&gt;" in page
    assert "data:image/jpeg;base64,/9g=" in page


def test_the_figures_are_drawings_of_what_they_are_given() -> None:
    seen = sightings(poses())
    residuals = [np.full((len(each), 2), 0.1) for each in seen]
    corners = sum(len(each) for each in seen)

    for figure in (coverage_figure(seen, SIZE), residual_figure(seen, residuals, SIZE)):
        assert len(ET.fromstring(figure).findall("{*}circle")) == corners
    curve = Detectability(
        "stain", "length", "mm", 0.0, 0.3, 0.2, 5.0, "detector", 0.02, 60, a90=1.9, a90_95=2.2
    )
    assert len(ET.fromstring(pod_figure([curve])).findall("{*}polyline")) == 1


@pytest.mark.parametrize("days", [0, 1, 30])
def test_the_drift_chart_has_a_line_for_every_figure_and_both_limits(days: int) -> None:
    results = tuple(
        judged("verify", quantity, 0.001, "1", Limit(0.001, 0.002), "", "")
        for quantity in ("scale", "tilt")
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    history = [
        Verification(start + timedelta(days=n), "bench", parsed().digest, "1", "0" * 64, results)
        for n in range(days)
    ]
    lines = ET.fromstring(drift_chart(history)).findall("{*}polyline")

    assert len(lines) == (0 if days == 0 else 4)
