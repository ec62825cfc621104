"""Tags at the bench: they open an item, add its serial and contradict; they confirm nothing."""

from dataclasses import replace

from drive import BADGE, GTIN, Drive, code, found, item_of
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.defect import Defect
from station.domain.epc import encode, sgtin
from station.domain.events import Began, BenchView, Key, LookedUp
from station.domain.grading import Doubt, Grade
from station.domain.identity import ItemCode, check_digit
from station.domain.inspection import IdentifiedBy, Opened
from station.domain.item import LookUp, Unidentified
from station.domain.tags import Sighting, TagField, TagRules
from station.workflow.commands import FindOrder, Save
from station.workflow.stages import Answering, Capturing, Identifying, Ready, Saving, opened_of
from station.workflow.step import replay, resume

STRANGE = "E28011606000020512345678"
OTHER_GTIN = f"0952012999999{check_digit('0952012999999')}"


def tag(number: int, gtin: str = GTIN) -> str:
    return encode(sgtin(ItemCode(gtin, str(number)), 7))


def ready() -> Drive:
    drive = Drive()
    drive.scan(BADGE)
    return drive


def opened(drive: Drive) -> Opened:
    stage = drive.bench.stage
    assert isinstance(stage, Identifying | Capturing | Answering)
    return opened_of(stage)


def notice(drive: Drive) -> str | None:
    return drive.bench.notice.id if drive.bench.notice else None


def shown(drive: Drive) -> Answering:
    drive.settle()
    drive.turn_over()
    drive.settle()
    assert isinstance(drive.bench.stage, Answering)
    return drive.bench.stage


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


def test_a_tag_never_confirms_a_result() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.see(BenchView.EMPTY)
    drive.wait(5)
    drive.tags()
    drive.tags(tag(8))

    assert isinstance(drive.bench.stage, Answering)
    assert drive.saves == []
    assert opened(drive).code.serial == "7"


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


reports = st.lists(
    st.tuples(
        st.floats(0.01, 0.2),
        st.sampled_from(["mine", "neighbour", "strange"]),
        st.floats(-59, -30),
        st.floats(-95, -61),
        st.integers(1, 5),
    ),
    max_size=40,
)
moves = st.lists(
    st.sampled_from(
        ["scan", "other", "answer", "turn", "empty", "1", "3", "0", "*", "badge", "wait"]
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(reports, moves)
def test_a_neighbours_weak_tag_never_opens_nor_alters_an_item(
    seen: list[tuple[float, str, float, float, int]], done: list[str]
) -> None:
    """With the neighbour's tag in the field everything is as without it."""
    drives = [drive_through(seen, done, neighbour=heard) for heard in (True, False)]
    with_it, without = drives

    assert with_it.bench == without.bench
    assert [c for _, _, c in with_it.saves] == [c for _, _, c in without.saves]
    assert tag(99) not in {epc for e in with_it.journal for epc in getattr(e, "epcs", ())}


@settings(max_examples=150)
@given(reports, moves)
def test_every_save_was_asked_for_by_a_person(
    seen: list[tuple[float, str, float, float, int]], done: list[str]
) -> None:
    drive = drive_through(seen, done, neighbour=True)

    for event, _, _ in drive.saves:
        assert type(event).__name__ in {"Scanned", "KeyPressed"}
    assert replay(drive.bench.setup, drive.journal) == drive.bench


def drive_through(
    seen: list[tuple[float, str, float, float, int]], done: list[str], *, neighbour: bool
) -> Drive:
    field, told, now = TagField(TagRules()), (), 0.0
    drive = ready()
    names = {"mine": tag(7), "neighbour": tag(99), "strange": STRANGE}
    steps = max(len(seen), len(done))
    for index in range(steps):
        if index < len(seen):
            wait, who, strong, weak, count = seen[index]
            now += wait
            drive.wait(wait)
            if who != "neighbour" or neighbour:
                rssi = weak if who == "neighbour" else strong
                field.hear(Sighting(names[who], rssi, 1, count), now)
        near = field.near(now)
        if near != told:
            told = near
            drive.tags(*near)
        if index < len(done):
            act(drive, done[index])
    return drive


def act(drive: Drive, move: str) -> None:
    match move:
        case "scan":
            drive.scan(GTIN)
        case "other":
            drive.scan(code(2))
        case "answer":
            drive.answer()
        case "turn":
            drive.turn_over()
        case "empty":
            drive.see(BenchView.EMPTY)
        case "badge":
            drive.scan("RG:BADGE:wang")
        case "wait":
            drive.wait(1)
        case key:
            drive.press(Key(key))


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
