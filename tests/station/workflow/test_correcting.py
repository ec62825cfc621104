"""The operator corrects findings by keys: kept with the inspection, and no verdict changes."""

from datetime import timedelta

from drive import BADGE, Drive, found

from station.domain.correction import CorrectionKind
from station.domain.defect import Defect
from station.domain.events import Key
from station.domain.grading import Grade
from station.screen.asking import asking
from station.screen.view import Text
from station.workflow.stages import Answering
from station.workflow.step import replay

FINDINGS = (found(Defect.DENT, 400), found(Defect.STAIN, 900))


def shown(findings: tuple[object, ...] = FINDINGS) -> Drive:
    drive = Drive()
    drive.scan(BADGE)
    drive.inspect(1, findings)
    assert isinstance(drive.bench.stage, Answering)
    return drive


def notice(drive: Drive) -> tuple[str, dict[str, str]]:
    assert drive.bench.notice is not None
    return drive.bench.notice.id, dict(drive.bench.notice.arguments)


def given(drive: Drive) -> list[tuple[CorrectionKind, int | None]]:
    stage = drive.bench.stage
    assert isinstance(stage, Answering)
    return [(c.kind, c.finding) for c in stage.corrections]


def test_keys_correct_the_fault_that_is_pointed_at_in_the_order_shown() -> None:
    drive = shown()
    verdict = drive.bench.stage.judged.verdict
    first = FINDINGS.index(verdict.reasons[0].finding)

    drive.press(Key.NOT_DAMAGE)
    assert notice(drive)[0] == "noted-not-damage"
    assert notice(drive)[1]["number"] == "1"
    drive.press(Key.NEXT_FAULT)
    assert notice(drive) == (
        "fault-pointed",
        {"number": "2", "count": "2", "defect": FINDINGS[1 - first].defect.value},
    )
    drive.press(Key.WRONG_OUTLINE)
    drive.scan("RG:CMD:MISSED-FAULT")

    assert given(drive) == [
        (CorrectionKind.NOT_DAMAGE, first),
        (CorrectionKind.WRONG_OUTLINE, 1 - first),
        (CorrectionKind.MISSED_FAULT, None),
    ]
    stage = drive.bench.stage
    assert isinstance(stage, Answering)
    assert stage.judged.verdict == verdict


def test_the_same_key_again_takes_it_back_and_another_key_replaces_it() -> None:
    drive = shown()
    for key in (Key.NOT_DAMAGE, Key.WRONG_OUTLINE):
        drive.press(key)
    assert [kind for kind, _ in given(drive)] == [CorrectionKind.WRONG_OUTLINE]

    drive.press(Key.WRONG_OUTLINE)
    drive.press(Key.MISSED_FAULT)
    drive.press(Key.MISSED_FAULT)

    assert given(drive) == []
    assert notice(drive)[0] == "taken-back-missed-fault"


def test_where_nothing_was_found_only_a_missed_fault_can_be_said() -> None:
    drive = shown(())
    for key in (Key.NOT_DAMAGE, Key.WRONG_OUTLINE, Key.NEXT_FAULT):
        drive.press(key)
        assert notice(drive)[0] == "no-fault-shown"

    drive.press(Key.MISSED_FAULT)

    assert [kind for kind, _ in given(drive)] == [CorrectionKind.MISSED_FAULT]


def test_corrections_are_saved_with_the_answer_survive_an_undo_and_a_restart() -> None:
    drive = shown()
    drive.press(Key.NOT_DAMAGE)
    again = replay(drive.bench.setup, drive.journal)
    assert again.stage == drive.bench.stage

    drive.press(Key.REPAIR)
    drive.settle()
    saved = drive.saves[-1][2]
    assert [(c.kind, c.by, c.how) for c in saved.corrections] == [
        (CorrectionKind.NOT_DAMAGE, "li-wei", "key 4")
    ]
    drive.press(Key.UNDO)
    drive.press(Key.MISSED_FAULT)
    drive.press(Key.RESELLABLE)
    drive.settle()

    kinds = [correction.kind for correction in drive.saves[-1][2].corrections]
    assert kinds == [CorrectionKind.NOT_DAMAGE, CorrectionKind.MISSED_FAULT]
    assert drive.saves[-1][2].grade is Grade.RESELLABLE


def test_a_held_item_carries_its_corrections_and_a_retake_forgets_them() -> None:
    drive = shown((found(Defect.DENT, 400, u=300),))
    drive.press(Key.WRONG_OUTLINE)
    drive.scan("RG:TOTE:T-07")
    drive.settle()
    assert [c.kind for c in drive.saves[-1][2].corrections] == [CorrectionKind.WRONG_OUTLINE]

    drive = shown()
    drive.press(Key.NOT_DAMAGE)
    drive.press(Key.RETAKE)
    drive.turn_over()
    drive.settle(FINDINGS)
    drive.turn_over()
    drive.settle()

    assert given(drive) == []


def test_the_band_says_for_as_long_as_it_stands_that_something_was_corrected() -> None:
    drive = shown()
    drive.press(Key.NOT_DAMAGE)
    later = drive.now + timedelta(minutes=1)

    assert asking(drive.bench, later).notice == Text("screen.corrected", (("count", "1"),))
    drive.press(Key.NOT_DAMAGE)
    assert asking(drive.bench, later + timedelta(minutes=1)).notice is None


def test_elsewhere_the_keys_do_nothing() -> None:
    drive = Drive()
    drive.scan(BADGE)
    before = drive.bench

    drive.press(Key.NOT_DAMAGE)

    assert notice(drive)[0] == "key-not-now"
    assert drive.bench.stage == before.stage
