"""Records of schema 1, which were JSON: the geometry of a camera that looks straight down."""

import json
from datetime import datetime
from typing import Any

from calibration.errors import CalibrationError, wrong

SCHEMA = 1
KEYS = frozenset(
    {
        *("schema", "id", "camera", "source", "made_at", "valid_until", "width", "height"),
        *("fx", "fy", "cx", "cy", "distortion", "bench_plane_mm", "U_relative"),
    }
)


def upgraded(content: bytes) -> dict[str, Any]:
    """Return the record as a table of schema 2, or raise `CalibrationError`.

    Values are passed on as they are, for the reader of schema 2 to judge.
    """
    old = _read(content)
    return {
        "id": old["id"],
        "source": old["source"],
        "made_at": _time(old["made_at"], "made_at"),
        "valid_until": _time(old["valid_until"], "valid_until"),
        "camera": {"name": old["camera"], "width": old["width"], "height": old["height"]},
        "lens": {key: old[key] for key in ("fx", "fy", "cx", "cy", "distortion")},
        "plane": {
            "normal": [0.0, 0.0, 1.0],
            "distance_mm": old["bench_plane_mm"],
            "U_relative": old["U_relative"],
        },
    }


def _read(content: bytes) -> dict[str, Any]:
    try:
        record = json.loads(content, object_pairs_hook=_without_repeats)
    except CalibrationError:
        raise
    except (ValueError, RecursionError) as error:
        raise wrong("it is neither TOML nor JSON in UTF-8") from error
    if not isinstance(record, dict):
        raise wrong("it is not a JSON object")
    schema = record.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise wrong(f"as JSON it must have schema {SCHEMA}")
    if missing := sorted(KEYS - record.keys()):
        raise wrong(f"{', '.join(missing)} missing")
    if unknown := sorted(record.keys() - KEYS):
        raise wrong(f"it has keys nobody knows ({', '.join(unknown)})")
    return record


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise wrong("a key appears twice")
    return record


def _time(value: object, key: str) -> datetime:
    if not isinstance(value, str):
        raise wrong(f"{key} is not text")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise wrong(f"{key} is not a time such as 2026-01-31T08:00:00Z") from error
