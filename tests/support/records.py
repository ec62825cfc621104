"""A calibration record of the virtual bench, and changes of it."""

import json
from typing import Any

from calibration.record import Calibration

RECORD: dict[str, Any] = {
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
LENS = (-0.21, 0.08, 0.0007, -0.0004, -0.01)


def parsed(**changes: object) -> Calibration:
    return Calibration.parse(json.dumps({**RECORD, **changes}).encode())
