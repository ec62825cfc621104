"""A calibration record of the virtual bench, and changes of it."""

import copy
from datetime import UTC, datetime
from typing import Any

from calibration.record import Calibration
from calibration.toml import write_toml

RECORD: dict[str, Any] = {
    "schema": 2,
    "id": "rendered-bench-1",
    "made_at": datetime(2026, 1, 1, tzinfo=UTC),
    "valid_until": datetime(2036, 1, 1, tzinfo=UTC),
    "source": "rendered geometry",
    "camera": {"name": "bench", "width": 1280, "height": 720},
    "lens": {
        "fx": 1500.0,
        "fy": 1500,
        "cx": 639.5,
        "cy": 359.5,
        "distortion": [0.0, 0.0, 0.0, 0.0, 0.0],
        "U_px": 0.0,
        "U_centre_px": 0.0,
    },
    "plane": {"normal": [0.0, 0.0, 1.0], "distance_mm": 900.0, "U_relative": 0.004},
}
LENS = (-0.21, 0.08, 0.0007, -0.0004, -0.01)
OLD_RECORD: dict[str, Any] = {
    "schema": 1,
    "id": "rendered-bench-1",
    "camera": "bench",
    "made_at": "2026-01-01T00:00:00Z",
    "valid_until": "2036-01-01T00:00:00Z",
    "width": 1280,
    "height": 720,
    "fx": 1500.0,
    "fy": 1500,
    "cx": 639.5,
    "cy": 359.5,
    "distortion": [0, 0, 0, 0, 0],
    "bench_plane_mm": 900.0,
    "U_relative": 0.004,
    "source": "rendered geometry",
}


def written(changes: dict[str, Any]) -> bytes:
    """The record as a file; `lens.fx` changes a value of a section, `...` takes it out."""
    record = copy.deepcopy(RECORD)
    for place, value in changes.items():
        *sections, key = place.split(".")
        table = record
        for section in sections:
            table = table.setdefault(section, {})
        if value is ...:
            table.pop(key, None)
        else:
            table[key] = value
    return write_toml(record).encode()


def changed(changes: dict[str, Any]) -> Calibration:
    return Calibration.parse(written(changes))


def parsed(**changes: object) -> Calibration:
    """The record with changes of keys that stand in one section only."""
    sections = ("camera", "lens", "plane")
    places = {key: f"{section}.{key}" for section in sections for key in RECORD[section]}
    return changed({places.get(key, key): value for key, value in changes.items()})
