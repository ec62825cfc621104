"""The calibration record: what it refuses, what it keeps, and the geometry it implies."""

import dataclasses
import json
import math
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.errors import CalibrationError
from calibration.projection import axes
from calibration.record import Calibration, Claim
from calibration.toml import write_toml
from tests.support.records import LENS, OLD_RECORD, RECORD, changed, parsed

COLOUR: dict[str, Any] = {
    "kind": "linear",
    "matrix": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "white_balance": [1.0, 1.0, 1.0],
    "lamp": "bright",
    "batch": "after November 2014",
    "de00_before_mean": 9.0,
    "de00_mean": 1.1,
    "de00_p90": 2.0,
    "de00_max": 3.0,
}
LAMP: dict[str, Any] = {"name": "bright", "level": [0.8, 0.8, 0.8], "flat_field": [[1.0, 0.9]]}
RESULT: dict[str, Any] = {
    "step": "lens",
    "quantity": "rms",
    "value": 0.21,
    "unit": "px",
    "verdict": "pass",
    "pass_limit": 0.3,
    "marginal_limit": 0.5,
}


def test_a_record_is_read_with_its_types() -> None:
    record = parsed()

    assert record.camera.width == 1280
    assert record.lens is not None
    assert (record.lens.fy, record.lens.distortion) == (1500.0, (0.0,) * 5)
    assert record.made_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_record_that_was_written_is_read_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "calibration.toml"
    file.write_text("something older")
    east = timezone(timedelta(hours=8))
    record = changed(
        {
            "id": 'bench 3 / 左 "a\\b"',
            "made_at": datetime(2026, 1, 1, 8, 0, 0, 250_000, tzinfo=east),
            "camera.settings": {"exposure (µs)": 8000.0},
            "lens.distortion": list(LENS),
            "colour": COLOUR,
            "lamps": [LAMP, {**LAMP, "name": "raking"}],
            "results": [RESULT],
        }
    )
    record.write(file)

    assert Calibration.read(file) == record
    assert Calibration.read(file).digest == record.digest
    assert [path.name for path in tmp_path.iterdir()] == ["calibration.toml"]


def test_the_digest_depends_on_what_is_said_and_not_on_how_it_is_written() -> None:
    tables = {key: value for key, value in RECORD.items() if isinstance(value, dict)}
    plain = {key: value for key, value in RECORD.items() if key not in tables}
    backwards = write_toml({**dict(reversed(plain.items())), **dict(reversed(tables.items()))})
    east = timezone(timedelta(hours=8))

    assert Calibration.parse(backwards.encode()).digest == parsed().digest
    assert parsed(made_at=datetime(2026, 1, 1, 8, tzinfo=east)).digest == parsed().digest
    assert parsed(fx=1500).digest == parsed().digest
    assert len(parsed().digest) == 64


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((key, "other") for key in ("id", "source", "made_by", "camera.name", "camera.serial")),
        ("made_at", datetime(2026, 1, 2, tzinfo=UTC)),
        ("valid_until", datetime(2036, 1, 2, tzinfo=UTC)),
        *((f"camera.{key}", 700) for key in ("width", "height")),
        *((f"lens.{key}", 700) for key in ("fx", "fy", "cx", "cy")),
        ("lens.distortion", [0, 0, 0, 0]),
        ("lens.U_px", 0.1),
        ("plane.normal", [0.6, 0.0, 0.8]),
        ("plane.distance_mm", 901.0),
        ("plane.U_relative", 0.005),
        ("environment", {"temperature_c": 21.0}),
        ("colour", COLOUR),
        ("lamps", [LAMP]),
        ("results", [RESULT]),
    ],
)
def test_the_digest_changes_with_every_value(place: str, value: object) -> None:
    assert changed({place: value}).digest != parsed().digest


