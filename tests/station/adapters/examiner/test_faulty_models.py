"""Models that fail inside the runtime: no grade comes of it, and the examiner is soon back.

The packs are real ones whose net fails when it is shown a white value; the child is the real one.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.runtime.golden import record_golden
from station.adapters.examiner.child import ExaminerSetup, load_equipment
from station.adapters.policies import read_policy
from station.domain.events import FaultCleared, FaultRaised, PoseAnswered
from station.domain.faults import FaultCode
from station.domain.grading import Doubt
from station.domain.inspection import PoseExamined
from station.domain.judging import judge
from tests.models.runtime.conftest import Signer
from tests.models.runtime.tiny_onnx import triggered_model
from tests.station.adapters.examiner.test_examiner_process import (
    ITEM,
    TOP,
    Desk,
    desk,
    pictures,
)
from tests.support.drive import DEFAULTS
from tests.support.packs import tiny_pack, trust
from tests.support.tiny_set import box

__all__ = ["desk", "pictures"]

POLICY = read_policy(DEFAULTS / "policies/carton.toml")
GOOD, BAD = "no-spark.png", "spark.png"


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer(tmp_path / "keys")


@pytest.fixture
def shots(pictures: Path) -> Path:
    """A picture of a box in which no value is white, and one with a white speck."""
    picture = np.minimum(box("bright", 0, stained=False), 250).astype(np.uint8)
    cv2.imwrite(str(pictures / GOOD), picture)
    picture[300:306, 600:606] = 255
    cv2.imwrite(str(pictures / BAD), picture)
    return pictures


def equipment(tmp_path: Path, signer: Signer, shots: Path, fault: str) -> Callable[[], object]:
    dim = np.random.default_rng(3).integers(0, 250, (32, 64, 3), dtype=np.uint8)
    answer = (dim.transpose(2, 0, 1)[None] / 255).astype(np.float32)
    pack = tiny_pack(
        tmp_path / "pack",
        signer,
        stride=1,
        model=triggered_model(fault),
        golden=[record_golden(dim, [answer])],
    )
    keys = trust(tmp_path / "trusted_keys.toml", signer)
    empty = {"bright": shots / "empty-bright.jpg"}
    return partial(load_equipment, ExaminerSetup(pack, (keys,), None, empty, threads=1))


def judged_by_a_person(result: PoseExamined) -> bool:
    """Whether the policy leaves it to a person, although nothing was found."""
    verdict = judge(POLICY, result.findings, unexamined=(result.pose,))
    return verdict.needs_review and Doubt.NOT_EXAMINED in verdict.reasons[0].doubts


@pytest.mark.parametrize(
    ("fault", "why"), [("nan", "not numbers"), ("memory", "more memory than it may take")]
)
def test_a_net_that_gives_no_numbers_or_wants_too_much_leaves_the_pose_to_a_person(
    desk: Desk, tmp_path: Path, signer: Signer, shots: Path, fault: str, why: str
) -> None:
    examiner = desk.examiner(equipment(tmp_path, signer, shots, fault), memory_bytes=1200 * 2**20)
    for take, file in enumerate((GOOD, BAD, GOOD)):
        examiner.examine("i1", take, TOP, desk.frames(file), ITEM)

    before, failed, after = (desk.answer(n).result for n in (1, 2, 3))

    assert (before.failure, after.failure) == (None, None)
    assert why in (failed.failure or "")
    assert failed.findings == ()
    assert judged_by_a_person(failed)
    assert not desk.heard.of(FaultRaised)


def test_a_net_that_never_ends_is_killed_and_the_pose_is_left_to_a_person(
    desk: Desk, tmp_path: Path, signer: Signer, shots: Path
) -> None:
    examiner = desk.examiner(equipment(tmp_path, signer, shots, "hang"), answer_s=4.0)
    examiner.examine("i1", 0, TOP, desk.frames(GOOD), ITEM)
    assert desk.answer().result.failure is None

    examiner.examine("i1", 1, TOP, desk.frames(BAD), ITEM)
    failed = desk.answer(2).result
    desk.heard.wait(FaultCleared)
    examiner.examine("i1", 2, TOP, desk.frames(GOOD), ITEM)

    assert "longer than 4 s" in (failed.failure or "")
    assert judged_by_a_person(failed)
    assert desk.answer(3).result.failure is None


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGSTOP])
def test_a_process_that_is_ended_or_stopped_at_its_work_comes_back(
    desk: Desk, tmp_path: Path, signer: Signer, shots: Path, number: signal.Signals
) -> None:
    examiner = desk.examiner(equipment(tmp_path, signer, shots, "hang"), answer_s=6.0)
    examiner.examine("i1", 0, TOP, desk.frames(GOOD), ITEM)
    desk.answer()
    examiner.examine("i1", 1, TOP, desk.frames(BAD), ITEM)
    (child,) = (c for c in multiprocessing.active_children() if c.name == "examiner")
    assert child.pid is not None
    os.kill(child.pid, number)

    failed = desk.answer(2).result
    desk.heard.wait(FaultCleared)
    examiner.examine("i1", 2, TOP, desk.frames(GOOD), ITEM)

    assert failed.failure
    assert judged_by_a_person(failed)
    assert desk.answer(3).result.failure is None
    raised = [event.fault for event in desk.heard.of(FaultRaised)]
    assert [(fault.code, fault.blocks) for fault in raised] == [(FaultCode.EXAMINER_DOWN, False)]


def test_another_pack_takes_over_between_two_examinations_once_it_is_warm(
    desk: Desk, tmp_path: Path, signer: Signer, shots: Path
) -> None:
    (tmp_path / "one").mkdir()
    examiner = desk.examiner(equipment(tmp_path / "one", signer, shots, "nan"))
    examiner.examine("i1", 0, TOP, desk.frames(GOOD), ITEM)
    first = desk.answer().result.model_pack
    other = tiny_pack(tmp_path / "other", signer, version="2")
    keys = trust(tmp_path / "trusted_keys.toml", signer)
    empty = {"bright": shots / "empty-bright.jpg"}
    setup = ExaminerSetup(other, (keys,), None, empty, threads=1)

    examiner.exchange(desk.children(partial(load_equipment, setup)))
    names, take = [first], 0
    while names[-1] == first and take < 200:
        take += 1
        examiner.examine("i1", take, TOP, desk.frames(GOOD), ITEM)
        names.append(desk.answer(take + 1).result.model_pack)

    assert first.startswith("tiny 1 ")
    assert names[-1].startswith("tiny 2 ")
    assert all(answer.result.failure is None for answer in desk.heard.of(PoseAnswered))
    assert not desk.heard.of(FaultRaised)


def test_a_pack_that_is_refused_does_not_take_over(
    desk: Desk, tmp_path: Path, signer: Signer, shots: Path
) -> None:
    examiner = desk.examiner(equipment(tmp_path, signer, shots, "nan"))
    spoilt = tiny_pack(tmp_path / "other", signer, version="2")
    (spoilt / "CARD.md").write_text("changed")
    keys = trust(tmp_path / "trusted_keys.toml", signer)
    setup = ExaminerSetup(spoilt, (keys,), None, {"bright": shots / "empty-bright.jpg"})

    examiner.exchange(desk.children(partial(load_equipment, setup)))
    fault = desk.heard.wait(FaultRaised).fault
    examiner.examine("i1", 0, TOP, desk.frames(GOOD), ITEM)

    assert (fault.code, fault.blocks) == (FaultCode.PACK_REFUSED, False)
    assert "CARD.md is not the file" in fault.detail
    result = desk.answer().result
    assert result.failure is None
    assert result.model_pack.startswith("tiny 1 ")
