"""A tag beside an item's barcode confirms it, adds its serial, or leaves doubt."""

from drive import GTIN, code, found, item_of
from tagged import STRANGE, notice, opened, ready, shown, tag

from station.domain.defect import Defect
from station.domain.events import BenchView, Key, LookedUp
from station.domain.grading import Doubt, Grade
from station.domain.identity import ItemCode, check_digit
from station.domain.inspection import IdentifiedBy
from station.domain.item import LookUp, Unidentified
from station.workflow.commands import FindOrder
from station.workflow.stages import Answering, Capturing, Ready
from station.workflow.step import replay, resume

OTHER_GTIN = f"0952012999999{check_digit('0952012999999')}"


def test_a_tag_confirms_the_barcode_of_its_piece() -> None:
    drive = ready()
    drive.scan(f"01{GTIN}217")
    drive.answer()
    drive.tags(tag(7))
    stage = shown(drive)

    assert opened(drive).by is IdentifiedBy.BOTH
    assert not stage.judged.verdict.needs_review


def test_a_tag_adds_the_serial_that_the_barcode_lacks() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    assert FindOrder(opened(drive).id, ItemCode(GTIN, "7")) in drive.owed
    stage = shown(drive)

    assert opened(drive).code == ItemCode(GTIN, "7")
    assert stage.judged.examined.identified.item.code == ItemCode(GTIN, "7")
    assert opened(drive).by is IdentifiedBy.BOTH
    drive.see(BenchView.EMPTY)
    drive.wait(5)
    drive.scan(GTIN)
    assert isinstance(drive.bench.stage, Answering), "its own label confirms nothing"
    assert notice(drive) == "same-item"


def test_a_serial_that_was_inspected_before_turns_the_item_away() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    done = LookUp(None, Unidentified.ALREADY_INSPECTED)
    drive.happen(LookedUp(drive.now, opened(drive).id, done))

    assert isinstance(drive.bench.stage, Ready)
    assert notice(drive) == "already-inspected"


def test_a_serial_that_no_order_knows_leaves_the_item_as_it_was() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    unknown = LookUp(None, Unidentified.UNKNOWN)
    drive.happen(LookedUp(drive.now, opened(drive).id, unknown))

    assert opened(drive).code == ItemCode(GTIN)
    assert opened(drive).epc == tag(7)
    asked = FindOrder(opened(drive).id, ItemCode(GTIN, "7"))
    assert list(drive.owed).count(asked) == 1, "asked once, however often the tag is read"
    drive.tags(tag(7), STRANGE)
    assert list(drive.owed).count(asked) == 1


def test_no_verdict_comes_before_the_serial_is_looked_up() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    late = FindOrder(opened(drive).id, ItemCode(GTIN, "7"))
    drive.owed.remove(late)
    drive.settle()
    drive.turn_over()
    drive.press(Key.RETAKE)
    drive.turn_over()
    drive.settle()
    drive.turn_over()
    drive.settle()
    assert isinstance(drive.bench.stage, Capturing)
    assert late in resume(drive.bench)

    drive.owed.append(late)
    drive.settle()

    assert isinstance(drive.bench.stage, Answering)
    assert opened(drive).code.serial == "7"


def test_the_look_up_of_a_serial_is_owed_after_a_restart() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))

    again = replay(drive.bench.setup, drive.journal)

    assert again == drive.bench
    assert FindOrder(opened(drive).id, ItemCode(GTIN, "7")) in resume(again)


def test_an_answer_about_an_earlier_tag_is_not_taken_for_this_ones() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    drive.tags(tag(8))
    drive.happen(LookedUp(drive.now, opened(drive).id, LookUp(item_of(ItemCode(GTIN, "7")))))
    assert opened(drive).code == ItemCode(GTIN)

    drive.happen(LookedUp(drive.now, opened(drive).id, LookUp(item_of(ItemCode(GTIN, "8")))))

    assert opened(drive).code == ItemCode(GTIN, "8")


def test_a_parked_item_asks_for_its_serial_again() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7))
    drive.owed.clear()
    drive.scan("RG:BADGE:wang")
    drive.scan(GTIN)

    assert FindOrder(opened(drive).id, ItemCode(GTIN, "7")) in drive.owed


def test_two_pieces_of_the_scanned_goods_give_no_serial() -> None:
    drive = ready()
    drive.scan(GTIN)
    drive.answer()
    drive.tags(tag(7), tag(8))

    assert notice(drive) == "several-tags"
    assert opened(drive).code == ItemCode(GTIN)
    assert not shown(drive).judged.verdict.needs_review


def test_a_tag_of_other_goods_leaves_doubt_while_it_is_there() -> None:
    for other in (tag(7, OTHER_GTIN), tag(8)):
        drive = ready()
        drive.scan(f"01{GTIN}217")
        drive.answer()
        drive.tags(other)
        assert notice(drive) == "tag-disagrees"
        verdict = shown(drive).judged.verdict

        assert verdict.needs_review
        assert any(Doubt.OTHER_ITEM in reason.doubts for reason in verdict.reasons)
        drive.press(Key.RESELLABLE)
        assert drive.saves == []


def test_scrap_is_held_too_when_it_may_be_another_item() -> None:
    drive = ready()
    drive.scan(f"01{GTIN}217")
    drive.answer()
    drive.tags(tag(8))
    drive.settle((found(Defect.DENT, 9000.0),))
    drive.turn_over()
    drive.settle()
    stage = drive.bench.stage

    assert isinstance(stage, Answering)
    assert stage.judged.verdict.proposed is Grade.SCRAP
    assert stage.judged.verdict.needs_review


def test_taking_the_other_tag_away_ends_the_doubt() -> None:
    drive = ready()
    drive.scan(f"01{GTIN}217")
    drive.answer()
    drive.tags(tag(8))
    drive.tags()

    assert opened(drive).contradiction is None
    assert not shown(drive).judged.verdict.needs_review


def test_an_earlier_items_tag_contradicts_nothing() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.press(Key.RESELLABLE)
    drive.settle()
    drive.scan(f"01{GTIN}218")
    drive.answer()
    drive.tags(tag(7), STRANGE)

    assert opened(drive).contradiction is None


def test_a_second_tag_makes_doubt_of_an_item_that_only_its_tag_named() -> None:
    drive = ready()
    drive.tags(tag(7))
    drive.answer()
    drive.tags(tag(7), tag(8))
    assert notice(drive) == "several-tags"
    assert opened(drive).contradiction is not None

    drive.scan(f"01{GTIN}217")

    assert opened(drive).by is IdentifiedBy.BOTH
    assert opened(drive).contradiction is None


def test_a_label_that_disagrees_with_the_tag_leaves_doubt() -> None:
    drive = ready()
    drive.tags(tag(7))
    drive.answer()
    drive.scan(f"01{OTHER_GTIN}")
    assert notice(drive) == "label-disagrees"

    drive.tags()
    verdict = shown(drive).judged.verdict

    assert verdict.needs_review
    assert opened(drive).contradiction is not None


def test_another_label_while_a_scanned_item_is_looked_at_waits() -> None:
    drive = ready()
    drive.scan(code(1))
    drive.answer()
    drive.scan(code(2))
    assert notice(drive) == "still-looking"
    drive.scan(GTIN)
    assert notice(drive) == "same-item"
    assert opened(drive).contradiction is None
