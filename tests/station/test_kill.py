"""`kill -9` at every named step, once and again while recovering: nothing acknowledged is lost."""

import multiprocessing
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.adapters.frames import STEPS as FRAME_STEPS
from station.adapters.frames import FrameFiles
from station.adapters.store.opening import open_store
from station.adapters.store.steps import STEPS as STORE_STEPS
from station.adapters.upstream.posting import STEPS as POST_STEPS
from station.domain.faults import StationError
from station.domain.outbox import OutboxState
from station.virtual.receiver_process import ReceiverProcess
from station.virtual.sabotage import Killer
from tests.support import keeper
from tests.support.kept import inspection, inspection_id, record

ALL_STEPS = (*STORE_STEPS, *FRAME_STEPS, *POST_STEPS)
QUICK_STEPS = (
    "upgrade-written",
    "event-written",
    "segment-committed",
    "save-frame-rows",
    "save-written",
    "save-committed",
    "frame-written",
    "frame-renamed",
    "post-answered",
    "delivered-written",
)
KILLED = -9


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    process = ReceiverProcess(tmp_path / "received.jsonl")
    yield process
    process.stop()


def run(directory: Path, url: str, plan: str, kill_after_s: float | None = None) -> int:
    """One life of the bench; how it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.keeper"])
    life = context.Process(target=keeper.bench, args=(directory, url, plan))
    life.start()
    life.join(kill_after_s if kill_after_s is not None else 60)
    if life.is_alive():
        life.kill()
        life.join()
    assert life.exitcode is not None
    return life.exitcode


def check(directory: Path, *, finished: bool) -> None:
    """What was acknowledged is whole, and nothing is half there."""
    store = open_store(directory, ballast_bytes=keeper.BALLAST)
    files = FrameFiles(directory)
    kept = {kept.id for kept in store.inspections.latest(99)}
    waiting = store.outbox.waiting()

    assert keeper.acknowledged(directory) <= kept
    for number in range(1, keeper.INSPECTIONS + 1):
        if inspection_id(number) in kept:
            assert store.inspections.inspection(inspection_id(number)) == inspection(number)
            assert store.inspections.record(inspection_id(number)) == record(number)
    assert store.inspections.damaged_records() == ()
    assert files.missing(store.inspections.frame_digests()) == ()
    assert sum(waiting.values()) == len(kept)
    assert store.journal.segment() is not None
    if finished:
        assert len(kept) == keeper.INSPECTIONS
        assert waiting[OutboxState.PARKED] == 1
        assert waiting[OutboxState.DELIVERED] == keeper.INSPECTIONS - 1
    store.close()


def spoil(receiver: ReceiverProcess) -> None:
    """Long enough that entries are postponed, and hurried afterwards."""
    receiver.misbehave("500-after-commit", 3)


def prove(directory: Path, receiver: ReceiverProcess, step: str, nth: int) -> int:
    """Kill at the step, again on the way back, and once more; then finish. How the first ended."""
    directory.mkdir(exist_ok=True)
    plan = f"{step}:{nth}"
    ends = []
    for _ in range(3):
        spoil(receiver)
        ends.append(run(directory, receiver.url, plan))
        check(directory, finished=ends[-1] == 0)
    assert run(directory, receiver.url, "") == 0
    check(directory, finished=True)
    assert receiver.counts()["duplicates"] == 0
    assert receiver.counts()["unique_ids"] == keeper.INSPECTIONS - 1
    return ends[0]


@pytest.mark.parametrize("step", QUICK_STEPS)
def test_a_kill_at_a_step_loses_nothing(
    tmp_path: Path, receiver: ReceiverProcess, step: str
) -> None:
    assert prove(tmp_path / "state", receiver, step, 1) == KILLED


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_kill_at_any_step_loses_nothing(
    tmp_path: Path, receiver: ReceiverProcess, nth: int
) -> None:
    survived = [step for step in ALL_STEPS if prove(tmp_path / step, receiver, step, nth) != KILLED]

    assert nth > 1 or survived == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_kills_at_random_moments_lose_nothing(tmp_path: Path, receiver: ReceiverProcess) -> None:
    chance = random.Random(20260304)
    kills = 0
    for life in range(200):
        directory = tmp_path / f"state-{life // 20}"
        directory.mkdir(exist_ok=True)
        spoil(receiver)
        kills += run(directory, receiver.url, "", chance.uniform(0, 0.4)) == KILLED
        check(directory, finished=False)
    for state in range(10):
        assert run(tmp_path / f"state-{state}", receiver.url, "") == 0
        check(tmp_path / f"state-{state}", finished=True)

    assert kills >= 20
    assert receiver.counts()["duplicates"] == 0


def test_the_killer_waits_for_its_turn() -> None:
    killer = Killer("save-committed:2")
    killer("save-written")
    killer("save-committed")

    assert killer._left == 1


@pytest.mark.parametrize("plan", ["", "save-committed", "save-committed:0", ":1", "save:x"])
def test_a_plan_that_is_none_is_refused(plan: str) -> None:
    with pytest.raises(StationError, match="save-committed:1"):
        Killer(plan)
