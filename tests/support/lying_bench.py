"""A whole bench over a camera process that lies on demand: rig, station, journal, store, pictures.

Only the goods and the examiner are the test's own, and the wall clock, which is turned past what
an operator would wait for.
"""

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from drive import BADGE, SETUP, answer_to, code, item_of
from frame_checker import FrameChecker

from station.adapters.cameras.bench_camera import CameraSettings
from station.adapters.cameras.camera_rig import CameraRig, RigCamera
from station.adapters.cameras.child import CameraSetup, run_camera
from station.adapters.cameras.lighting import LightSettings
from station.adapters.cameras.pixels import Pixels
from station.adapters.cameras.preview import PreviewRing
from station.adapters.canonical import canonical
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.frames import FrameFiles
from station.adapters.processes import Children
from station.adapters.store.opening import open_store
from station.domain.capture import Frame, Pose, Shot
from station.domain.events import (
    BenchSeen,
    BenchView,
    Event,
    Exposed,
    ExposureFailed,
    FaultCleared,
    FaultRaised,
    Key,
    KeyPressed,
    Scanned,
)
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine
from station.virtual.camera import VIRTUAL
from station.virtual.faulty_source import virtual_camera
from station.virtual.world import Break, World
from station.workflow.commands import Examine, Expose
from station.workflow.outcomes import outcome_of
from station.workflow.record import evidence_record, inspection_form
from station.workflow.stages import Answering, Bench, Capturing, Ready
from station.workflow.station import Station, Surroundings
from tests.support.events import Heard

SIZE = (320, 180)
SEED = 7
_SHOWN = 64
"""So many of the last pictures stay on disk for the window; the proof would fill it."""