@pytest.mark.parametrize(
    "place",
    [
        *("id", "source", "made_at", "valid_until", "camera", "camera.name", "camera.width"),
        *("lens.fx", "lens.cy", "plane.normal", "plane.distance_mm", "plane.U_relative"),
    ],
)
def test_a_missing_key_is_named(place: str) -> None:
    with pytest.raises(CalibrationError, match=f"{place} is missing"):
        changed({place: ...})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colours": 1}, "nobody knows its key 'colours'"),
        ({"lens.f": 1}, r"nobody knows its key 'lens\.f'"),
        ({"schema": 3}, "schema 3 and this version reads up to 2: update"),
        ({"schema": 0}, "schema is not 2"),
        ({"schema": True}, "schema is not 2"),
        ({"schema": "2"}, "schema is not 2"),
        ({"schema": ...}, "schema is not 2"),
        ({"id": ""}, "id is empty"),
        ({"id": 7}, "id: input should be a valid string"),
        ({"source": " "}, "source is empty"),
        ({"camera.name": "a\nb"}, "camera.name is empty or not printable"),
        ({"made_at": "2026-01-01T00:00:00Z"}, "made_at: input should be a valid datetime"),
        ({"valid_until": RECORD["made_at"]}, "valid_until is not after made_at"),
        ({"camera.width": 0}, "camera.width"),
        ({"camera.height": -720}, "camera.height"),
        ({"camera.width": 10**20}, "camera.width"),
        ({"camera.width": 1280.0}, "camera.width: input should be a valid integer"),
        ({"camera.height": True}, "camera.height: input should be a valid integer"),
        ({"lens.fx": 0}, "lens.fx: input should be greater than 0"),
        ({"lens.fy": -1500}, "lens.fy: input should be greater than 0"),
        ({"lens.fx": "1500"}, "lens.fx: input should be a valid number"),
        ({"lens.fx": True}, "lens.fx: input should be a valid number"),
        ({"lens.fx": math.inf}, "lens.fx: input should be a finite number"),
        ({"lens.cx": math.nan}, "lens.cx"),
        ({"lens.cx": 1281}, "principal point"),
        ({"lens.cy": -1}, "lens.cy"),
        ({"lens.distortion": [0, 0, 0]}, "lens.distortion needs one of"),
        ({"lens.distortion": [0, 0, 0, math.nan]}, "lens.distortion.3"),
        ({"lens.distortion": 0}, "lens.distortion"),
        ({"plane.distance_mm": 0}, "plane.distance_mm"),
        ({"plane.U_relative": -0.1}, "plane.U_relative"),
        ({"plane.U_relative": 1}, "plane.U_relative"),
        ({"plane.normal": [0.0, 0.0, 1.1]}, "plane.normal is not a unit vector"),
        ({"plane.normal": [0.0, 0.0, -1.0]}, "plane.normal is not a unit vector"),
        ({"lamps": [LAMP, LAMP]}, "a lamp appears twice"),
        ({"results": [{**RESULT, "verdict": "fine"}]}, "results.0.verdict"),
        ({"pictures": [{"step": "lens", "name": "a", "sha256": "0"}]}, "pictures.0.sha256"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CalibrationError, match=said) as refusal:
        changed(change)

    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"schema = 2",
        b"schema = 2\nschema = 2",
        b"\xff",
        b'{"schema": 1, "schema": 1}',
        b"[" * 60_000,
        b"a = " + b"[" * 60_000,
        b" " * 1_048_577,
        b"1" * 5000,
    ],
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(CalibrationError):
        Calibration.parse(content)


def old(**changes: Any) -> Calibration:
    return Calibration.parse(json.dumps({**OLD_RECORD, **changes}).encode())


def test_a_record_of_schema_1_is_read_as_a_camera_that_looks_straight_down() -> None:
    record = old()

    assert record.plane is not None
    assert record == parsed()
    assert record.plane.tilt_deg == 0
    assert record.claims == {Claim.MILLIMETRES}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "as JSON it must have schema 1"),
        ({"colour": 1}, r"keys nobody knows \(colour\)"),
        ({"made_at": "yesterday"}, "made_at is not a time"),
        ({"made_at": 7}, "made_at is not text"),
        ({"made_at": "2026-01-01T00:00:00"}, "made_at"),
        ({"made_at": "0001-01-01T00:00:00+10:00"}, "made_at lies outside the calendar"),
        ({"fx": 10**400}, "lens.fx"),
        ({"camera": "\ud800"}, "camera.name is empty or not printable"),
        ({"distortion": 0}, "lens.distortion"),
    ],
)
def test_a_wrong_record_of_schema_1_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        old(**change)


def test_a_record_of_schema_1_that_says_a_thing_twice_is_refused() -> None:
    text = json.dumps(OLD_RECORD)

    with pytest.raises(CalibrationError, match="a key appears twice"):
        Calibration.parse(f'{{"fx": 1400.0, {text[1:]}'.encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(OLD_RECORD)), json_values, min_size=1))
def test_any_values_give_a_usable_record_or_a_refusal(changes: dict[str, Any]) -> None:
    try:
        record = old(**changes)
    except CalibrationError:
        return

    assert len(record.digest) == 64
    assert record.mm_per_px(0.0) > 0


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(CalibrationError):
        Calibration.parse(content)


texts = st.text(st.characters(codec="utf-8"))
toml_values = st.recursive(
    texts | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, toml_values, max_size=5))
def test_what_is_written_as_toml_is_read_back_the_same(document: dict[str, Any]) -> None:
    assert tomllib.loads(write_toml(document)) == document


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"nowhere\.toml cannot be read .*check the path"):
        Calibration.read(tmp_path / "nowhere.toml")
    (tmp_path / "broken.toml").write_text("{")
    with pytest.raises(CalibrationError, match=r"broken\.toml: The calibration is wrong"):
        Calibration.read(tmp_path / "broken.toml")


def test_a_record_built_without_time_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  the missing zone is the point

    with pytest.raises(ValueError, match="made_at"):
        dataclasses.replace(parsed(), made_at=naive)


