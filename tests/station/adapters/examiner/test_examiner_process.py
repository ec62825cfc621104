"""The examiner over real child processes, with detectors that work, fail, hang and die."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.adapters.cameras.pixels import Pixels, pixels_of
from station.adapters.clock import SystemClock
from station.adapters.examiner.child import run_examiner
from station.adapters.examiner.examiner_process import ExaminerProcess
from station.adapters.examiner.ports import Place
from station.adapters.processes import Children
from station.domain.capture import Frame, Pose, Shot
from station.domain.defect import Defect, Quantity, SizeSource, Unit
from station.domain.events import FaultCleared, FaultRaised, PoseAnswered
from station.domain.faults import Fault, FaultCode, StationError
from station.domain.identity import ItemCode
from station.domain.item import Item
from tests.support.events import Heard
from tests.support.examiners import (
    PACK_NAME,
    dying_equipment,
    fake_equipment,
    refused_equipment,
)
from tests.support.tiny_set import GTINS, HEIGHT, STAIN, WIDTH, tiny_set

CLOCK = SystemClock()
ITEM = Item(ItemCode(GTINS[0]), "Kettle", "carton", "RO-1", (240.0, 160.0, 100.0))
TOP = Pose("top", ("top",), (Shot("top-bright", "c", "bright"), Shot("top-raking", "c", "raking")))


class OtherDay(SystemClock):
    """The machine's clock on another date."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Desk:
    """An examiner, the frames it can get at, and what came of it."""

    def __init__(self, pictures: Path) -> None:
        self.pictures = pictures
        self.heard = Heard()
        self.pixels = Pixels(WIDTH * HEIGHT, places=4)
        self.evidence: dict[str, bytes] = {}
        self.examiners: list[ExaminerProcess] = []

    def examiner(
        self,
        load: Callable[[], object],
        clock: SystemClock = CLOCK,
        *,
        limit: int = 5,
        answer_s: float = 20.0,
        memory_bytes: int | None = None,
    ) -> ExaminerProcess:
        made = ExaminerProcess(
            children=self.children(load, limit, memory_bytes),
            lend=self.lend,
            evidence=self.bytes_of,
            emit=self.heard,
            clock=clock,
            answer_s=answer_s,
        )
        self.examiners.append(made)
        made.start()
        return made

    def children(
        self, load: Callable[[], object], limit: int = 5, memory_bytes: int | None = None
    ) -> Children:
        return Children(
            run_examiner,
            (load,),
            name="examiner",
            monotonic=CLOCK.monotonic,
            limit=limit,
            memory_bytes=memory_bytes,
        )

    def lend(self, digest: str) -> AbstractContextManager[Place | None]:
        return self.pixels.lend(digest)

    def bytes_of(self, digest: str) -> bytes:
        if digest not in self.evidence:
            detail = "A frame's evidence is missing."
            raise StationError(Fault(FaultCode.STORE_FAILED, "evidence", detail))
        return self.evidence[digest]

    def frames(self, *files: str, shared: bool = True, on_disk: bool = True) -> tuple[Frame, ...]:
        """Frames of pictures of the tiny set, in shared memory, on disk or nowhere."""
        return tuple(self._frame(file, shared=shared, on_disk=on_disk) for file in files)

    def _frame(self, file: str, *, shared: bool, on_disk: bool) -> Frame:
        content = (self.pictures / file).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if on_disk:
            self.evidence[digest] = content
        if shared:
            place = self.pixels.take(WIDTH, HEIGHT)
            memory = SharedMemory(place.name)
            decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            assert decoded is not None
            pixels_of(memory, WIDTH, HEIGHT)[:] = decoded[:, :, ::-1]
            memory.close()
            self.pixels.put(digest, "i1", place)
        light = "raking" if "raking" in file else "bright"
        at = datetime(2026, 3, 2, tzinfo=UTC)
        shot = Path(file).stem
        return Frame(shot, "c", light, digest, "image/jpeg", WIDTH, HEIGHT, 1, 1.0, at)

    def answer(self, count: int = 1) -> PoseAnswered:
        return self.heard.wait(PoseAnswered, count)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_set(tmp_path_factory.mktemp("pictures"), returns=1).path


@pytest.fixture
def desk(pictures: Path) -> Iterator[Desk]:
    made = Desk(pictures)
    yield made
    for examiner in made.examiners:
        examiner.stop()
    made.pixels.close()


@pytest.fixture
def trigger(tmp_path: Path) -> Path:
    return tmp_path / "trigger"


def loader(trigger: Path, desk: Desk, *, calibrated: bool = True) -> Callable[[], object]:
    return partial(fake_equipment, trigger, desk.pictures, calibrated)


def test_findings_are_measured_in_millimetres_on_the_face_that_lies_up(
    desk: Desk, trigger: Path
) -> None:
    examiner = desk.examiner(loader(trigger, desk))
    frames = desk.frames("r0000/top-bright.jpg", "r0000/top-raking.jpg")

    examiner.examine("i1", 3, TOP, frames, ITEM)
    answer = desk.answer()

    result = answer.result
    assert (answer.inspection, answer.take, result.pose) == ("i1", 3, "top")
    assert (result.failure, result.model_pack, result.calibration) == (
        None,
        PACK_NAME,
        "tiny-bench",
    )
    assert result.mm_per_px == pytest.approx((800 - 100) / 1400)
    (bright,) = result.findings
    assert bright.shot == "top-bright"
    assert (bright.defect, bright.box) == (Defect.STAIN, STAIN)
    area = bright.measured(Quantity.AREA, Unit.MM2)
    assert area is not None
    assert area.value == pytest.approx(60 * 40 * 0.25, rel=0.05)
    assert abs(area.value - 60 * 40 * 0.25) <= area.U
    assert 0 < area.U < area.value / 2
    assert area.height is SizeSource.CATALOGUE
    assert bright.measured(Quantity.DELTA_E00, Unit.ONE) is not None


