"""The station as a machine: `step(state, event) → state, commands`. No I/O, no clock, no chance."""

from collections.abc import Iterable
from dataclasses import replace

from station.domain.capture import Pose, Trigger
from station.domain.events import (
    Began,
    BenchSeen,
    BenchView,
    Event,
    Exposed,
    ExposureFailed,
    FaultCleared,
    FaultRaised,
    KeyPressed,
    LabelNoted,
    LastEnded,
    LookedUp,
    ParcelClosed,
    ParcelCloseFailed,
    ParcelLookedUp,
    PoseAnswered,
    ProofFailed,
    Proved,
    Saved,
    SaveFailed,
    Scanned,
    TagsSettled,
    Ticked,
    Weighed,
)
from station.workflow import capturing, keys, labelling, parcels, proving, scans, tags, weighing
from station.workflow.commands import Command, FindOrder, Save, Withdraw
from station.workflow.stages import (
    Answering,
    Bench,
    Capturing,
    Identifying,
    NearTags,
    ParcelDesk,
    Ready,
    Saving,
    Setup,
)

Step = tuple[Bench, tuple[Command, ...]]


def idle(setup: Setup) -> Bench:
    """A bench with nothing on it and nobody logged in."""
    return Bench(setup, Ready())


def step(bench: Bench, event: Event) -> Step:
    """The state after an event, and what to do about it. Every event is allowed in every state."""
    after, commands = _react(bench, event)
    after, more = tags.follow(bench, after, event)
    after = weighing.follow(bench, parcels.follow(bench, after, event))
    return after, (*commands, *more)


def _began(setup: Setup, event: Began) -> Bench:
    near = NearTags(epcs=event.tags, spent=frozenset(event.tags))
    return replace(
        idle(setup),
        operator=event.operator,
        last=event.last,
        ended=event.ended,
        tags=near,
        desk=ParcelDesk(event.parcel),
    )


def _react(bench: Bench, event: Event) -> Step:
    match event:
        case Began():
            return _began(bench.setup, event), ()
        case TagsSettled() | LookedUp():
            return tags.answered(bench, event)
        case ParcelLookedUp() | ParcelClosed() | ParcelCloseFailed():
            return parcels.answered(bench, event)
        case Scanned():
            return scans.scanned(bench, event)
        case KeyPressed():
            return keys.pressed(bench, event)
        case Exposed() | ExposureFailed() | Proved() | ProofFailed() | PoseAnswered():
            return _pictured(bench, event)
        case BenchSeen():
            return _seen(bench, event)
        case Saved() | SaveFailed():
            return _save_answered(bench, event)
        case LabelNoted() | Weighed():
            return _learnt(bench, event)
        case FaultRaised() | FaultCleared():
            return _fault(bench, event)
        case Ticked():
            return bench, _tried_again(bench)


def _tried_again(bench: Bench) -> tuple[Command, ...]:
    """What could not be written is written again."""
    unsaved = isinstance(bench.stage, Saving) and bench.stage.failed is not None
    return resume(bench) if unsaved or bench.desk.failed else ()


def _learnt(bench: Bench, event: LabelNoted | Weighed) -> Step:
    match event:
        case LabelNoted():
            return labelling.noted(bench, event)
        case Weighed():
            return weighing.weighed(bench, event), ()


def _pictured(
    bench: Bench, event: Exposed | ExposureFailed | Proved | ProofFailed | PoseAnswered
) -> Step:
    match event:
        case Exposed():
            return capturing.exposed(bench, event)
        case ExposureFailed():
            return capturing.exposure_failed(bench, event)
        case Proved():
            return proving.proved(bench, event)
        case ProofFailed():
            return proving.proof_failed(bench, event)
        case PoseAnswered():
            return capturing.pose_answered(bench, event)


def replay(setup: Setup, events: Iterable[Event]) -> Bench:
    """The state after a journal; its commands were given when it was written."""
    bench = idle(setup)
    for event in events:
        bench, _ = step(bench, event)
    return bench


def resume(bench: Bench) -> tuple[Command, ...]:
    """The commands still owed in a state, to be given after a restart or when a fault clears."""
    return (*_owed(bench), *labelling.owed(bench), *parcels.resume(bench))


def _owed(bench: Bench) -> tuple[Command, ...]:
    match bench.stage:
        case Identifying(opened):
            return (FindOrder(opened.id, opened.code),)
        case Capturing() as stage:
            opened = stage.identified.opened
            owed: list[Command] = [
                capturing.examination(bench.setup, stage, pose) for pose in stage.unanswered
            ]
            owed += proving.owed(bench, stage)
            if stage.refining is not None:
                owed.append(FindOrder(opened.id, stage.refining))
            if not stage.waiting:
                owed += capturing.owed(bench, stage)
            return tuple(owed)
        case Saving(inspection):
            return (Save(inspection),)
        case Answering(person_only=True) as stage:
            undone = stage.judged.examined.identified.opened.supersedes
            return (Withdraw(undone),) if undone else ()
        case Ready() | Answering():
            return ()


def _fault(bench: Bench, event: FaultRaised | FaultCleared) -> Step:
    subject = event.fault.subject if isinstance(event, FaultRaised) else event.subject
    others = tuple(fault for fault in bench.faults if fault.subject != subject)
    if isinstance(event, FaultRaised):
        return replace(bench, faults=(*others, event.fault)), ()
    stopped = any(fault.blocks for fault in bench.faults if fault.subject == subject)
    bench = replace(bench, faults=others)
    stage = bench.stage
    # An item that lies wrong lies no better when a device comes back.
    if isinstance(stage, Capturing) and stage.stuck and not stage.cannot_be_pictured:
        bench = replace(bench, stage=replace(stage, failures=0, stuck=None))
        stopped = True
    return bench, (resume(bench) if stopped else ())


def _seen(bench: Bench, event: BenchSeen) -> Step:
    bench = replace(bench, view=event.view)
    match bench.stage, event.view:
        case Answering() as stage, BenchView.EMPTY:
            return replace(bench, stage=replace(stage, gone=True)), ()
        case Capturing(waiting=True) as stage, BenchView.EMPTY | BenchView.DISTURBED:
            return replace(bench, stage=replace(stage, disturbed=True)), ()
        case Capturing(waiting=True, disturbed=True, pose=Pose(trigger=Trigger.STILL)), (
            BenchView.STILL
        ):
            return capturing.laid(bench)
    return bench, ()


def _save_answered(bench: Bench, event: Saved | SaveFailed) -> Step:
    stage = bench.stage
    if not isinstance(stage, Saving) or stage.inspection.id != event.inspection:
        return bench, ()
    if isinstance(event, SaveFailed):
        return replace(bench, stage=replace(stage, failed=event.fault)), ()
    done = replace(
        bench,
        stage=Ready(),
        last=LastEnded(stage.inspection, event.release_at),
        ended=bench.ended + 1,
        notice=None,
    )
    labels = labelling.on_closing(done)
    if stage.then is None:
        return done, labels
    after, commands = scans.scanned(done, stage.then)
    return after, (*labels, *commands)
