"""Parcels at the bench: opened and closed between items, counted, and back after a kill."""

from drive import BADGE, GTIN, OTHER_GTIN, SETUP, START, Drive, code, parcel_of

from station.domain.events import Began, Key, KeyPressed, ParcelLookedUp
from station.domain.grading import Doubt, Grade
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine, Unidentified
from station.domain.parcel import OpenParcel, ParcelAsked, ParcelClosure, ParcelKind, Piece
from station.screen.asking import asking
from station.screen.parcel import parcel_view
from station.screen.view import Band
from station.workflow.commands import CloseParcel, FindParcel, Save
from station.workflow.identify import identify
from station.workflow.stages import Answering, Identifying, Ready
from station.workflow.step import replay, resume, step

PARCEL = "RG:ORDER:RMA-77"
OTHER = "RG:ORDER:RMA-78"
CLOSE = "RG:CMD:CLOSE-PARCEL"


def at_work() -> Drive:
    """Somebody is logged in and a parcel is open."""
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(PARCEL)
    drive.settle()
    return drive


def inspected(drive: Drive, number: int) -> None:
    """One clear item, confirmed by its key and saved."""
    drive.inspect(number)
    drive.press(Key.RESELLABLE)
    drive.settle()
    assert isinstance(drive.bench.stage, Ready)


def closures(drive: Drive) -> list[ParcelClosure]:
    """The closures that were to be written."""
    return [command.closure for command in drive.owed if isinstance(command, CloseParcel)]


def test_an_order_opens_its_parcel_and_items_are_counted() -> None:
    drive = at_work()

    assert drive.bench.notice is not None
    assert drive.bench.notice.id == "parcel-opened"
    inspected(drive, 1)
    view = parcel_view(drive.bench.desk)
    assert view is not None
    assert (view.code, view.came, view.declared, view.closed) == ("RMA-77", 1, 4, False)
    assert view.differences == ()


def test_missing_and_extra_are_told_when_the_parcel_is_closed() -> None:
    drive = at_work()
    inspected(drive, 1)
    inspected(drive, 7)
    drive.scan(CLOSE)
    (closure,) = closures(drive)
    drive.settle()

    assert closure.tally.present == 1
    assert sum(one.quantity for one in closure.tally.missing) == 3
    assert closure.tally.extra == (ItemCode(GTIN, "R-0007"),)
    assert drive.bench.desk.opened is None
    view = parcel_view(drive.bench.desk)
    assert view is not None
    assert [(text.id, dict(text.arguments)["count"]) for text in view.differences] == [
        ("screen.parcel-missing", "3"),
        ("screen.parcel-extra", "1"),
    ]
    asked = asking(drive.bench, drive.now)
    assert (asked.band, asked.instruction.id) == (Band.NEEDS_YOU, "do.check-parcel")
    drive.scan(code(2))
    assert drive.bench.desk.closed is None


def test_another_parcel_closes_the_open_one_once_it_is_known() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(OTHER)
    drive.answer()
    (closure,) = closures(drive)
    drive.settle()

    assert closure.opened.parcel.code == "RMA-77"
    assert drive.bench.desk.opened is not None
    assert drive.bench.desk.opened.parcel.code == "RMA-78"


def test_an_unknown_parcel_leaves_the_open_one_open() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(OTHER)
    drive.answer(fail=True)

    assert drive.bench.notice is not None
    assert drive.bench.notice.id == "unknown-parcel"
    assert drive.bench.desk.opened is not None
    assert drive.bench.desk.opened.parcel.code == "RMA-77"


def test_a_parcel_opened_by_mistake_leaves_no_record() -> None:
    drive = at_work()
    drive.scan(OTHER)
    drive.answer()

    assert closures(drive) == []
    assert drive.bench.desk.opened is not None
    assert drive.bench.desk.opened.parcel.code == "RMA-78"


def test_an_empty_box_is_recorded_when_a_person_closes_it() -> None:
    drive = at_work()
    drive.scan(CLOSE)

    assert closures(drive)[0].tally.present == 0


