"""Labels: printed on closing, printed again by the card, believed only after a scan."""

from dataclasses import replace
from datetime import timedelta

import pytest
from drive import BADGE, GTIN, SETUP, Drive, code, found

from station.domain.defect import Defect
from station.domain.events import BenchView, Key, LabelNoted
from station.domain.label import (
    FIELDS,
    LabelFact,
    LabelFactKind,
    LabelKind,
    NoteOutcome,
    digital_link,
)
from station.workflow.commands import Command, NoteLabel, Print, Save
from station.workflow.stages import Answering, Capturing, Identifying, Ready, Saving
from station.workflow.step import idle, replay, resume

PRINTING = replace(SETUP, labels=(LabelKind.RESULT,))
DENT = (found(Defect.DENT, 900.0),)
PLATE = "RG:PLATE:P-000123"
BIN = "RG:BIN:REPAIR-R12"


def drive(*, printing: bool = True) -> Drive:
    drive = Drive(idle(PRINTING if printing else SETUP))
    drive.scan(BADGE)
    return drive


def closed(drive: Drive, number: int = 1) -> Drive:
    """A repair, closed by its key, with the commands of the closing still owed."""
    drive.inspect(number, DENT)
    drive.press(Key.REPAIR)
    while drive.owed and not isinstance(drive.owed[0], Save):
        drive.owed.popleft()
    drive.answer()
    return drive


def owed(drive: Drive, kind: type[Command]) -> list[Command]:
    return [command for command in drive.owed if isinstance(command, kind)]


def notice(drive: Drive) -> str | None:
    return drive.bench.notice.id if drive.bench.notice else None


def test_closing_prints_a_result_label_that_says_what_became_of_the_item() -> None:
    at = drive()
    closed(at)

    (command,) = owed(at, Print)
    assert isinstance(command, Print)
    said = dict(command.label.fields)
    assert set(said) == set(FIELDS[LabelKind.RESULT])
    assert said["grade"] == "REPAIR"
    assert said["grade_zh"] == "返修"
    assert said["link"] == f"https://id.gs1.org/01/{GTIN}/21/R-0001"
    assert said["inspection"] == at.bench.last.inspection.id
    assert said["time"] == "2026-03-04 08:00 UTC"
    assert said["deadline"] > said["time"]


def test_nothing_is_printed_where_no_printer_is_set_up() -> None:
    at = drive(printing=False)
    closed(at)

    assert owed(at, Print) == []


def test_a_held_item_gets_no_label() -> None:
    at = drive()
    at.inspect(1, (found(Defect.DENT, 900.0, confidence=0.4),))
    assert isinstance(at.bench.stage, Answering)
    at.scan("RG:TOTE:T-07")
    at.settle()

    assert isinstance(at.bench.stage, Ready)
    assert owed(at, Print) == []


def test_the_next_items_scan_closes_prints_and_opens_at_once() -> None:
    at = drive()
    at.inspect(1)
    at.owed.clear()
    at.see(BenchView.EMPTY)
    at.wait(2)
    at.scan(code(2))
    at.answer()

    assert [type(command).__name__ for command in at.owed] == ["Print", "FindOrder"]


def test_the_card_prints_the_last_items_label_again() -> None:
    at = drive()
    closed(at)
    first = owed(at, Print)
    at.owed.clear()
    at.scan("RG:CMD:REPRINT")

    assert owed(at, Print) == first
    assert notice(at) == "label-again"


def test_the_card_says_why_nothing_is_printed() -> None:
    at = drive()
    at.scan("RG:CMD:REPRINT")
    assert notice(at) == "nothing-to-print"

    at = closed(drive(printing=False))
    at.scan("RG:CMD:REPRINT")
    assert notice(at) == "no-printer"


def test_a_plate_scanned_after_closing_is_noted_with_time_and_person() -> None:
    at = drive(printing=False)
    closed(at)
    at.wait(3)
    at.scan(PLATE)

    (command,) = owed(at, NoteLabel)
    ended = at.bench.last.inspection.id
    fact = LabelFact(ended, LabelFactKind.APPLIED, "P-000123", "li-wei", at.now)
    assert command == NoteLabel(fact, None)
    assert notice(at) is None
    at.settle()
    assert notice(at) == "label-applied"
    assert isinstance(at.bench.stage, Ready)


def test_the_bin_scanned_after_closing_marks_put_away() -> None:
    at = drive(printing=False)
    closed(at)
    at.scan(BIN)
    (command,) = owed(at, NoteLabel)
    at.settle()

    assert isinstance(command, NoteLabel)
    assert (command.fact.kind, command.fact.code) == (LabelFactKind.PUT_AWAY, "REPAIR-R12")
    assert notice(at) == "put-away"


def test_the_bin_of_another_grade_is_refused_after_closing_too() -> None:
    at = drive(printing=False)
    closed(at)
    at.scan("RG:BIN:SCRAP-S1")

    assert notice(at) == "wrong-bin"
    assert owed(at, NoteLabel) == []


