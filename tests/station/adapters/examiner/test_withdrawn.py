"""A camera whose daily check failed or is overdue: work goes on without its sizes and colours."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calibration.record import Calibration
from calibration.sections.check import CheckReference
from calibration.sections.provenance import Result
from calibration.verification.log import Verification, append
from station.adapters.examiner.child import PoseExaminer
from station.adapters.examiner.link import ExaminePose, ShotToExamine
from station.domain.defect import Quantity, Unit
from station.domain.inspection import PoseExamined
from tests.support.examiners import fake_equipment
from tests.support.tiny_set import tiny_set

REFERENCE = CheckReference("1", "bright", 1.0, (0.0, 0.0, 1.0), (0.7, 0.7, 0.7), 2.0)
MADE = datetime(2026, 1, 1, tzinfo=UTC)
LATER = MADE + timedelta(days=3)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_set(tmp_path_factory.mktemp("set"), 1).path


def checked(record: Calibration, value: float) -> Verification:
    verdict = "fail" if value > 0.002 else "pass"
    result = Result("verify", "scale", value, "1", verdict, 0.001, 0.002)
    return Verification(LATER, "bench", record.digest, "1", "0" * 64, (result,))


def examined(pictures: Path, log: Path, value: float | None) -> PoseExamined:
    equipment = fake_equipment(log.with_name("trigger"), pictures, calibrated=True)
    assert equipment.calibration is not None
    record = dataclasses.replace(equipment.calibration, check=REFERENCE)
    if value is not None:
        append(log, checked(record, value))
    bench = PoseExaminer(dataclasses.replace(equipment, calibration=record, verifications=log))
    picture = (pictures / "r0000/top-bright.jpg").read_bytes()
    shot = ShotToExamine("top-bright", "bright", picture)
    done = bench.answer(ExaminePose(1, "top", (shot,), (240.0, 160.0, 100.0), LATER))
    return done.result


def test_a_camera_that_passed_today_claims_millimetres_and_colours(
    pictures: Path, tmp_path: Path
) -> None:
    pose = examined(pictures, tmp_path / "log.jsonl", 0.0)

    assert pose.withdrawn is None
    assert pose.calibration == "tiny-bench"
    assert pose.mm_per_px is not None
    units = {m.unit for m in pose.findings[0].measurements}
    assert Unit.MM in units


@pytest.mark.parametrize(
    ("value", "why"), [(0.004, "check-failed"), (None, "check-overdue")], ids=["failed", "overdue"]
)
def test_after_a_failed_or_without_a_check_sizes_stay_in_pixels_and_the_record_says_why(
    pictures: Path, tmp_path: Path, value: float | None, why: str
) -> None:
    pose = examined(pictures, tmp_path / "log.jsonl", value)

    assert (pose.withdrawn, pose.calibration, pose.mm_per_px) == (why, None, None)
    measured = pose.findings[0].measurements
    assert measured
    assert {m.unit for m in measured} <= {Unit.PX, Unit.PX2}
    assert Quantity.DELTA_E00 not in {m.quantity for m in measured}