def test_a_parcel_changes_only_between_two_items() -> None:
    drive = at_work()
    drive.inspect(1)
    drive.scan(CLOSE)

    assert drive.bench.notice is not None
    assert drive.bench.notice.id == "finish-item-first"
    assert isinstance(drive.bench.stage, Answering)
    drive.scan("RG:BADGE:zhang")
    drive.scan(OTHER)
    assert drive.bench.notice.id == "finish-parked-first"
    assert drive.bench.desk.opened is not None


def test_no_item_is_opened_while_a_parcel_is_looked_up() -> None:
    drive = at_work()
    drive.scan(OTHER)
    drive.scan(code(1))

    assert drive.bench.notice is not None
    assert drive.bench.notice.id == "parcel-busy"
    assert isinstance(drive.bench.stage, Ready)
    drive.settle()
    drive.scan(code(1))
    assert isinstance(drive.bench.stage, Identifying)


def test_orders_that_do_not_answer_are_said_and_the_scan_may_be_repeated() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan(PARCEL)
    asked = drive.owed.popleft()
    assert isinstance(asked, FindParcel)
    drive.happen(ParcelLookedUp(drive.now, asked.asked.id, None, reached=False))

    said = asking(drive.bench, drive.now)
    assert said.instruction.id == "do.scan-again"
    drive.scan(PARCEL)
    drive.settle()
    assert drive.bench.desk.opened is not None


def test_a_closure_that_cannot_be_written_is_written_again() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(CLOSE)
    drive.answer(fail=True)

    assert drive.bench.desk.failed is not None
    assert asking(drive.bench, drive.now).band is Band.STOPPED
    assert [type(c) for c in resume(drive.bench)] == [CloseParcel]
    drive.owed.extend(resume(drive.bench))
    drive.settle()
    assert drive.bench.desk.failed is None
    assert drive.bench.desk.opened is None


def test_a_restart_comes_back_to_the_open_parcel_at_every_event() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(OTHER)
    drive.answer()
    drive.answer()
    for length in range(len(drive.journal) + 1):
        bench = replay(SETUP, drive.journal[:length])
        again = replay(SETUP, drive.journal[:length])
        assert bench.desk == again.desk
    assert replay(SETUP, drive.journal).desk == drive.bench.desk


def test_a_new_segment_stands_on_the_open_parcel() -> None:
    drive = at_work()
    inspected(drive, 1)
    began = Began(drive.now, drive.bench.operator, parcel=drive.bench.desk.opened)
    bench, _ = step(replay(SETUP, ()), began)

    assert bench.desk.opened == drive.bench.desk.opened
    assert bench.desk.opened is not None
    assert len(bench.desk.opened.came) == 1


def test_a_kill_between_scan_and_answer_asks_and_closes_again() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(OTHER)

    assert [type(c) for c in resume(replay(SETUP, drive.journal))] == [FindParcel]
    drive.answer()
    assert [type(c) for c in resume(replay(SETUP, drive.journal))] == [CloseParcel]


def test_an_undone_item_is_counted_once() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.happen(KeyPressed(drive.now, Key.UNDO, drive.fresh()))
    drive.settle()
    drive.press(Key.SCRAP)
    drive.settle()

    assert drive.bench.desk.opened is not None
    assert len(drive.bench.desk.opened.came) == 1
    assert drive.bench.last is not None
    assert drive.bench.desk.opened.came[0].inspection == drive.bench.last.inspection.id


def test_an_item_of_an_earlier_parcel_that_is_undone_does_not_count_in_the_next() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(OTHER)
    drive.settle()
    drive.happen(KeyPressed(drive.now, Key.UNDO, drive.fresh()))
    drive.settle()
    drive.press(Key.SCRAP)
    drive.settle()

    assert drive.bench.desk.opened is not None
    assert drive.bench.desk.opened.came == ()


def test_a_parcel_that_was_closed_before_goes_on() -> None:
    drive = at_work()
    inspected(drive, 1)
    drive.scan(CLOSE)
    (closure,) = closures(drive)
    drive.settle()
    drive.scan(PARCEL)
    asked = drive.owed.popleft()
    assert isinstance(asked, FindParcel)
    found = ParcelLookedUp(drive.now, asked.asked.id, parcel_of(asked.asked), closure)
    drive.happen(found)

    opened = drive.bench.desk.opened
    assert opened is not None
    assert opened.supersedes == closure.id
    assert opened.came == closure.opened.came


