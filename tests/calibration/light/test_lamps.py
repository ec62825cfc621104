"""A lamp's response: what it adds, level by level, beside the room's light."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.errors import CalibrationError
from calibration.light.lamps import (
    LampResponse,
    expected_light,
    lamp_response,
    lamp_results,
    middle_light,
)
from calibration.rendering.planar import Sensor

Picture = NDArray[np.uint8]
WARM, COOL = np.array([0.6, 0.5, 0.35]), np.array([0.15, 0.2, 0.25])
ROOM = np.array([0.012, 0.01, 0.008])


def lit(light: NDArray[np.float64], seed: int = 0) -> Picture:
    """The bench in this linear light."""
    even = np.broadcast_to(light, (60, 80, 3)).astype(np.float32)
    return Sensor().develop(even, np.random.default_rng(seed))


def response(
    name: str, light: NDArray[np.float64], exponent: float = 1.0, steps: int = 5
) -> LampResponse:
    levels = {
        level: [lit(ROOM + light * level**exponent, seed) for seed in range(2)]
        for level in np.linspace(0, 1, steps)[1:].tolist()
    }
    return lamp_response(name, levels, [lit(ROOM, 9)])


def test_a_lamp_alone_is_what_it_adds_to_the_room() -> None:
    found = response("warm", WARM)

    assert found.light == pytest.approx(WARM, abs=0.006)
    assert found.ambient_percent == pytest.approx(2.0, abs=0.4)
    assert found.at(0.5) == pytest.approx(0.5, abs=0.01)
    assert {each.verdict for each in lamp_results(found)} == {"pass"}


@given(warm=st.floats(0, 1), cool=st.floats(0, 1), exponent=st.sampled_from([0.8, 1.0, 1.6]))
def test_the_light_of_two_lamps_at_any_levels_is_foretold(
    warm: float, cool: float, exponent: float
) -> None:
    lamps = [_response("warm", exponent), _response("cool", 1.0)]
    expected, tolerance = expected_light(lamps, {"warm": warm, "cool": cool}, ROOM)
    seen = middle_light(lit(ROOM + WARM * warm**exponent + COOL * cool, 77))

    assert np.all(np.abs(seen - expected) <= tolerance + 0.004)
    assert np.all(tolerance < 0.1)


_KNOWN: dict[tuple[str, float], LampResponse] = {}


def _response(name: str, exponent: float) -> LampResponse:
    if (name, exponent) not in _KNOWN:
        light = WARM if name == "warm" else COOL
        _KNOWN[name, exponent] = response(name, light, exponent, steps=6)
    return _KNOWN[name, exponent]


def test_a_lamp_that_is_off_or_of_the_other_channel_is_not_what_was_foretold() -> None:
    lamps = [_response("warm", 1.0), _response("cool", 1.0)]
    expected, tolerance = expected_light(lamps, {"warm": 0.7}, ROOM)
    other = middle_light(lit(ROOM + COOL * 0.7))

    assert np.any(np.abs(other - expected) > tolerance)


def test_the_rooms_light_and_drift_are_named() -> None:
    found = lamp_response(
        "warm",
        {1.0: [lit(WARM + 8 * ROOM), lit(WARM * 0.93 + 8 * ROOM)]},
        [lit(8 * ROOM)],
    )
    verdicts = {each.quantity: each.verdict for each in lamp_results(found)}

    assert verdicts == {"ambient": "fail", "drift": "fail", "clipped": "pass"}


def test_a_clipped_bench_fails() -> None:
    found = lamp_response("warm", {1.0: [lit(WARM * 3)]}, [lit(ROOM)])

    assert "fail" in {each.verdict for each in lamp_results(found)}


def test_what_makes_no_response_is_refused() -> None:
    with pytest.raises(CalibrationError, match="changes nothing"):
        lamp_response("warm", {1.0: [lit(ROOM)]}, [lit(ROOM)])
    with pytest.raises(CalibrationError, match="lacks pictures at its full level"):
        lamp_response("warm", {0.5: [lit(WARM)]}, [lit(ROOM)])
    with pytest.raises(CalibrationError, match="all lamps off"):
        lamp_response("warm", {1.0: [lit(WARM)]}, [])
    with pytest.raises(CalibrationError, match="does not grow brighter"):
        lamp_response("warm", {0.5: [lit(WARM)], 1.0: [lit(WARM * 0.9)]}, [lit(ROOM)])
    with pytest.raises(CalibrationError, match="above 0 and up to 1"):
        lamp_response("warm", {1.5: [lit(WARM)], 1.0: [lit(WARM)]}, [lit(ROOM)])
