"""`kill -9` at named steps and at random: store, files and receiver agree afterwards."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from shift import demo, start_demo

from station.adapters.frames import FrameFiles
from station.adapters.store.opening import open_store

FEW = ("event-written:6", "frame-renamed:2", "save-frame-rows:1", "delivered-begun:1")
STEPS = (
    "event-begun",
    "event-written",
    "event-committed",
    "segment-begun",
    "segment-written",
    "segment-committed",
    "save-begun",
    "save-inspection-row",
    "save-evidence-row",
    "save-frame-rows",
    "save-outbox-row",
    "save-written",
    "save-committed",
    "delivered-begun",
    "delivered-written",
    "delivered-committed",
)


def sound(state: Path) -> int:
    """Assert that nothing is half-written; the number of inspections kept."""
    store = open_store(state, ballast_bytes=1024)
    try:
        store.database.check()
        counts = store.inspections.counts()
        assert store.inspections.damaged_records() == ()
        assert FrameFiles(state).missing(store.inspections.frame_digests()) == ()
        assert sum(store.outbox.waiting().values()) >= counts.closed
        return counts.closed + counts.held
    finally:
        store.close()


def finished(state: Path, items: int) -> None:
    """A last run to the end: everything kept is delivered, each once."""
    before = sound(state)
    ran = demo(state, items)

    assert ran.code == 0, ran.said
    store, receiver = ran.answer["store"], ran.answer["receiver"]
    assert store["closed"] + store["held"] >= before + items
    assert store["delivered"] == store["closed"] == receiver["unique_ids"]
    assert receiver["duplicates"] == 0
    assert store["evidence_missing"] == 0


@pytest.mark.timeout(400)
def test_a_handful_of_kills_loses_nothing(tmp_path: Path) -> None:
    kept = 0
    for plan in FEW:
        assert demo(tmp_path, 2, sabotage=plan).killed, plan
        now = sound(tmp_path)
        assert now >= kept
        kept = now

    finished(tmp_path, 1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_kills_at_every_step_and_at_random_lose_nothing(tmp_path: Path) -> None:
    hit: Counter[str] = Counter()
    kept = 0
    for occurrence in (1, 2, 1):
        for step in STEPS:
            if demo(tmp_path, 3, sabotage=f"{step}:{occurrence}").killed:
                hit[step] += 1
            now = sound(tmp_path)
            assert now >= kept, step
            kept = now
    chance = random.Random(5)
    for _ in range(16):
        running = start_demo(tmp_path, 3)
        time.sleep(chance.uniform(2.0, 12.0))
        running.kill()
        hit["at random"] += running.wait() != 0
        now = sound(tmp_path)
        assert now >= kept
        kept = now
    print("\n".join(f"{step}: {count} kills" for step, count in sorted(hit.items())))

    finished(tmp_path, 2)
    assert min(hit[step] for step in STEPS) >= 3
    assert sum(hit.values()) >= 60
