"""The calibration record: what it refuses, what it keeps, and the geometry it implies."""

import dataclasses
import json
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.record import Calibration, CalibrationError
from tests.support.records import LENS, RECORD, parsed


def test_a_record_is_read_with_its_types() -> None:
    record = parsed()

    assert (record.width, record.fy, record.distortion) == (1280, 1500.0, (0.0,) * 5)
    assert record.made_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_record_that_was_written_is_read_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text("something older")
    record = parsed(id="bench 3 / 左", made_at="2026-01-01T08:00:00.25+08:00", distortion=LENS)
    record.write(file)

    assert Calibration.read(file) == record
    assert Calibration.read(file).digest == record.digest
    assert [path.name for path in tmp_path.iterdir()] == ["calibration.json"]


def test_the_digest_depends_on_what_is_said_and_not_on_how_it_is_written() -> None:
    backwards = json.dumps(dict(reversed(RECORD.items())), indent=3).encode()

    assert Calibration.parse(backwards).digest == parsed().digest
    assert parsed(made_at="2026-01-01T08:00:00+08:00").digest == parsed().digest
    assert parsed(fx=1500).digest == parsed().digest
    assert len(parsed().digest) == 64


@pytest.mark.parametrize("key", sorted(RECORD.keys() - {"schema"}))
def test_the_digest_changes_with_every_key(key: str) -> None:
    changes = {
        **dict.fromkeys(("id", "camera", "source"), "other"),
        **dict.fromkeys(("width", "height", "fx", "fy", "cx", "cy", "bench_plane_mm"), 700),
        "made_at": "2026-01-02T00:00:00Z",
        "valid_until": "2036-01-02T00:00:00Z",
        "distortion": [0, 0, 0, 0],
        "U_relative": 0.005,
    }

    assert parsed(**{key: changes[key]}).digest != parsed().digest


@pytest.mark.parametrize("key", sorted(RECORD))
def test_a_missing_key_is_named(key: str) -> None:
    record = {name: value for name, value in RECORD.items() if name != key}

    with pytest.raises(CalibrationError, match=key):
        Calibration.parse(json.dumps(record).encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": 1}, r"keys nobody knows \(colour\)"),
        ({"schema": 2}, "schema 2 and this version reads up to 1: update"),
        ({"schema": 0}, "schema is not 1"),
        ({"schema": True}, "schema is not 1"),
        ({"schema": "1"}, "schema is not 1"),
        ({"id": ""}, "id is empty"),
        ({"id": 7}, "id is not text"),
        ({"id": "\ud800"}, "id is empty or not printable"),
        ({"source": " "}, "source is empty"),
        ({"camera": "a\nb"}, "camera is empty or not printable"),
        ({"made_at": "yesterday"}, "made_at is not a time"),
        ({"made_at": 1_700_000_000}, "made_at is not text"),
        ({"made_at": "2026-01-01T00:00:00"}, "made_at has no time zone"),
        ({"made_at": "0001-01-01T00:00:00+10:00"}, "made_at lies outside the calendar"),
        ({"valid_until": "2026-01-01T00:00:00Z"}, "valid_until is not after made_at"),
        ({"width": 0}, "width and height must lie between"),
        ({"height": -720}, "width and height must lie between"),
        ({"width": 10**20}, "width and height must lie between"),
        ({"width": 1280.0}, "width is not a whole number"),
        ({"height": True}, "height is not a whole number"),
        ({"fx": 0}, "fx, fy and bench_plane_mm must be positive"),
        ({"fy": -1500}, "fx, fy and bench_plane_mm must be positive"),
        ({"bench_plane_mm": 0}, "fx, fy and bench_plane_mm must be positive"),
        ({"fx": "1500"}, "fx is not a number"),
        ({"fx": True}, "fx is not a number"),
        ({"fx": math.inf}, "every number must be finite"),
        ({"fx": 10**400}, "every number must be finite"),
        ({"cx": math.nan}, "every number must be finite"),
        ({"cx": 1281}, "principal point"),
        ({"cy": -1}, "principal point"),
        ({"U_relative": -0.1}, "U_relative must be"),
        ({"U_relative": 1}, "U_relative must be"),
        ({"distortion": [0, 0, 0]}, "distortion needs one of"),
        ({"distortion": [0, 0, 0, None]}, "distortion is not a number"),
        ({"distortion": 0}, "distortion is not a list"),
        ({"distortion": [0, 0, 0, math.nan]}, "every number must be finite"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CalibrationError, match=said) as refusal:
        parsed(**change)

    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"schema": 1, "schema": 1}',
        b"[" * 60_000,
        b" " * 65_537,
        b"1" * 5000,
    ],
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(CalibrationError):
        Calibration.parse(content)


