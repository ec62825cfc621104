"""A tag opens the item it names, once, when somebody is there and nothing else is open."""

from dataclasses import replace

from drive import BADGE, GTIN, Drive, item_of
from tagged import STRANGE, notice, opened, ready, shown, tag

from station.domain.events import Began, BenchView, Key
from station.domain.identity import ItemCode
from station.domain.inspection import IdentifiedBy
from station.workflow.commands import FindOrder, Save
from station.workflow.stages import Capturing, Identifying, Ready, Saving
from station.workflow.step import replay


def test_an_item_opened_by_its_tag_is_pictured_once_the_hand_is_gone() -> None:
    drive = ready()
    drive.see(BenchView.DISTURBED)
    drive.tags(tag(7), moving=True)
    drive.settle()

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.stage.frames == ()
    drive.see(BenchView.STILL)
    drive.settle()
    assert len(drive.bench.stage.frames) == 2


def test_an_item_opened_by_its_tag_may_be_pictured_at_once_by_key() -> None:
    drive = ready()
    drive.see(BenchView.EMPTY)
    drive.tags(tag(7), moving=True)
    drive.settle()
    drive.press(Key.TAKE)
    drive.settle()

    assert isinstance(drive.bench.stage, Capturing)
    assert len(drive.bench.stage.frames) == 2


def test_one_tag_opens_its_item_as_its_barcode_would() -> None:
    drive = ready()
    drive.tags(tag(7))

    assert isinstance(drive.bench.stage, Identifying)
    assert opened(drive).code == ItemCode(GTIN, "7")
    assert (opened(drive).by, opened(drive).epc) == (IdentifiedBy.TAG, tag(7))
    assert FindOrder(opened(drive).id, ItemCode(GTIN, "7")) in drive.owed
    assert shown(drive).judged.verdict.needs_review is False


def test_nothing_opens_before_somebody_logs_in_and_then_it_does() -> None:
    drive = Drive()
    drive.tags(tag(7))
    assert isinstance(drive.bench.stage, Ready)

    drive.scan(BADGE)

    assert opened(drive).code.serial == "7"


def test_several_items_tags_ask_for_the_barcode_and_one_left_is_taken() -> None:
    drive = ready()
    drive.tags(tag(7), tag(8))
    assert isinstance(drive.bench.stage, Ready)
    assert notice(drive) == "several-tags"

    drive.tags(tag(8))

    assert opened(drive).code.serial == "8"


def test_a_barcode_says_which_of_several_tags_is_its_item() -> None:
    drive = ready()
    drive.tags(tag(7), tag(8))
    drive.scan(f"01{GTIN}218")
    stage = shown(drive)

    assert opened(drive).by is IdentifiedBy.BOTH
    assert opened(drive).epc == tag(8)
    assert not stage.judged.verdict.needs_review


def test_a_tag_that_names_no_item_opens_nothing() -> None:
    drive = ready()
    drive.tags(STRANGE)

    assert isinstance(drive.bench.stage, Ready)


def test_the_next_items_tag_opens_it_once_the_last_one_is_answered() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.tags(tag(7), tag(8))
    drive.press(Key.RESELLABLE)
    assert isinstance(drive.bench.stage, Saving)

    drive.settle()

    assert drive.bench.ended == 1
    assert opened(drive).code.serial == "8"


def test_a_finished_items_tag_opens_nothing_until_it_has_left() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.press(Key.RESELLABLE)
    drive.settle()
    drive.tags(tag(7), STRANGE)
    assert isinstance(drive.bench.stage, Ready)

    drive.tags()
    drive.tags(tag(7))

    assert opened(drive).code.serial == "7"


def test_a_finished_item_is_opened_again_by_its_barcode_at_once() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.press(Key.RESELLABLE)
    drive.settle()
    drive.scan(f"01{GTIN}217")

    assert opened(drive).by is IdentifiedBy.BARCODE


def test_an_own_tag_carried_past_the_antenna_is_still_its_own() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.tags()
    drive.tags(tag(7))
    drive.press(Key.RESELLABLE)
    drive.settle()

    assert isinstance(drive.bench.stage, Ready)


def test_an_unknown_tag_is_turned_away_once() -> None:
    drive = ready()
    drive.tags(tag(7))
    drive.answer(fail=True)
    assert isinstance(drive.bench.stage, Ready)

    drive.tags(STRANGE, tag(7))

    assert isinstance(drive.bench.stage, Ready)


def test_a_new_segment_remembers_whose_tags_are_still_near() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.press(Key.RESELLABLE)
    drive.settle()
    spent = tuple(sorted(drive.bench.tags.spent))
    assert spent == (tag(7),)

    again = Drive(bench=replay(drive.bench.setup, [Began(drive.now, "li-wei", tags=spent)]))
    again.tags(tag(7))
    assert isinstance(again.bench.stage, Ready)
    again.tags(tag(7), tag(8))
    assert opened(again).code.serial == "8"


def test_a_tag_waits_while_a_parcel_is_looked_up() -> None:
    drive = ready()
    drive.scan("00106141412345678908")
    assert drive.bench.desk.busy
    drive.tags(tag(7))
    assert isinstance(drive.bench.stage, Ready)

    drive.answer()

    assert opened(drive).code.serial == "7"


def test_a_parked_item_is_gone_on_with_when_its_tag_comes_back() -> None:
    drive = ready()
    drive.tags(tag(7))
    drive.answer()
    parked = opened(drive)
    drive.scan("RG:BADGE:wang")
    drive.tags(tag(7), STRANGE)
    assert isinstance(drive.bench.stage, Ready)
    drive.tags()
    drive.tags(tag(7))

    assert opened(drive).id == parked.id


def test_the_save_names_what_identified_the_item() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.press(Key.RESELLABLE)
    saved = next(c for c in drive.owed if isinstance(c, Save)).inspection

    by = saved.judged.examined.identified.opened
    assert (by.by, by.epc) == (IdentifiedBy.TAG, tag(7))
    assert replace(by, epc=None).contradiction is None
    assert item_of(by.code).code == by.code
