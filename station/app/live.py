"""A running bench: every adapter wired to one station, started and stopped together."""

from collections.abc import Callable

from calibration.verification.log import Standing, Standings, Trust, log_of
from station.adapters.canonical import canonical
from station.adapters.clock import SystemClock, SystemIdentifiers
from station.adapters.frames import FrameFiles
from station.adapters.inbox import Inbox
from station.adapters.janitor import Janitor
from station.adapters.shelf import ShelfFiles
from station.adapters.speaker import Speaker
from station.adapters.store.opening import OpenStore
from station.adapters.upstream.posting import HttpUpstream
from station.app.cameras import RESTING_LIGHT, Cameras
from station.app.equipping import Devices, Sounds
from station.app.learning import GoodExamples
from station.app.ordering import aside_of
from station.app.packs import key_lists
from station.app.shelf import pack_path
from station.app.shelving import PackShift
from station.app.wiring import (
    BenchParts,
    camera_optics,
    deliveries_of,
    examiner_of,
    lights_of,
    read_calibration,
    record_paths,
)
from station.domain.events import FaultRaised, Key, KeyPressed
from station.domain.grading import Outcome
from station.domain.inspection import Inspection
from station.domain.outbox import OutboxState
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment
from station.screen.live import LiveView
from station.screen.operator import operator_view
from station.screen.view import OperatorView
from station.workflow.outcomes import outcome_of
from station.workflow.record import evidence_record, inspection_form
from station.workflow.stages import Bench
from station.workflow.station import Station, Surroundings, station_bug

_CALIBRATED = {
    Standing.VALID: DeviceState.WELL,
    Standing.ABSENT: DeviceState.MISSING,
    Standing.REJECTED: DeviceState.FAULTY,
    Standing.OVERDUE: DeviceState.OVERDUE,
    Standing.CHECK_OVERDUE: DeviceState.OVERDUE,
    Standing.CHECK_FAILED: DeviceState.FAULTY,
}


_GRAVITY = (
    DeviceState.WELL,
    DeviceState.NEAR_LIMIT,
    DeviceState.MISSING,
    DeviceState.OVERDUE,
    DeviceState.FAULTY,
)


def calibration_device(*cameras: Trust) -> Device:
    """The calibration as the device strip shows it: that of the camera which stands worst; a
    warning stops nothing."""
    states = [
        DeviceState.NEAR_LIMIT if trust.warnings else _CALIBRATED[trust.standing]
        for trust in cameras
    ]
    return Device(DeviceKind.CALIBRATION, max(states, key=_GRAVITY.index))