def test_the_printed_result_label_seen_on_the_item_counts_as_applied() -> None:
    at = drive()
    closed(at)
    at.owed.clear()
    at.scan(digital_link(at.bench.last.inspection.item.code))

    (command,) = owed(at, NoteLabel)
    assert isinstance(command, NoteLabel)
    assert command.fact.kind is LabelFactKind.APPLIED
    assert command.fact.code == command.fact.inspection
    at.settle()
    assert notice(at) == "label-applied"


@pytest.mark.parametrize("printing", [True, False])
def test_a_plain_label_of_the_item_opens_it_as_ever(printing: bool) -> None:
    at = drive(printing=printing)
    closed(at)
    at.owed.clear()
    link = digital_link(at.bench.last.inspection.item.code)
    at.scan(code(1) if printing else link)

    assert isinstance(at.bench.stage, Identifying)


def test_a_plate_on_another_item_neither_confirms_nor_counts() -> None:
    at = drive(printing=False)
    at.inspect(1, DENT)
    at.scan(PLATE)
    at.owed.clear()
    noting = at.bench.noting
    assert noting is not None
    at.happen(LabelNoted(at.now, noting, NoteOutcome.ON_ANOTHER_ITEM))

    assert notice(at) == "plate-taken"
    assert isinstance(at.bench.stage, Answering)
    assert at.bench.noting is None
    at.scan("RG:PLATE:P-000124")
    at.settle()
    decision = at.bench.last.inspection.decision
    assert decision is not None
    assert decision.how == "plate P-000124"


def test_a_second_plate_for_the_same_item_is_refused() -> None:
    at = drive(printing=False)
    closed(at)
    at.scan(PLATE)
    noting = at.bench.noting
    assert noting is not None
    at.owed.clear()
    at.happen(LabelNoted(at.now, noting, NoteOutcome.HAS_ANOTHER))

    assert notice(at) == "plate-other"


def test_the_plate_that_confirms_is_noted_before_the_item_is_saved() -> None:
    at = drive(printing=False)
    at.inspect(1, DENT)
    at.owed.clear()
    at.scan(PLATE)

    assert [type(command) for command in at.owed] == [NoteLabel]
    at.answer()
    assert isinstance(at.bench.stage, Saving)


def test_the_bin_that_confirms_puts_the_item_away_and_is_not_scanned_twice() -> None:
    at = drive(printing=False)
    at.inspect(1, DENT)
    at.owed.clear()
    at.scan(BIN)

    assert [type(command) for command in at.owed] == [NoteLabel, Save]
    (note,) = owed(at, NoteLabel)
    assert isinstance(note, NoteLabel)
    assert note.fact.kind is LabelFactKind.PUT_AWAY
    at.settle()
    assert at.bench.idle
    assert notice(at) is None


def test_an_undone_items_plate_may_confirm_the_answer_that_supersedes_it() -> None:
    at = drive(printing=False)
    at.inspect(1, DENT)
    at.scan(PLATE)
    at.settle()
    first = at.bench.last.inspection.id
    at.press(Key.UNDO)
    at.settle()
    at.scan(PLATE)

    (command,) = owed(at, NoteLabel)
    assert isinstance(command, NoteLabel)
    assert command.instead_of == first


def test_a_question_to_the_store_outlives_a_kill() -> None:
    at = drive(printing=False)
    closed(at)
    at.scan(PLATE)
    back = replay(SETUP, at.journal)

    assert back == at.bench
    assert resume(back) == tuple(owed(at, NoteLabel))
    assert not back.idle


def test_a_late_answer_changes_nothing() -> None:
    at = drive(printing=False)
    closed(at)
    before = at.bench
    stranger = LabelFact("id-9", LabelFactKind.APPLIED, "P-1", "li-wei", at.now)
    at.happen(LabelNoted(at.now, stranger, NoteOutcome.NOTED))

    assert at.bench == before


def test_while_an_item_is_pictured_plates_and_bins_mean_nothing() -> None:
    at = drive(printing=False)
    closed(at)
    at.owed.clear()
    at.scan(code(2))
    at.answer()
    assert isinstance(at.bench.stage, Capturing)
    at.scan(PLATE)

    assert notice(at) == "scan-not-now"
    assert owed(at, NoteLabel) == []


def test_without_a_badge_nothing_is_noted() -> None:
    at = drive(printing=False)
    closed(at)
    at.bench = replace(at.bench, operator=None)
    at.scan(PLATE)

    assert notice(at) == "badge-first"


def test_the_deadline_counts_from_the_decision() -> None:
    at = drive()
    at.wait(timedelta(days=1).total_seconds())
    closed(at)
    (command,) = owed(at, Print)
    assert isinstance(command, Print)

    assert dict(command.label.fields)["time"] == "2026-03-05 08:00 UTC"
