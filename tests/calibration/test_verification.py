"""The daily check: what it catches, what it warns of, and what follows from its log."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.sections.check import CheckReference
from calibration.verification.card import read_card
from calibration.verification.check import SCALE, compare
from calibration.verification.log import (
    Standing,
    Standings,
    Verification,
    append,
    interval,
    log_of,
    read_log,
    trust,
)
from tests.support.pictured_cards import BENCH, LENS, card_picture, tilted
from tests.support.records import changed

DAY = timedelta(days=1)
MADE = datetime(2026, 1, 1, tzinfo=UTC)
CHECK = {
    "serial": "1",
    "lamp": "bright",
    "scale": 1.0,
    "normal": [0.0, 0.0, 1.0],
    "level": [0.7, 0.7, 0.7],
    "rise_px": 2.0,
}
RECORD = changed({"check": CHECK})


@pytest.fixture(scope="module")
def reference() -> CheckReference:
    return read_card(card_picture(), LENS, BENCH).reference("1", "bright")


def checked(reference: CheckReference, **changes: Any) -> dict[str, str]:
    reading = read_card(card_picture(seed=1, **changes), LENS, BENCH)
    return {each.quantity: each.verdict for each in compare(reading, reference)}


def test_an_unchanged_bench_passes_wherever_the_card_lies(reference: CheckReference) -> None:
    assert set(checked(reference, x_mm=20.0, turned_deg=183.0).values()) == {"pass"}


@pytest.mark.parametrize(
    ("change", "quantity", "verdict"),
    [
        ({"bench": dataclasses.replace(BENCH, distance_mm=903.0)}, "scale", "fail"),
        ({"bench": dataclasses.replace(BENCH, distance_mm=901.3)}, "scale", "marginal"),
        ({"bench": tilted(1.0)}, "tilt", "fail"),
        ({"level": (0.855, 0.855, 0.855)}, "lamp level", "fail"),
        ({"level": (0.875, 0.875, 0.875)}, "lamp level", "marginal"),
        ({"level": (0.9, 0.9, 0.855)}, "white balance", "fail"),
        ({"blur_px": 1.2}, "edge rise", "fail"),
    ],
)
def test_a_change_is_caught_by_its_own_figure(
    reference: CheckReference, change: dict[str, Any], quantity: str, verdict: str
) -> None:
    found = checked(reference, **change)

    assert found.pop(quantity) == verdict
    assert "fail" not in found.values()


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.full((480, 640, 3), 90, np.uint8), "0 of the check card's 4 corner markers"),
        (card_picture()[:, :700], "2 of the check card's 4 corner markers"),
        (np.ascontiguousarray(card_picture()[:, ::-1]), "mirrored"),
        (card_picture(level=(1.4, 1.4, 1.4)), "clipped"),
    ],
    ids=["empty", "cropped", "mirrored", "clipped"],
)
def test_a_picture_that_shows_no_whole_card_is_refused(picture: Any, said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        read_card(picture, LENS, BENCH)


def verification(at: datetime, verdict: str = "pass", record: Calibration = RECORD) -> Verification:
    change = {"pass": 0.0, "marginal": 0.75 * SCALE, "fail": 2 * SCALE}[verdict]
    reading = read_reading(1.0 + change)
    assert record.check is not None
    results = compare(reading, record.check)
    made = Verification(at, "bench", record.digest, "1", "0" * 64, results, by="林")
    assert made.verdict == verdict
    return made


def read_reading(scale: float) -> Any:
    from calibration.verification.card import CardReading

    return CardReading(scale, (0.0, 0.0, 1.0), (0.7, 0.7, 0.7), 2.0)


def test_a_record_stands_for_a_day_and_then_by_its_checks() -> None:
    later = MADE + 3 * DAY

    assert trust(None, (), later).standing is Standing.ABSENT
    assert trust(RECORD, (), MADE).standing is Standing.VALID
    assert trust(RECORD, (), MADE + DAY).standing is Standing.CHECK_OVERDUE
    assert trust(RECORD, (verification(later - DAY / 2),), later).standing is Standing.VALID
    assert trust(RECORD, (verification(later - DAY),), later).standing is Standing.CHECK_OVERDUE
    assert trust(RECORD, (verification(later, "marginal"),), later).standing is Standing.VALID
    assert trust(RECORD, (verification(later, "fail"),), later).standing is Standing.CHECK_FAILED
    assert trust(RECORD, (), RECORD.valid_until).standing is Standing.OVERDUE


def test_a_check_near_a_limit_warns_until_the_next_one_passes_or_withdraws() -> None:
    warned = verification(MADE + DAY, "marginal")
    passed, failed = verification(MADE + 1.1 * DAY), verification(MADE + 1.1 * DAY, "fail")
    then = MADE + 1.2 * DAY

    (warning,) = trust(RECORD, (warned,), then).warnings
    assert (warning.quantity, warning.verdict) == ("scale", "marginal")
    assert trust(RECORD, (warned, passed), then).warnings == ()
    assert trust(RECORD, (warned, failed), then).warnings == ()
    assert trust(RECORD, (warned,), MADE + 3 * DAY).warnings == ()


def test_checks_of_another_record_do_not_count() -> None:
    other = changed({"check": {**CHECK, "scale": 1.0001}})
    checks = (verification(MADE + DAY, "fail", other),)

    assert trust(RECORD, checks, MADE + DAY / 2).standing is Standing.VALID


@pytest.mark.parametrize(
    ("step", "verdict", "standing"),
    [
        ("lens", "fail", Standing.REJECTED),
        ("plane", "fail", Standing.REJECTED),
        ("lens", "marginal", Standing.VALID),
        ("focus", "fail", Standing.VALID),
    ],
)
def test_a_record_whose_geometry_failed_its_acceptance_claims_nothing(
    step: str, verdict: str, standing: Standing
) -> None:
    result = {"step": step, "quantity": "rms", "value": 0.9, "unit": "px", "verdict": verdict}

    assert trust(changed({"results": [result]}), (), MADE).standing is standing


def test_a_record_without_a_card_stands_by_its_dates() -> None:
    assert trust(changed({}), (), MADE + 100 * DAY).standing is Standing.VALID


def test_twenty_passes_in_a_row_lengthen_the_interval_and_a_warning_shortens_it() -> None:
    days = [verification(MADE + n * DAY) for n in range(20)]
    warned = verification(MADE + 20 * DAY, "marginal")

    assert interval(days[:19]) == DAY
    assert interval(days) == 2 * DAY
    assert interval(days * 50) == 7 * DAY
    assert interval([*days, warned]) == DAY


def test_what_was_verified_is_kept_and_read_back(tmp_path: Path) -> None:
    log = log_of(tmp_path / "bench.toml")
    kept = [verification(MADE + DAY), verification(MADE + 2 * DAY, "fail")]
    for each in kept:
        append(log, each)

    assert log == tmp_path / "bench.verifications.jsonl"
    assert list(read_log(log)) == kept


def test_a_line_torn_by_a_power_cut_is_passed_over_and_the_log_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append(log, verification(MADE + DAY))
    with log.open("a") as file:
        file.write('{"at": "2026-01-03T00:')
    assert len(read_log(log)) == 1

    append(log, verification(MADE + 3 * DAY))
    assert [each.at for each in read_log(log)] == [MADE + DAY, MADE + 3 * DAY]


@pytest.mark.parametrize("line", ["nonsense", json.dumps({"at": 1})])
def test_another_damage_of_the_log_is_named(tmp_path: Path, line: str) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(line + "\n")

    with pytest.raises(CalibrationError, match="damaged in line 1"):
        read_log(log)


def test_standings_follow_the_log(tmp_path: Path, expected_warnings: list[str]) -> None:
    log = tmp_path / "log.jsonl"
    standings = Standings(RECORD, log)
    later = MADE + 2 * DAY

    assert standings.at(later).standing is Standing.CHECK_OVERDUE
    append(log, verification(later))
    assert standings.at(later).standing is Standing.VALID
    append(log, verification(later, "fail"))
    assert standings.at(later).standing is Standing.CHECK_FAILED
    expected_warnings.append("damaged in line 1")
    log.write_text("nonsense\n")
    assert standings.at(later).standing is Standing.CHECK_OVERDUE