def test_a_plain_code_that_no_order_knows_stays_unknown() -> None:
    drive = Drive()
    drive.scan(BADGE)
    drive.scan("garbage")
    drive.answer(fail=True)

    assert drive.bench.notice is not None
    assert drive.bench.notice.id == "scan-unknown-code"


class Orders:
    """A catalogue and a store of a few lines."""

    def __init__(self, *lines: OrderLine, goods: Item | None = None) -> None:
        self.lines = lines
        self.known = goods

    def declared(self, code: ItemCode) -> Declared:
        return Declared(self.lines)

    def goods(self, gtin: str) -> Item | None:
        return self.known

    def current_for(self, code: ItemCode) -> None:
        return None


def open_parcel() -> OpenParcel:
    asked = ParcelAsked("p-1", ParcelKind.PARCEL, "1Z1", "li-wei", START)
    return OpenParcel("p-1", parcel_of(asked), "li-wei", START)


def test_a_declared_piece_is_found_in_its_parcel_until_all_have_come() -> None:
    opened = open_parcel()
    orders = Orders()
    for number in range(2):
        found = identify(orders, orders, ItemCode(OTHER_GTIN, f"X-{number}"), opened)
        assert found.item is not None
        assert found.item.declared
        opened = opened.with_piece(Piece(found.item.code, f"i-{number}"))

    third = identify(orders, orders, ItemCode(OTHER_GTIN, "X-3"), opened)
    assert third.item is not None
    assert not third.item.declared
    assert (third.item.order, third.item.parcel) == ("RMA-77", "1Z1")


def test_goods_that_no_order_names_are_unknown_even_in_a_parcel() -> None:
    orders = Orders()
    found = identify(orders, orders, ItemCode("09506000134352"), open_parcel())

    assert found.problem is Unidentified.UNKNOWN


def test_goods_of_another_order_are_undeclared_in_this_parcel() -> None:
    gtin = "09506000134352"
    kettle = Item(ItemCode(gtin), "Kettle", "carton", "", (1.0, 1.0, 1.0))
    orders = Orders(goods=kettle)
    found = identify(orders, orders, ItemCode(gtin, "K-1"), open_parcel())

    assert found.item is not None
    assert (found.item.name, found.item.declared) == ("Kettle", False)


def test_several_orders_without_a_parcel_are_asked_for_and_never_guessed() -> None:
    lines = tuple(
        OrderLine(order, ItemCode(OTHER_GTIN), "Kettle", "carton", (1.0, 1.0, 1.0))
        for order in ("RMA-1", "RMA-2")
    )
    two, one = Orders(*lines), Orders(lines[0])

    assert identify(two, two, ItemCode(OTHER_GTIN)).problem is Unidentified.SEVERAL_ORDERS
    found = identify(one, one, ItemCode(OTHER_GTIN)).item
    assert found is not None
    assert found.order == "RMA-1"


def test_an_undeclared_piece_is_graded_and_a_person_must_look() -> None:
    drive = at_work()
    drive.scan(code(9))
    stage = drive.bench.stage
    assert isinstance(stage, Identifying)
    orders = Orders()
    answer = identify(orders, orders, stage.opened.code, drive.bench.desk.opened)
    drive.owed.popleft()
    drive.look_up(answer)
    drive.settle()
    drive.turn_over()
    drive.settle()

    stage = drive.bench.stage
    assert isinstance(stage, Answering)
    verdict = stage.judged.verdict
    assert verdict.proposed is Grade.RESELLABLE
    assert verdict.needs_review
    assert Doubt.UNDECLARED in {doubt for reason in verdict.reasons for doubt in reason.doubts}
    drive.scan("RG:TOTE:T-07")
    assert [type(c) for c in drive.owed] == [Save]


def test_unknown_codes_of_a_parcel_are_kept_with_its_closure() -> None:
    drive = at_work()
    drive.scan(code(9))
    drive.answer(fail=True)
    drive.scan(CLOSE)

    assert closures(drive)[0].opened.unknown == (ItemCode(GTIN, "R-0009"),)