def test_a_record_that_says_a_thing_twice_is_refused() -> None:
    text = json.dumps(RECORD)

    with pytest.raises(CalibrationError, match="a key appears twice"):
        Calibration.parse(f'{{"fx": 1400.0, {text[1:]}'.encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), json_values, min_size=1))
def test_any_values_give_a_usable_record_or_a_refusal(changes: dict[str, Any]) -> None:
    try:
        record = parsed(**changes)
    except CalibrationError:
        return

    assert len(record.digest) == 64
    assert record.mm_per_px(0.0) > 0


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(CalibrationError):
        Calibration.parse(content)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"nowhere\.json cannot be read .*check the path"):
        Calibration.read(tmp_path / "nowhere.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(CalibrationError, match=r"broken\.json: The calibration is wrong"):
        Calibration.read(tmp_path / "broken.json")


def test_a_record_built_without_time_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  the missing zone is the point

    with pytest.raises(CalibrationError, match="made_at has no time zone"):
        dataclasses.replace(parsed(), made_at=naive)


def test_it_is_in_date_from_its_making_until_its_end() -> None:
    record = parsed()
    second = timedelta(seconds=1)

    assert record.in_date(record.made_at)
    assert record.in_date(record.valid_until - second)
    assert not record.in_date(record.valid_until)
    assert not record.in_date(record.made_at - second)
    assert record.in_date(datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))))


def test_the_scale_shrinks_as_a_surface_comes_nearer() -> None:
    assert parsed().mm_per_px(0.0) == pytest.approx(0.6)
    assert parsed().mm_per_px(300.0) == pytest.approx(0.4)


@pytest.mark.parametrize("height_mm", [-1.0, 900.0, 1000.0, math.nan, math.inf])
def test_a_height_that_cannot_be_is_refused(height_mm: float) -> None:
    with pytest.raises(CalibrationError, match=r"does not lie between .*correct the item's height"):
        parsed().mm_per_px(height_mm)


heights = st.floats(0, 600)
coordinates = st.tuples(st.floats(-400, 1700), st.floats(-300, 1000))


@given(points=st.lists(coordinates, max_size=20), height_mm=heights)
def test_without_distortion_the_plane_is_a_plain_projection(
    points: list[tuple[float, float]], height_mm: float
) -> None:
    record = parsed(fy=1400.0)
    plane = record.plane_points(points, height_mm)
    distance = 900.0 - height_mm

    assert plane.shape == (len(points), 2)
    for (x, y), (across, along) in zip(points, plane, strict=True):
        assert across == pytest.approx((x - 639.5) / 1500 * distance)
        assert along == pytest.approx((y - 359.5) / 1400 * distance)


@given(
    across=st.floats(-330, 330),
    along=st.floats(-180, 180),
    height_mm=st.floats(0, 300),
)
def test_a_distorted_picture_of_a_point_leads_back_to_the_point(
    across: float, along: float, height_mm: float
) -> None:
    record = parsed(distortion=LENS)
    shrink = (900.0 - height_mm) / 900.0
    point = np.array([[across * shrink, along * shrink, 900.0 - height_mm]])
    camera = np.array([[1500.0, 0, 639.5], [0, 1500.0, 359.5], [0, 0, 1]])
    pixel, _ = cv2.projectPoints(point, np.zeros(3), np.zeros(3), camera, np.array(LENS))

    assert record.plane_points(pixel.reshape(1, 2), height_mm) == pytest.approx(
        point[:, :2], abs=0.01
    )


def test_no_points_give_no_points() -> None:
    assert parsed(distortion=LENS).plane_points([], 0.0).shape == (0, 2)
