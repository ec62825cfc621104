"""A whole demo shift through the software of machine-vision cameras, where it is installed."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from machine_cameras import (
    FilmedBasler,
    network_camera_in_use,
    networked_bench,
    networked_source,
)

from station.adapters.cameras.sources.source import FrameSource
from station.app.demo import DemoOptions
from station.app.headless import Summary, run_headless
from station.virtual.world import Address

ITEMS, SEED = 12, 1

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    # PyGObject's importer is of an older kind.
    pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning"),
]


def missing_aravis() -> str:
    """Why GigE Vision cannot be tried here; empty if it can."""
    program = (
        "from station.adapters.cameras.sources.gige import aravis_bindings\n"
        "try:\n    aravis_bindings()\nexcept OSError as error:\n    print(error)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    if asked.stdout:
        return asked.stdout.strip()
    return "another GigE Vision camera has the loopback" if network_camera_in_use() else ""


def shift_with(camera: Callable[[Address], Callable[[], FrameSource]]) -> tuple[Summary, list[str]]:
    """A demo shift whose pictures come through this camera, and its progress."""
    said: list[str] = []
    summary = run_headless(DemoOptions(items=ITEMS, seed=SEED, camera=camera), said.append)
    return summary, said


def check(summary: Summary, said: list[str]) -> None:
    """Every item is inspected on lossless frames of this shift, closed and posted once."""
    assert summary.complete, said
    assert len(summary.inspections) == ITEMS
    assert all(
        i["shots"] == ["top-bright", "top-raking", "bottom-bright"] for i in summary.inspections
    )
    assert summary.store["closed"] + summary.store["held"] == ITEMS
    assert summary.store["delivered"] == summary.store["closed"] == summary.receiver["unique_ids"]
    assert summary.store["evidence_missing"] == summary.receiver["duplicates"] == 0
    grades = {i["grade"] for i in summary.inspections}
    assert {"resellable", "repair", "scrap"} <= grades, grades


@pytest.mark.parametrize("lost_permille", [0, 1])
def test_a_shift_over_gige_vision(lost_permille: int) -> None:
    if reason := missing_aravis():
        pytest.skip(reason)
    with ExitStack() as things:

        def camera(address: Address) -> Callable[[], FrameSource]:
            things.enter_context(networked_bench(address, lost_permille))
            return networked_source

        check(*shift_with(camera))


def test_a_shift_through_pylons_emulation(tmp_path: Path) -> None:
    if importlib.util.find_spec("pypylon") is None:
        pytest.skip("pypylon is not installed: extra `basler`")

    check(*shift_with(lambda address: partial(FilmedBasler, tmp_path, address)))
