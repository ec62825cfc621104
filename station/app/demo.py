"""The virtual bench: the station as it is, beside rendered goods, a pty scanner and a receiver."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.frames import FrameFiles
from station.adapters.shelf import ShelfFiles
from station.adapters.store.opening import open_store
from station.adapters.store.steps import nothing
from station.app.cameras import CameraParts
from station.app.defaults import PICTURES, load_policies, load_recipes
from station.app.demo_goods import empty_bench, recipes_shown, rendered_returns
from station.app.demo_tags import Tags, tag_of
from station.app.learning import REFERENCES
from station.app.live import LiveBench
from station.app.ordering import orders_in
from station.app.wiring import BenchParts
from station.config import Board, Device, Scanner
from station.domain.events import Scanned
from station.domain.faults import refuse
from station.domain.identity import ItemCode
from station.domain.scan import ItemScanned, read_scan
from station.screen.view import Band, OperatorView
from station.virtual.camera import VIRTUAL
from station.virtual.faulty_source import virtual_camera
from station.virtual.lit_board import CHANNELS, LIGHTS, LitBoard
from station.virtual.operator import Operator, Return, Seen, Wanted
from station.virtual.receiver_process import ReceiverProcess
from station.virtual.sabotage import Killer
from station.virtual.shift import Shift
from station.virtual.trolley import Coming, Trolley
from station.virtual.world import Address, World
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    Ready,
    Saving,
    Setup,
    Stage,
    opened_of,
)
from station.workflow.step import replay

SABOTAGE = "REGRADE_SABOTAGE"
_BALLAST_BYTES = 1024 * 1024
_MOST_COMINGS = 1_000_000
_MOST_REFUSED = 3
"""So often a person lays an item anew for a picture, and then lets the supervisor look at it."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the demo is asked for. Without `state` everything lives in a temporary directory."""

    items: int
    seed: int
    pictures: Path = PICTURES
    """The rendered set whose returns come to the bench."""
    pack: Path | None = None
    """The model pack that examines them; the bench's own if none."""
    state: Path | None = None
    outage: bool = False
    gallery: Path | None = None
    undo: timedelta = timedelta(seconds=1)
    rfid: str | None = None
    """The kind of tag reader beside the scanner; then every item carries a tag."""
    cameras: int = 1
    locale: str = "en"
    """The language of its return orders."""
    watched: bool = False
    """Whether somebody looks at the live pictures."""
    proved: bool = True
    """Whether every pose is proved by a light pattern; without, to measure what that takes."""
    camera: Callable[[Address], Callable[[], FrameSource]] | None = None
    """Makes what makes another source in the place of the virtual camera, given the world."""


