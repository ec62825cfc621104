"""A lying camera in its real process: no spoilt picture is graded, and the window never waits."""

import gc
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from lying_bench import SIZE, LyingBench
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from stalls import Stalls, stalls

from station.screen.equipment import Device, DeviceKind, Equipment
from station.screen.live import LiveFrame, LiveView
from station.screen.operator import operator_view
from station.ui.application import prepared
from station.ui.bridge import ViewBridge
from station.ui.pictures import Pictures
from station.ui.window import Window
from station.virtual.world import Break
from station.workflow.stages import Bench
from tests.support.tiny_set import bench as drawn_bench
from tests.support.tiny_set import tiny_set

FOUND_S = 3.0
SPOILT: tuple[Break, ...] = (
    "stale",
    "unplugged",
    "frozen",
    "black",
    "green",
    "half",
    "torn",
    "wrong-size",
)
KILLING: tuple[Break, ...] = ("hang", "crash", "gone", "cut-off", "swapped", "no-bandwidth")
"""Each costs a camera process; five in a minute are too many, and then the bench waits."""
ITEMS = int(os.environ.get("REGRADE_PROOF_ITEMS", "10000"))
"""Ten thousand take ten minutes of two processors that have nothing else to do."""
EQUIPMENT = Equipment("07", (Device(DeviceKind.CAMERA),))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_set(tmp_path_factory.mktemp("pictures")).path


@pytest.fixture
def bench(pictures: Path, tmp_path: Path) -> Iterator[LyingBench]:
    made = LyingBench(pictures, tmp_path / "state", seed=1)
    yield made
    made.close()


def window_on(bench: LyingBench, qtbot: QtBot) -> Window:
    """The operator's window, with the camera live and the pictures that were kept.

    One in sixteen of these is shown as an industrial camera's, with twelve megapixels.
    """
    prepared()
    large = cv2.imencode(".jpg", cv2.resize(drawn_bench("bright"), (4096, 3000)))[1].tobytes()

    def latest() -> LiveFrame | None:
        picture = bench.ring.latest()
        return picture and LiveFrame(picture.rgb, *SIZE)

    def load(digest: str) -> bytes:
        return large if digest[0] == "0" else bench.frames.evidence(digest)

    first = operator_view(bench.station.bench, bench.clock.now(), EQUIPMENT)
    window = Window(
        first, Pictures(load), lambda _: None, locale="en", live=[LiveView("bench", 16 / 9, latest)]
    )
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    qtbot.wait(300)  # the first paint loads fonts
    return window


def work(bench: LyingBench, plan: list[list[Break]], qtbot: QtBot) -> Stalls:
    """Inspect an item for each list of lies in a thread, the window looking on."""
    window = window_on(bench, qtbot)
    bridge = ViewBridge(window.show_view, window)
    failures: list[BaseException] = []
    done = threading.Event()

    def show(state: Bench) -> None:
        bridge.publish(operator_view(state, bench.clock.now(), EQUIPMENT))

    def shift() -> None:
        try:
            for number, lies in enumerate(plan, 1):
                bench.inspect(number, lies)
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    bench.changed = show
    worker = threading.Thread(target=shift, name="bench")
    gc.freeze()  # as the product does before its event loop
    try:
        with stalls() as found:
            worker.start()
            while not done.is_set():
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                time.sleep(0.001)
        worker.join()
    finally:
        gc.unfreeze()
    if failures:
        raise failures[0]
    return found


def at_any_shot(lie: Break, chance: random.Random) -> list[Break]:
    """A lie at one of the first three shots, so in the middle of a pose too."""
    return [*(["none"] * chance.randrange(3)), lie]


def test_no_spoilt_picture_is_graded_and_the_window_does_not_wait(
    bench: LyingBench, qtbot: QtBot
) -> None:
    plan: list[list[Break]] = [[], list(SPOILT[:4]), list(SPOILT[4:]), ["none", "hang"], []]

    found = work(bench, plan, qtbot)

    assert bench.graded == 3 * len(plan)
    # A camera that is slow to come back is late once more.
    assert set(bench.met) - {"none"} == {*SPOILT, "hang"}
    assert found.worst() <= 1.0, found.said()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_spoilt_picture_is_graded_in_ten_thousand_inspections(
    bench: LyingBench, qtbot: QtBot
) -> None:
    items, chance = ITEMS, bench.chance
    plan: list[list[Break]] = [
        at_any_shot(chance.choice(SPOILT), chance) if n % 3 == 1 else [] for n in range(items)
    ]
    for n, kill in enumerate(KILLING * 3):
        plan[(n + 1) * items // 20] = at_any_shot(kill, chance)

    found = work(bench, plan, qtbot)

    print(f"{items} items, {sum(bench.met.values())} lies; slowest found: {bench.slowest}")
    print(found.said())
    assert bench.graded == 3 * items
    # A cable that was pulled in the middle of a frame is found out once more at the next one.
    assert set(bench.met) - {"none"} == {*SPOILT, *KILLING}
    assert max(bench.slowest.values()) <= FOUND_S
    assert found.worst() <= 0.1, found.said()