class LiveBench:
    """One bench, running from `start` to `stop`; views go to every subscriber at each change."""

    def __init__(
        self,
        parts: BenchParts,
        store: OpenStore,
        frames: FrameFiles,
        shelf: ShelfFiles,
        reached: Callable[[str], None],
        *,
        watched: bool = False,
    ) -> None:
        """`watched` if somebody will look at the live pictures."""
        self._parts = parts
        self._store = store
        self._frames = frames
        self.clock = SystemClock()
        self._identifiers = SystemIdentifiers()
        self._inbox = Inbox()
        self._subscribers: list[Callable[[OperatorView], None]] = []
        self._watchers: list[Callable[[Bench], None]] = []
        self._calibration = read_calibration(parts.calibration)
        paths = record_paths(parts.cameras, parts.calibration)
        records = {name: read_calibration(path) for name, path in paths.items()}
        self._standings = [
            Standings(records[name], log_of(path) if path else None) for name, path in paths.items()
        ]
        self._waiting = 0
        self._ended: int | None = None
        emit, clock = self._inbox.emit, self.clock
        self._devices = Devices(
            parts.devices,
            parts.lights,
            lights_of(parts.setup.recipes) | {RESTING_LIGHT},
            emit=emit,
            clock=clock,
            identifiers=self._identifiers,
        )
        self._cameras = Cameras(
            parts.cameras,
            self._devices.light,
            parts.settle_s,
            frames.keep,
            emit,
            clock,
            watched=watched,
            known={name: camera_optics(record) for name, record in records.items()},
        )
        pack = parts.pack or pack_path(shelf, shelf.shelf().live)
        self._examiner = examiner_of(
            parts, pack, key_lists(shelf), self._cameras.pixels, frames, emit, clock
        )
        self._packs = PackShift(
            parts, shelf, self._examiner, frames, store.inspections.latest, emit, clock
        )
        self._examples = GoodExamples(parts.setup, self._examiner, store.inspections.superseded_by)
        self._speaker = Speaker()
        self._janitor = Janitor(frames.sweep(clock.now(), store.inspections.rests_on))
        self._upstream = HttpUpstream(parts.upstream_url, reached)
        self._deliveries = deliveries_of(store, emit, clock, self._identifiers, self._upstream)
        self.station = Station(
            parts.setup,
            Surroundings(
                clock=clock,
                journal=store.journal,
                store=store.inspections,
                outbox=store.outbox,
                catalogue=parts.orders,
                parcels=store.parcels,
                cameras=self._cameras,
                examiner=self._examiner,
                speaker=Sounds(self._speaker, self._devices),
                labels=self._devices.labels,
                record=self._record,
                message=self._message,
                away=aside_of(parts.orders, emit, clock),
            ),
            self._changed,
        )

    def subscribe(self, show: Callable[[OperatorView], None]) -> None:
        """Call `show` with every view, from the bench's thread. Before `start`."""
        self._subscribers.append(show)

    def watch(self, see: Callable[[Bench], None]) -> None:
        """Call `see` with every state, from the bench's thread. Before `start`."""
        self._watchers.append(see)

    def press(self, key: str) -> None:
        """A key was pressed; returns at once."""
        self._inbox.emit(KeyPressed(self.clock.now(), Key(key), self._identifiers.fresh()))

    def view(self) -> OperatorView:
        """What the operator's desk shows now."""
        return operator_view(self.station.bench, self.clock.now(), self._equipment())

    @property
    def live(self) -> tuple[LiveView, ...]:
        """The cameras' live pictures, for one reader."""
        return self._cameras.live()

    def start(self) -> None:
        """Start everything; the bench comes back to where it was."""
        self._inbox.start(self.station.start, self.station.handle, self._tick, self._broken)
        self._devices.start()
        self._cameras.start()
        self._examiner.start()
        self._packs.start()
        self._deliveries.start()
        self._janitor.start()

    def stop(self) -> None:
        """Stop everything: first what brings events, then the machine, then the posting."""
        self._janitor.stop()
        self._cameras.stop()
        self._devices.stop()
        self._examiner.stop()
        self._packs.stop()
        self._inbox.stop()
        self._deliveries.stop()
        self._upstream.close()
        self._speaker.close()
        self._cameras.close()

    def _tick(self) -> None:
        self.station.tick()
        if self.station.bench.idle:
            self._packs.follow()
            self._examples.idle(self.clock.now())
        self._waiting = self._store.outbox.waiting()[OutboxState.PENDING]
        self._show()

    def _changed(self, bench: Bench) -> None:
        if bench.ended != self._ended:
            known, self._ended = self._ended, bench.ended
            self._deliveries.wake()
            if known is not None and bench.last is not None:
                self._packs.ended(bench.last.inspection)
                self._examples.ended(bench.last)
            self._waiting = self._store.outbox.waiting()[OutboxState.PENDING]
        for see in self._watchers:
            see(bench)
        self._show()

    def _show(self) -> None:
        if self._subscribers or self._devices.lit:
            view = self.view()
            self._devices.show(view)
            for show in self._subscribers:
                show(view)

    def _equipment(self) -> Equipment:
        trusts = [each.at(self.clock.now()) for each in self._standings]
        devices = (
            *(Device(kind) for kind in dict.fromkeys(self._devices.kinds)),
            *self._cameras.shown,
            Device(DeviceKind.EXAMINER),
            calibration_device(*trusts),
            Device(
                DeviceKind.SOUND, DeviceState.MUTED if self._speaker.muted else DeviceState.WELL
            ),
            Device(DeviceKind.UPSTREAM),
        )
        return Equipment(self._parts.name, devices, self._waiting)

    def _broken(self, error: Exception) -> None:
        fault = station_bug(f"The station failed ({type(error).__name__}): start it again.")
        self._inbox.emit(FaultRaised(self.clock.now(), fault))

    def _record(self, inspection: Inspection) -> bytes:
        digest = self._calibration.digest if self._calibration else None
        return canonical(evidence_record(inspection, self._outcome(inspection), digest))

    def _message(self, inspection: Inspection) -> bytes:
        return canonical(inspection_form(inspection, self._outcome(inspection)))

    def _outcome(self, inspection: Inspection) -> Outcome | None:
        return outcome_of(self._parts.setup, inspection)
