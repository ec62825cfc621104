"""A manifest says exactly what is needed, or is refused in one sentence that names the entry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.runtime.errors import PackError
from models.runtime.manifest import (
    LISTED_FILES,
    Manifest,
    manifest_from,
    manifest_text,
    read_manifest,
)
from models.runtime.metrics import read_metrics
from tests.models.runtime.conftest import tables


def complete(**changes: Any) -> dict[str, Any]:
    return {**tables(2, {}, {}), "files": dict.fromkeys(LISTED_FILES, "0" * 64), **changes}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A complete manifest with one entry replaced, or removed where `value` is None."""
    whole = complete()
    *tables_above, last = path.split("/")
    place = whole
    for name in tables_above:
        place[name] = dict(place[name])
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("schema", 2, "schema"),
        ("name", "../carton", "name"),
        ("classes", [], "classes"),
        ("classes", ["dent", "dent", "stain"], "must not repeat"),
        ("classes", ["dent"], "decode.thresholds must name exactly the classes"),
        ("surprise", 1, "surprise"),
        ("scores", None, "scores"),
        ("scores/observed", {"paint": [[0.5, 0.5]]}, "must name none but the classes"),
        ("scores/observed", {"dent": [[0.5, 0.5], [0.5, 0.6]]}, "must rise"),
        ("scores/observed", {"dent": [[0.5, 0.5], [0.6, 0.4]]}, "must rise"),
        ("scores/observed", {"dent": []}, "scores.observed"),
        ("input/width", 100, "input.width"),
        ("input/width", 64, "must both be fixed or both be 0"),
        ("input/width", "64", "input.width"),
        ("input/channels", 0, "input.channels"),
        ("input/channels", 4, "not the number of planes"),
        ("input/lights", [], "input.lights"),
        ("input/lights", [{"name": "bright", "colour": "grey"}], "not the number of planes"),
        ("input/lights", [{"name": "any", "colour": "grey"}] * 3, "lights must not repeat"),
        ("input/lights", [{"name": "x", "colour": "infrared"}], "input.lights"),
        ("input/colour", "BGR", "input.colour"),
        ("input/mean", [0.0], "one value a channel"),
        ("input/mean", [0.0, 0.0, float("nan")], "input.mean"),
        ("input/std", [1.0, 0.0, 1.0], "input.std"),
        ("input/overlap", 1056, "input.overlap"),
        ("input/tile", 1000, "input.tile"),
        ("input/tile", 64, "overlap must be smaller than a tile"),
        ("input/scale", float("inf"), "input.scale"),
        ("decode/kind", "boxes", "decode"),
        ("decode/kind", "yolo-seg", "needs a fixed input"),
        ("decode/stride", 3, "decode.dense.stride"),
        ("decode/min_area_px", 0, "min_area_px"),
        ("decode/thresholds/dent", {"low": 0.7, "high": 0.6}, "low must not exceed high"),
        ("decode/thresholds/dent", {"low": 0.0, "high": 0.6}, "low"),
        ("decode/thresholds/dent", {"low": float("nan"), "high": 0.6}, "low"),
        ("golden", {"tolerance": 0.5}, "tolerance"),
        ("files/model.onnx", "abc", "files.model.onnx"),
        ("files/model.onnx", None, "files must list exactly"),
        ("files/weights.bin", "0" * 64, "files must list exactly"),
    ],
)
def test_a_wrong_entry_is_named(path: str, value: Any, message: str) -> None:
    with pytest.raises(PackError, match=rf"^manifest\.toml.*({message}).*\.$"):
        manifest_from(changed(path, value))


@given(
    st.text(min_size=1, max_size=50),
    st.floats(1e-3, 1),
    st.integers(1, 10**6),
    st.lists(
        st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True),
        min_size=1,
        max_size=4,
        unique=True,
    ),
)
def test_a_manifest_is_read_back_from_its_text(
    meaning: str, low: float, area: int, classes: list[str]
) -> None:
    manifest = manifest_from(
        complete(
            classes=classes,
            scores={"meaning": meaning},
            decode={
                "kind": "dense",
                "stride": 4,
                "thresholds": {key: {"low": low, "high": 1.0} for key in classes},
                "min_area_px": area,
            },
        )
    )

    assert read_manifest(manifest_text(manifest).encode()) == manifest


def test_a_manifest_is_read_only() -> None:
    manifest: Manifest = manifest_from(complete())

    with pytest.raises(ValueError, match="frozen"):
        manifest.name = "other"


@given(st.binary(max_size=200))
def test_noise_is_refused(content: bytes) -> None:
    with pytest.raises(PackError, match=r"(?s)^manifest\.toml.*\.$"):
        read_manifest(content)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"set": "x"}', b"\xff", b'{"set": 3}'])
def test_metrics_of_another_shape_are_refused(content: bytes) -> None:
    with pytest.raises(PackError, match=r"^metrics\.json.*\.$"):
        read_metrics(content)


def test_lamps_survive_being_written() -> None:
    whole = complete()
    whole["input"] = {
        **whole["input"],
        "channels": 4,
        "mean": [0.0] * 4,
        "std": [1.0] * 4,
        "lights": [
            {"name": "bright", "colour": "RGB"},
            {"name": "raking", "colour": "grey"},
        ],
    }
    manifest = manifest_from(whole)

    again = read_manifest(manifest_text(manifest).encode())

    assert again == manifest
    assert [light.planes for light in again.input.lights] == [3, 1]
    assert not again.input.single