class Demo:
    """One shift at the virtual bench. Everything lives from entering to leaving it."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self._things = ExitStack()

    def __enter__(self) -> "Demo":
        with ExitStack() as things:
            self._make(things)
            self._things = things.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._things.close()

    def _make(self, things: ExitStack) -> None:
        options, reached = self.options, _reached()
        self.pictures = rendered_returns(options.pictures)
        self._empty = empty_bench(options.pictures, CHANNELS.values())
        self.trolley = Trolley(options.pictures, options.seed)
        self.state = options.state or _temporary(things)
        self.store = open_store(self.state, ballast_bytes=_BALLAST_BYTES, reached=reached)
        things.callback(self.store.close)
        recipes = recipes_shown(load_recipes(), self.pictures)
        self.setup = Setup(recipes, load_policies(recipes), options.undo, proving=options.proved)
        self.frames = FrameFiles(self.state, reached)
        self.comings = self._next_comings()
        last = self._bench_as_left().last
        self.ended_before = {last.inspection.id} if last else set()
        self._receiver = ReceiverProcess(self.state / "receiver.jsonl")
        things.callback(self._receiver.stop)
        self._world = World()
        things.callback(self._world.close)
        things.enter_context(Emulator(LitBoard(self._world.shine), PtyPort(self.state / "board")))
        self._tags = Tags(options.rfid, self.state) if options.rfid else None
        if self._tags:
            things.enter_context(self._tags.reader)
        self._resume_world()
        scanner = Emulator(PlainImitation(), PtyPort(self.state / "scanner"))
        self._scanner = things.enter_context(scanner)
        self.live = LiveBench(
            self._parts(),
            self.store,
            self.frames,
            ShelfFiles(self.state),
            reached,
            watched=options.watched,
        )
        things.callback(self.live.stop)

    def start(self, pause: Callable[[float], None]) -> Shift:
        """Open the bench and send the virtual operator to it; `pause` is a person's time."""
        tags = self._tags
        operator = Operator(
            [Return(c.truth.return_id, c.label, tag_of(c) if tags else None) for c in self.comings],
            bench=self._world,
            carry=tags.carry if tags else None,
            scan=self._scanner.act,
            pause=pause,
        )
        shift = Shift(operator)

        def see(bench: Bench) -> None:
            shift.show(glance(bench, self.live.view()))

        self.live.watch(see)
        self.live.start()
        shift.start()
        self._things.callback(shift.stop)
        return shift

    def receiver_down(self, *, down: bool) -> None:
        """Take the receiver down, or bring it back."""
        self._receiver.misbehave("down" if down else "none", _MOST_COMINGS if down else 0)

    def received(self) -> dict[str, int]:
        """What the receiver counts in its own store."""
        return dict(self._receiver.counts())

    def _parts(self) -> BenchParts:
        orders = self.state / "orders.json"
        last = max((c.number for c in self.comings), default=0)
        self.trolley.write_orders(orders, last + 1, self.options.locale)
        return BenchParts(
            name="07",
            setup=self.setup,
            orders=orders_in(self.state, orders),
            cameras=tuple(self._camera(view) for view in range(self.options.cameras)),
            lights=LIGHTS,
            settle_s=0.02,
            calibration=self.options.pictures / "calibration.json",
            devices=self._devices(),
            upstream_url=self._receiver.url,
            pack=self.options.pack,
            outlines=ShelfFiles(self.state).outlines,
            references=self.state / REFERENCES,
        )

    def _camera(self, view: int) -> CameraParts:
        """The camera that the recipes name, and others that only look on."""
        address, other = self._world.address, self.options.camera
        pictures, seed = self.options.pictures, self.options.seed
        virtual = partial(virtual_camera, pictures, seed, address, view)
        return CameraParts(
            name="bench" if view == 0 else f"view {view + 1}",
            make=other(address) if other and view == 0 else virtual,
            width=self.pictures.width,
            height=self.pictures.height,
            empty=self._empty,
            identity="" if other else VIRTUAL,
            references=self._empty if view == 0 else {},
        )

    def _devices(self) -> tuple[Device, ...]:
        scanner = Scanner(kind="plain", name="scanner", port=str(self.state / "scanner"))
        board = Board(kind="board", name="board", port=str(self.state / "board"))
        wired = (scanner, board)
        return (*wired, self._tags.settings()) if self._tags else wired

    def _bench_as_left(self) -> Bench:
        return replay(self.setup, self.store.journal.segment())

    def _next_comings(self) -> tuple[Coming, ...]:
        """The next items that were never inspected and are not on the bench or parked."""
        bench = self._bench_as_left()
        stages = (bench.stage, *bench.parked)
        taken = {code for stage in stages for code in _codes_of(stage)}
        fresh = (
            coming
            for coming in self.trolley
            if coming.code not in taken and self.store.inspections.current_for(coming.code) is None
        )
        return tuple(islice(fresh, self.options.items))

    def _resume_world(self) -> None:
        """What lay on the bench when the station ended still lies there."""
        stage = self._bench_as_left().stage
        code = _lying(stage)
        if code is None:
            return
        comings = islice(self.trolley, _MOST_COMINGS)
        coming = next((coming for coming in comings if coming.code == code), None)
        if coming is None:
            raise refuse(f"{code} lies on the bench, but not among these returns: give its set")
        pose = "top"
        if isinstance(stage, Capturing):
            turned = stage.pose_index if not stage.waiting else stage.pose_index - 1
            poses = stage.recipe.poses
            pose = poses[min(max(turned, 0), len(poses) - 1)].name
        self._world.lay(coming.truth.return_id, pose)
        if self._tags:
            self._tags.carry(tag_of(coming))


def glance(bench: Bench, view: OperatorView) -> Seen:
    """What a person takes in of the screen."""
    notice = bench.notice
    said, said_at = (notice.id, notice.at) if notice else (None, None)
    item = view.item.code if view.item else None
    grade = view.grade.grade.value if view.grade and view.grade.grade else None
    instruction = view.instruction.id
    wanted, pose = Wanted.NOTHING, None
    if instruction == "do.scan-badge":
        wanted = Wanted.BADGE
    elif view.band is Band.READY or instruction == "do.put-aside":
        wanted = Wanted.ITEM
    elif isinstance(bench.stage, Capturing) and bench.stage.waiting and bench.stage.pose:
        hopeless = bench.stage.cannot_be_pictured and bench.stage.refused >= _MOST_REFUSED
        wanted = Wanted.TOTE if hopeless else Wanted.POSE
        pose = None if hopeless else bench.stage.pose.name
    elif view.band is Band.STOPPED and not bench.blocked:
        wanted = Wanted.RETAKE
    elif instruction == "do.scan-tote":
        wanted = Wanted.TOTE
    elif view.band in (Band.RESULT, Band.NEEDS_YOU):
        wanted = Wanted.ANSWER
    return Seen(wanted, item, pose, grade, said, said_at)


def _lying(stage: Stage) -> ItemCode | None:
    """The item that lies on the bench in this state."""
    match stage:
        case Identifying() | Capturing() | Answering():
            return opened_of(stage).code
        case Saving(then=Scanned(text=text)):
            meaning = read_scan(text)
            return meaning.item if isinstance(meaning, ItemScanned) else None
        case Ready() | Saving():
            return None


def _codes_of(stage: Stage) -> tuple[ItemCode, ...]:
    """Every item that this state has taken on."""
    saved = (stage.inspection.item.code,) if isinstance(stage, Saving) else ()
    lying = _lying(stage)
    return saved if lying is None else (*saved, lying)


def _temporary(things: ExitStack) -> Path:
    path = tempfile.mkdtemp(prefix="regrade-demo-")
    things.callback(shutil.rmtree, path, ignore_errors=True)
    return Path(path)


def _reached() -> Callable[[str], None]:
    """A plan in the environment ends this process at a named step, for the recovery proofs."""
    plan = os.environ.get(SABOTAGE)
    return Killer(plan) if plan else nothing