def test_findings_are_as_sure_as_was_asked(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))

    for take, least in enumerate((0.95, 0.9)):
        examiner.examine("i1", take, TOP, desk.frames("r0000/top-bright.jpg"), ITEM, least)

    found = [desk.answer(count).result.findings for count in (1, 2)]
    assert [len(each) for each in found] == [0, 1]


def test_no_colour_difference_is_claimed_from_raking_light_alone(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))

    examiner.examine("i1", 3, TOP, desk.frames("r0000/top-raking.jpg"), ITEM)
    (raking,) = desk.answer().result.findings

    assert raking.measured(Quantity.AREA, Unit.MM2) is not None
    assert raking.measured(Quantity.DELTA_E00, Unit.ONE) is None


@pytest.mark.parametrize("overdue", [True, False])
def test_without_a_calibration_in_date_sizes_stay_in_pixels(
    desk: Desk, trigger: Path, overdue: bool
) -> None:
    late = OtherDay(datetime(2036, 1, 1, tzinfo=UTC) + timedelta(seconds=1))
    examiner = desk.examiner(
        loader(trigger, desk, calibrated=overdue), late if overdue else SystemClock()
    )

    examiner.examine("i1", 0, TOP, desk.frames("r0000/top-bright.jpg"), ITEM)
    result = desk.answer().result

    assert (result.calibration, result.mm_per_px, result.failure) == (None, None, None)
    units = {measurement.unit for measurement in result.findings[0].measurements}
    assert units == {Unit.PX, Unit.PX2}  # and no colour difference either


def test_an_item_higher_than_the_camera_is_measured_in_pixels(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))
    tall = replace(ITEM, size_mm=(240.0, 160.0, 900.0))

    examiner.examine("i1", 0, TOP, desk.frames("r0000/top-bright.jpg"), tall)
    result = desk.answer().result

    assert (result.calibration, result.mm_per_px, result.failure) == (None, None, None)
    assert result.findings[0].measured(Quantity.AREA, Unit.PX2) is not None


def test_after_a_restart_the_pixels_come_from_the_evidence(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))

    examiner.examine("i1", 0, TOP, desk.frames("r0000/top-bright.jpg", shared=False), ITEM)

    assert len(desk.answer().result.findings) == 1


def test_missing_evidence_is_a_failure_of_the_pose(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))
    frames = desk.frames("r0000/top-bright.jpg", shared=False, on_disk=False)

    examiner.examine("i1", 0, TOP, frames, ITEM)

    assert desk.answer().result.failure == "A frame's evidence is missing."


def test_an_empty_bench_is_no_flawless_item(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))

    examiner.examine("i1", 0, TOP, desk.frames("empty-bright.jpg"), ITEM)

    assert "no item" in (desk.answer().result.failure or "")


def test_a_bug_fails_the_pose_is_logged_and_the_process_is_started_again(
    desk: Desk, trigger: Path, expected_warnings: list[str]
) -> None:
    expected_warnings.append("KeyError: 'a bug'")
    examiner = desk.examiner(loader(trigger, desk))
    frames = desk.frames("r0000/top-bright.jpg")
    trigger.write_text("bug", "utf-8")

    examiner.examine("i1", 0, TOP, frames, ITEM)
    failed = desk.answer().result
    desk.heard.wait(FaultCleared)
    examiner.examine("i1", 1, TOP, frames, ITEM)
    good = desk.answer(2).result

    assert failed.failure
    assert failed.findings == ()
    assert good.failure is None
    raised = [event.fault for event in desk.heard.of(FaultRaised)]
    assert [(fault.code, fault.blocks) for fault in raised] == [(FaultCode.EXAMINER_DOWN, False)]


def test_a_refused_pack_stops_work_in_words_and_every_pose_is_answered(desk: Desk) -> None:
    examiner = desk.examiner(refused_equipment)

    raised = desk.heard.wait(FaultRaised).fault
    examiner.examine("i1", 0, TOP, desk.frames("r0000/top-bright.jpg"), ITEM)

    assert (raised.code, raised.blocks) == (FaultCode.PACK_REFUSED, True)
    assert raised.detail == "manifest.sig is damaged: it does not end in a line feed."
    assert desk.answer().result.failure == raised.detail


def test_a_process_that_never_comes_up_stops_work_after_a_few_starts(desk: Desk) -> None:
    examiner = desk.examiner(dying_equipment, limit=1)

    examiner.examine("i1", 0, TOP, desk.frames("r0000/top-bright.jpg"), ITEM)
    failed = desk.answer().result

    blocking = [event.fault for event in desk.heard.of(FaultRaised) if event.fault.blocks]
    assert [fault.code for fault in blocking] == [FaultCode.EXAMINER_DOWN]
    assert failed.failure == blocking[0].detail


def test_the_same_wish_twice_is_one_examination(desk: Desk, trigger: Path) -> None:
    examiner = desk.examiner(loader(trigger, desk))
    frames = desk.frames("r0000/top-bright.jpg")

    for take in (0, 0, 1):
        examiner.examine("i1", take, TOP, frames, ITEM)
    desk.heard.wait(PoseAnswered, holds=lambda answer: answer.take == 1)

    assert [answer.take for answer in desk.heard.of(PoseAnswered)] == [0, 1]
