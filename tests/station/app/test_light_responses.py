"""The lamps' calibrated responses on their way from the record into the proof of a pose."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.adapters.clock import SystemClock
from station.app.cameras import CameraParts, Cameras
from station.app.defaults import PICTURES
from station.app.wiring import camera_optics, light_responses, read_calibration, record_paths
from station.domain.capture import Pose, Shot
from station.domain.events import Exposed, ProofFailed, Proved
from station.domain.light_proof import LightResponse, Mix
from station.virtual.camera import VIRTUAL
from station.virtual.faulty_source import virtual_camera
from station.virtual.world import World
from tests.support.events import Heard
from tests.support.records import changed, written

BENT = ((0.0, 0.0), (0.25, 0.42), (0.5, 0.7), (0.75, 0.88), (1.0, 1.0))
SHOTS = (Shot("top-bright", "bench", "bright"), Shot("top-raking", "bench", "raking"))
TOP = Pose("top", ("top",), SHOTS)
EMPTY = {light: PICTURES / f"empty-{light}.jpg" for light in ("bright", "raking")}


def lamp(**changes: Any) -> dict[str, Any]:
    return {"name": "raking", "level": [0.5, 0.5, 0.5], "curve": BENT, "tolerance": 0.02, **changes}


class BendingLamps:
    """The raking lamp gives more light for low levels than a straight one would."""

    def __init__(self, world: World) -> None:
        self._world = world

    def apply(self, light: str | Mix) -> float:
        levels = dict(light.levels) if isinstance(light, Mix) else {light: 1.0}
        if "raking" in levels:
            asked, given = zip(*BENT, strict=True)
            levels["raking"] = float(np.interp(levels["raking"], asked, given))
        self._world.shine(levels)
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True


def proved(record: Path) -> Proved | ProofFailed:
    """What becomes of a pose under bending lamps, on a bench with this record."""
    world, heard = World(), Heard()
    virtual = partial(virtual_camera, PICTURES, 7, world.address)
    cameras = Cameras(
        [CameraParts("bench", virtual, 1280, 720, EMPTY, identity=VIRTUAL, references=EMPTY)],
        BendingLamps(world),
        0.0,
        lambda inspection, frame, evidence: None,
        heard,
        SystemClock(),
        watched=False,
        known={"bench": camera_optics(read_calibration(record))},
    )
    world.lay("r0000", "top")
    cameras.start()
    try:
        for number, shot in enumerate(SHOTS, 1):
            cameras.expose("i1", 0, shot)
            heard.wait(Exposed, number)
        cameras.prove("i1", TOP, [event.frame for event in heard.of(Exposed)])
        answer: Proved | ProofFailed = heard.wait(
            object, 1, lambda event: isinstance(event, (Proved, ProofFailed)), timeout_s=60
        )
        return answer
    finally:
        cameras.stop()
        cameras.close()
        world.close()


def test_a_pose_under_a_lamp_that_bends_is_proved_by_its_calibrated_curve(tmp_path: Path) -> None:
    record = tmp_path / "bench.toml"
    record.write_bytes(written({"lamps": [lamp()]}))

    assert isinstance(proved(record), Proved)


def test_a_lamp_may_drift_by_what_its_acceptance_lets_pass() -> None:
    responses = light_responses(changed({"lamps": [lamp(tolerance=0.01)]}))

    assert responses == {"raking": LightResponse("raking", BENT, 0.04)}
    assert light_responses(changed({"lamps": [lamp(tolerance=0.06)]}))["raking"].tolerance == 0.06


@pytest.mark.parametrize(
    "bad", [{"tolerance": 0.4}, {"curve": ((0.0, 0.0), (0.5, 0.7), (1.0, 0.6))}, {"curve": ()}]
)
def test_a_lamp_whose_response_proves_nothing_counts_as_straight(
    bad: dict[str, Any], expected_warnings: list[str]
) -> None:
    expected_warnings.append("calibrate the light again")

    assert light_responses(changed({"lamps": [lamp(**bad)]})) == {}


def test_a_camera_is_as_sharp_as_the_softest_place_of_its_record() -> None:
    edges = [
        {"x": 100.0, "y": 100.0, "mtf50": mtf50, "mtf10": 0.45, "mtf": []} for mtf50 in (0.31, 0.22)
    ]

    assert camera_optics(changed({"sharpness": {"edges": edges}})).mtf50 == 0.22
    assert camera_optics(changed({})).mtf50 is None
    assert camera_optics(None).responses == {}


def test_each_camera_has_its_own_record_and_the_first_one_the_benchs() -> None:
    first, side, plain = (
        CameraParts(name, lambda: pytest.fail("not opened"), 1280, 720, EMPTY, calibration=own)
        for name, own in (("top", None), ("side", Path("side.toml")), ("plain", None))
    )

    assert record_paths((first, side, plain), Path("bench.toml")) == {
        "top": Path("bench.toml"),
        "side": Path("side.toml"),
    }
    assert record_paths((first,), None) == {"top": None}
