"""How long the examiner is away after its process was killed in the middle of its work."""

import queue
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from station.adapters.clock import SystemClock
from station.adapters.examiner.child import ExaminerSetup, load_equipment, run_examiner
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.processes import Children, SpawnedChild
from station.app.defaults import LIVE_PACK, PICTURES
from station.app.packs import key_lists
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import Event, FaultCleared, PoseAnswered
from station.domain.identity import ItemCode
from station.domain.item import Item

_KILLS = 5
_PATIENCE_S = 60.0
_POSE = Pose("top", ("top",), (Shot("top-bright", "bench", "bright"),))
_ITEM = Item(ItemCode("04006381333931"), "Carton", "carton", "RO-1", (240.0, 160.0, 100.0))


class _Watched(Children):
    """Children of which the last one can be killed from outside."""

    last: SpawnedChild | None = None

    def start(self, deliver: Callable[[object | None], None]) -> SpawnedChild:
        """Start one and keep hold of it."""
        self.last = super().start(deliver)
        return self.last


def recovery_benchmark() -> dict[str, object]:
    """Kill the examiner with the shipped pack at work a few times; the slowest return counts."""
    clock = SystemClock()
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    setup = ExaminerSetup(LIVE_PACK, key_lists(), PICTURES / "calibration.json", _empty())
    children = _Watched(
        run_examiner,
        (partial(load_equipment, setup),),
        name="examiner",
        monotonic=clock.monotonic,
        limit=_KILLS + 1,
    )
    picture = sorted(PICTURES.glob("r*/top-bright.jpg"))[0].read_bytes()
    examiner = ExaminerProcess(
        children=children,
        lend=lambda _: nullcontext(),
        evidence=lambda _: picture,
        emit=heard.put,
        clock=clock,
    )
    examiner.start()
    times = []
    try:
        _examine(examiner, 0, heard)
        for number in range(1, _KILLS + 1):
            begun = clock.monotonic()
            if children.last is not None:
                children.last.kill()
            _wait(heard, FaultCleared)
            times.append(clock.monotonic() - begun)
            _examine(examiner, number, heard)
    finally:
        examiner.stop()
    return {
        "name": "examiner killed to ready again, slowest",
        "value": max(times),
        "unit": "s",
        "said": f"{_KILLS} kills, median {median(times):.2f} s, shipped pack",
    }


def _examine(examiner: ExaminerProcess, take: int, heard: "queue.SimpleQueue[Event]") -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    frame = Frame("top-bright", "bench", "bright", "0" * 64, "image/jpeg", 1280, 720, 1, 1.0, at)
    examiner.examine("bench", take, _POSE, (frame,), _ITEM)
    _wait(heard, PoseAnswered)


def _wait(heard: "queue.SimpleQueue[Event]", kind: type[Event]) -> None:
    while not isinstance(heard.get(timeout=_PATIENCE_S), kind):
        pass


def _empty() -> Mapping[str, Path]:
    return {path.stem.removeprefix("empty-"): path for path in PICTURES.glob("empty-*.jpg")}
