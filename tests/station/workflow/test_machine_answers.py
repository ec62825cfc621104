"""The machine opens an item by a scan, closes it by an answer, and undoes the answer."""

from drive import BADGE, SETUP, Drive, code
from machine_scripts import FINDINGS, driven

from station.domain.events import BenchView, Key
from station.domain.grading import Grade
from station.workflow.commands import FindOrder, Save, Withdraw
from station.workflow.settle import settle
from station.workflow.stages import Answering, Capturing, Identifying, Ready, Saving
from station.workflow.step import replay, resume


def test_a_clear_item_takes_one_action() -> None:
    drive = driven([("inspect", ()), ("wait", 1.0), ("see", BenchView.EMPTY)])
    drive.scan(code(2))
    drive.settle()

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.last is not None
    assert drive.bench.last.inspection.grade is Grade.RESELLABLE
    assert drive.bench.last.inspection.decision.how == "next-scan"


def test_doubt_goes_into_a_tote_and_no_key_closes_it() -> None:
    drive = driven([("inspect", FINDINGS[3])])
    for key in (Key.RESELLABLE, Key.REPAIR, Key.SCRAP):
        drive.press(key)
        assert drive.bench.notice.id == "tote-first"
    drive.scan("RG:TOTE:T-07")
    drive.settle()

    held = drive.bench.last.inspection
    assert (held.decision, held.tote) == (None, "T-07")


def test_an_undo_asks_again_and_the_answer_supersedes() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    first = drive.bench.last.inspection
    drive.press(Key.UNDO)

    assert isinstance(drive.bench.stage, Answering)
    assert drive.bench.stage.person_only

    drive.press(Key.REPAIR)
    drive.settle()
    second = drive.bench.last.inspection

    assert second.id != first.id
    assert second.supersedes == first.id
    assert second.grade is Grade.REPAIR
    assert second.judged.verdict == first.judged.verdict


def test_an_undo_holds_the_result_back_even_after_a_restart() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    first = drive.bench.last.inspection
    drive.press(Key.UNDO)

    assert Withdraw(first.id) in drive.owed
    assert resume(replay(SETUP, drive.journal)) == (Withdraw(first.id),)


def test_an_undo_after_the_window_is_refused() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    drive.wait(21)
    drive.press(Key.UNDO)

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "undo-too-late"


def test_an_undo_parks_the_item_on_the_bench_and_its_scan_brings_it_back() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.SCRAP), ("settle", ())])
    drive.scan(code(2))
    drive.settle()
    drive.press(Key.UNDO)
    drive.press(Key.REPAIR)
    drive.settle()

    assert [stage.identified.opened.code.serial for stage in drive.bench.parked] == ["R-0002"]

    drive.scan(code(2))

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.parked == ()


def test_another_badge_parks_and_never_closes() -> None:
    drive = driven([("inspect", ())])
    drive.scan("RG:BADGE:zhang")

    assert isinstance(drive.bench.stage, Ready)
    assert len(drive.bench.parked) == 1
    assert drive.saves == []


def test_a_scan_while_looking_changes_nothing_but_the_notice() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    before = drive.bench.stage
    drive.scan(code(2))

    assert drive.bench.stage == before
    assert drive.bench.notice.id == "still-looking"


def test_the_same_label_twice_opens_one_inspection() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(1))
    drive.scan(code(1))

    assert [c for c in drive.owed if isinstance(c, FindOrder)] == [drive.owed[0]]
    assert drive.bench.notice.id == "same-item"


def test_a_record_that_cannot_be_written_is_saved_again_under_its_id() -> None:
    drive = driven([("inspect", FINDINGS[1]), ("press", Key.REPAIR)])
    while drive.owed:
        drive.answer(fail=isinstance(drive.owed[0], Save))
    first = drive.bench.stage.inspection

    assert isinstance(drive.bench.stage, Saving)
    assert resume(drive.bench) == (Save(first),)


def test_an_unknown_item_turns_back_to_ready() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(code(9))
    assert isinstance(drive.bench.stage, Identifying)
    drive.answer(fail=True)

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "unknown-item"


def test_nobody_works_without_a_badge() -> None:
    drive = Drive()
    drive.scan(code(1))

    assert isinstance(drive.bench.stage, Ready)
    assert drive.bench.notice.id == "badge-first"


def test_settling_a_held_item_supersedes_it() -> None:
    drive = driven([("inspect", FINDINGS[3])])
    drive.scan("RG:TOTE:T-07")
    drive.settle()
    held = drive.bench.last.inspection

    closed = settle(held, Grade.REPAIR, "0815", "seam open", fresh_id="id-9999", at=drive.now)

    assert (closed.id, closed.supersedes) == ("id-9999", held.id)
    assert closed.decision.by == "0815"
    assert closed.judged.verdict == held.judged.verdict