def test_it_is_in_date_from_its_making_until_its_end() -> None:
    record = parsed()
    second = timedelta(seconds=1)

    assert record.in_date(record.made_at)
    assert record.in_date(record.valid_until - second)
    assert not record.in_date(record.valid_until)
    assert not record.in_date(record.made_at - second)
    assert record.in_date(datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))))


def test_claims_fall_away_with_the_sections_that_carry_them() -> None:
    lit = {**LAMP, "response": [0.5, 0.5, 0.5]}
    whole = {
        "colour": COLOUR,
        "lamps": [lit],
        "sharpness": {"edges": [{"x": 640.0, "y": 360.0, "mtf50": 0.25, "mtf10": 0.4}]},
        "noise": {"read": 0.5, "gain": 0.01, "lightness": 0.4, "frames": 30},
        "detection": [
            {
                "defect": "stain",
                "quantity": "area",
                "unit": "mm2",
                "mu": 0.0,
                "sigma": 0.3,
                "low": 0.5,
                "high": 40.0,
                "observer": "carton 1.0",
                "false_calls": 0.05,
                "trials": 200,
                "a90": 1.9,
                "a90_95": 2.2,
            }
        ],
    }

    assert changed(whole).claims == set(Claim)
    assert changed({**whole, "plane": ...}).claims == set(Claim) - {Claim.MILLIMETRES}
    for gone in ({"colour": ...}, {"lamps": [{**lit, "flat_field": []}]}):
        assert changed({**whole, **gone}).claims == set(Claim) - {Claim.COLOUR_DIFFERENCE}
    for section in ("sharpness", "noise", "detection"):
        assert Claim.SMALLEST_FAULT not in changed({**whole, section: ...}).claims
    assert Claim.LIGHT_CHALLENGE not in changed({**whole, "lamps": [LAMP]}).claims


@pytest.mark.parametrize("verdict", ["marginal", "fail"])
@pytest.mark.parametrize("step", ["lens", "plane"])
def test_claims_fall_away_with_a_step_that_failed(step: str, verdict: str) -> None:
    record = changed({"results": [{**RESULT, "step": step, "verdict": verdict}]})

    assert (Claim.MILLIMETRES in record.claims) == (verdict == "marginal")


@pytest.mark.parametrize(
    ("step", "gone"),
    [
        ("colour", {Claim.COLOUR_DIFFERENCE}),
        ("exposure", {Claim.COLOUR_DIFFERENCE}),
        (f"lamp {LAMP['name']}", {Claim.COLOUR_DIFFERENCE, Claim.LIGHT_CHALLENGE}),
        ("lamp another", set()),
    ],
)
def test_colours_rest_on_the_charts_exposure_and_on_their_lamp(step: str, gone: set[Claim]) -> None:
    whole = {"colour": COLOUR, "lamps": [{**LAMP, "response": [0.5, 0.5, 0.5]}]}
    failed = changed({**whole, "results": [{**RESULT, "step": step, "verdict": "fail"}]})

    assert changed(whole).claims - failed.claims == gone


@pytest.mark.parametrize("section", ["lens", "plane"])
def test_without_lens_or_plane_no_size_is_given(section: str) -> None:
    with pytest.raises(CalibrationError, match=f"has no {section}: run 'regrade calibrate"):
        changed({section: ...}).mm_per_px(0.0)


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


@given(
    tilt=st.floats(0, 0.3),
    toward=st.floats(0, 2 * math.pi),
    across=st.floats(-200, 200),
    along=st.floats(-120, 120),
    height_mm=st.floats(0, 300),
)
def test_a_tilted_bench_is_measured_as_it_lies(
    tilt: float, toward: float, across: float, along: float, height_mm: float
) -> None:
    lean = math.sin(tilt)
    normal = [lean * math.cos(toward), lean * math.sin(toward), math.cos(tilt)]
    record = changed({"plane.normal": normal, "lens.distortion": list(LENS)})
    assert record.plane is not None
    x, y, n = axes(record.plane)
    place = across * x + along * y + (900.0 - height_mm) * n
    camera = np.array([[1500.0, 0, 639.5], [0, 1500.0, 359.5], [0, 0, 1]])
    pixel, _ = cv2.projectPoints(place, np.zeros(3), np.zeros(3), camera, np.array(LENS))

    assert record.plane.tilt_deg == pytest.approx(math.degrees(tilt), abs=1e-5)
    if np.abs(pixel.reshape(2) - [639.5, 359.5]).max() < 640:
        points = record.plane_points(pixel.reshape(1, 2), height_mm)
        assert points == pytest.approx(np.array([[across, along]]), abs=0.01)


def test_the_scale_at_the_axis_is_the_root_of_a_pixels_area() -> None:
    record = changed({"plane.normal": [0.28, 0.0, 0.96], "lens.fy": 1400.0})
    corners = np.array([[639.0, 359.0], [640.0, 359.0], [640.0, 360.0], [639.0, 360.0]])
    points = record.plane_points(corners, 100.0)
    area = cv2.contourArea(points.astype(np.float32) * 1000) / 1e6

    assert record.mm_per_px(100.0) ** 2 == pytest.approx(area, rel=1e-4)