class _Clock(SystemClock):
    """The system's, ahead by what nobody waited for."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class LyingBench:
    """Everything from the camera's process to the store; `changed` is told each state."""

    def __init__(self, pictures: Path, state: Path, seed: int) -> None:
        self.changed: Callable[[Bench], None] = lambda _: None
        self.world = World()
        self.ring = PreviewRing()
        self.chance = random.Random(seed)
        self.clock = _Clock()
        self.met: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}
        self.checker = FrameChecker(pictures, SEED, SIZE)
        self.frames = FrameFiles(state)
        self._lie: Break = "none"
        self._heard = Heard()
        self._fresh = SystemIdentifiers().fresh
        self._wishes: deque[Expose] = deque()
        self._answers: deque[Event] = deque()
        self._kept: set[str] = set()
        self._files: deque[Path] = deque()
        self._state = state
        self._pixels = Pixels(SIZE[0] * SIZE[1], places=4)
        self._store = open_store(state, ballast_bytes=1024)
        make = partial(virtual_camera, pictures, SEED, self.world.address, size=SIZE)
        children = Children(
            run_camera,
            (CameraSetup(make, self.ring.name, VIRTUAL),),
            name="camera",
            monotonic=self.clock.monotonic,
            limit=10**6,
        )
        self._rig = CameraRig(
            [RigCamera(CameraSettings("bench", *SIZE), children)],
            light=self,
            pixels=self._pixels,
            keep=self.frames.keep,
            emit=self._heard,
            clock=self.clock,
            settings=LightSettings(settle_s=0.002),
        )
        self.station = Station(
            SETUP,
            Surroundings(
                clock=self.clock,
                journal=self._store.journal,
                store=self._store.inspections,
                outbox=self._store.outbox,
                catalogue=self,
                parcels=self._store.parcels,
                cameras=self,
                examiner=self,
                speaker=self,
                record=lambda one: canonical(evidence_record(one, outcome_of(SETUP, one), None)),
                message=lambda one: canonical(inspection_form(one, outcome_of(SETUP, one))),
            ),
            lambda bench: self.changed(bench),
        )
        self._rig.start()
        self.station.start()
        self._scan(BADGE)

    @property
    def graded(self) -> int:
        """Pictures that a grade rests on and that were held against their exposure."""
        self.checker.settle()
        return self.checker.held

    def close(self) -> None:
        self._rig.stop()
        self.world.close()
        self._pixels.close()
        self.ring.close()
        self.checker.close()
        self._store.close()

    def inspect(self, number: int, lies: list[Break]) -> None:
        """One item; its first exposures meet these lies, in this order."""
        self.world.lay(f"r000{number % 2}", "top")
        self._scan(code(number))
        while not isinstance(self.station.bench.stage, Answering):
            self._work(lies)
            stage = self.station.bench.stage
            if isinstance(stage, Capturing) and stage.stuck:
                self._press(Key.RETAKE)
            elif isinstance(stage, Capturing) and stage.waiting:
                self.world.turn("bottom")
                self._see(BenchView.DISTURBED)
                self._see(BenchView.STILL)
        examined = self.station.bench.stage.judged.examined
        assert {frame.digest for frame in examined.frames} == self._kept
        self._kept.clear()
        self._press(Key.RESELLABLE)
        assert isinstance(self.station.bench.stage, Ready), self.station.bench.stage
        self.clock.ahead += timedelta(seconds=30)
        while len(self._files) > _SHOWN:
            self._files.popleft().unlink()

    def _work(self, lies: list[Break]) -> None:
        while self._wishes or self._answers:
            if self._wishes:
                self._expose(self._wishes.popleft(), lies.pop(0) if lies else "none")
            else:
                self.station.handle(self._answers.popleft())

    def _expose(self, wish: Expose, lie: Break) -> None:
        before = self.world.scene.exposures
        self.world.break_camera(lie)
        self._lie, begun_s = lie, time.monotonic()
        self._rig.expose(wish.inspection, wish.take, wish.shot, wish.then)
        answer = self._answer(wish, begun_s)
        if isinstance(answer, Exposed):
            self._believe(answer.frame, before)
        self.world.break_camera("none")
        self.station.handle(answer)

    def _answer(self, wish: Expose, begun_s: float) -> Exposed | ExposureFailed:
        """The exposure's answer; once a lie is found out the camera is mended.

        One that is lost before it was asked is found out by its fault, and the shot waits for it.
        """
        until_s = time.monotonic() + 90
        while time.monotonic() < until_s:
            for event in self._heard.drain():
                if isinstance(event, (ExposureFailed, FaultRaised)):
                    self._found(time.monotonic() - begun_s)
                if isinstance(event, (Exposed, ExposureFailed)):
                    return event
                if isinstance(event, (FaultRaised, FaultCleared)):
                    self.station.handle(event)
            self._heard.wait_any(0.05)
        raise AssertionError(f"{wish} is never answered")

    def _found(self, spent_s: float) -> None:
        """The lie was found out, or its consequences were."""
        lie, self._lie = self._lie, "none"
        self.met[lie] += 1
        self.slowest[lie] = max(self.slowest.get(lie, 0.0), spent_s)
        self.world.break_camera("none")

    def _believe(self, frame: Frame, before: int) -> None:
        """Its bytes must be those of an exposure of this scene that began after the wish."""
        kept = self.frames.evidence(frame.digest)
        self.checker.claim(str(frame), self.world.scene, frame.light, before, kept)
        self._kept.add(frame.digest)
        self._files += (self._state / "evidence" / frame.digest[:2]).glob(f"{frame.digest[2:]}.*")

    def _scan(self, text: str) -> None:
        self.station.handle(Scanned(self.clock.now(), text, self._fresh()))

    def _press(self, key: Key) -> None:
        self.station.handle(KeyPressed(self.clock.now(), key, self._fresh()))

    def _see(self, view: BenchView) -> None:
        self.station.handle(BenchSeen(self.clock.now(), view))

    # The light, the goods, the examiner and the speaker of this bench.

    def apply(self, light: str) -> float:
        self.world.shine({light: 1.0})
        return 0.0

    def steady_since(self, monotonic_s: float) -> bool:
        return True

    def declared(self, item_code: ItemCode) -> Declared:
        item = item_of(item_code)
        line = OrderLine(item.order, item_code, item.name, item.category, item.size_mm)
        return Declared((line,))

    def expose(
        self, inspection: str, take: int, shot: Shot, then: str = "", proves: Pose | None = None
    ) -> None:
        self._wishes.append(Expose(inspection, take, shot, then))

    def examine(
        self,
        inspection: str,
        take: int,
        pose: Pose,
        frames: Sequence[Frame],
        item: Item,
        least: float | None = None,
    ) -> None:
        asked = Examine(inspection, take, pose, tuple(frames), item, least)
        answer = answer_to(asked, self.clock.now(), (), False, self._fresh())
        assert answer is not None
        self._answers.append(answer)

    def say(self, sound: str) -> None:
        pass
