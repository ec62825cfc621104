"""Codes in an item's pictures add its serial or raise doubt; they open and confirm nothing."""

from dataclasses import replace

import pytest
from drive import BADGE, GTIN, Drive, code
from hypothesis import given, settings
from hypothesis import strategies as st
from tagged import notice, opened, shown

from station.domain.epc import encode, sgtin
from station.domain.events import BenchView, Key, KeyPressed, LookedUp, Scanned
from station.domain.grading import Doubt, Grade
from station.domain.identity import ItemCode, check_digit
from station.domain.inspection import Contradiction, IdentifiedBy, Inspection
from station.domain.item import LookUp, Unidentified
from station.domain.scan import ItemScanned, Order, item_pictured, read_scan
from station.workflow.commands import FindOrder, Say, Sound
from station.workflow.record import inspection_form
from station.workflow.stages import Answering, Capturing, Identifying, Ready, opened_of
from station.workflow.step import replay, resume

OTHER_GTIN = f"0952012999999{check_digit('0952012999999')}"
WAYBILL = "78012345678906"
EAN = f"]E0{GTIN[1:]}"
OTHER_EAN = f"]E0{OTHER_GTIN[1:]}"
MEANINGLESS = (
    *(f"]C0RG:CMD:{order}" for order in Order),
    "]Q1RG:BADGE:zhao",
    "]Q1RG:TOTE:T-1",
    "]Q1RG:PLATE:P-1",
    "]Q1RG:BIN:SCRAP-1",
    "]C100106141412345678908",
    "]C01Z999AA10123456784",
    f"]C0{WAYBILL}",
    "]C0hello",
    "]Q1https://example.com/",
    "]C1(01)",
    "]E04006381333932",
    "]C0\x00\x1b[2J",
    "\u202e]C0x",
    "",
)


def piece(serial: str, gtin: str = GTIN) -> str:
    """The GS1 DataMatrix of a piece."""
    return f"]d201{gtin}21{serial}"


def tag(serial: str) -> str:
    return encode(sgtin(ItemCode(GTIN, serial), 7))


def capturing(label: str = GTIN, **pictured: tuple[str, ...]) -> Drive:
    """A person has scanned an item, whose pictures will show these codes by pose."""
    drive = Drive(pictured=dict(pictured))
    drive.scan(BADGE)
    drive.scan(label)
    drive.answer()
    assert isinstance(drive.bench.stage, Capturing)
    return drive


@pytest.mark.parametrize("label", [GTIN, f"01{GTIN}217"])
def test_the_items_own_code_is_recorded_and_confirms_nothing(label: str) -> None:
    drive = capturing(label, top=(EAN,), bottom=(EAN,))
    stage = shown(drive)

    assert opened(drive).by is IdentifiedBy.BARCODE
    assert opened(drive).contradiction is None
    assert not stage.judged.verdict.needs_review
    assert stage.judged.examined.poses[0].codes == (EAN,)
    drive.see(BenchView.EMPTY)
    drive.wait(60)
    assert drive.saves == []
    drive.press(Key.RESELLABLE)
    form = inspection_form(drive.saves[0][2], None)
    assert form["identification"] == {
        "by": "barcode",
        "epc": None,
        "contradicted_by": None,
        "camera_codes": [EAN],
    }


def test_a_pictured_code_adds_the_serial_that_the_barcode_lacks() -> None:
    drive = capturing(top=(EAN, piece("7")))
    stage = shown(drive)

    assert opened(drive).code == ItemCode(GTIN, "7")
    assert stage.judged.examined.identified.item.code == ItemCode(GTIN, "7")
    assert opened(drive).by is IdentifiedBy.BARCODE
    assert not stage.judged.verdict.needs_review


def test_no_verdict_comes_before_the_pictured_serial_is_looked_up() -> None:
    drive = capturing(bottom=(piece("7"),))
    drive.settle()
    drive.turn_over()
    late = FindOrder(opened(drive).id, ItemCode(GTIN, "7"))
    while late not in drive.owed:
        drive.answer()
    assert isinstance(drive.bench.stage, Capturing)
    again = replay(drive.bench.setup, drive.journal)
    assert again == drive.bench
    assert late in resume(again)

    drive.settle()

    assert isinstance(drive.bench.stage, Answering)
    assert opened(drive).code.serial == "7"


def test_a_pictured_serial_that_was_inspected_before_turns_the_item_away() -> None:
    drive = capturing(top=(piece("7"),))
    while drive.owed and FindOrder(opened(drive).id, ItemCode(GTIN, "7")) not in drive.owed:
        drive.answer()
    done = LookUp(None, Unidentified.ALREADY_INSPECTED)
    drive.happen(LookedUp(drive.now, opened(drive).id, done))

    assert isinstance(drive.bench.stage, Ready)
    assert notice(drive) == "already-inspected"


def test_a_pictured_serial_that_no_order_knows_is_asked_for_once() -> None:
    drive = capturing(top=(piece("7"),), bottom=(piece("7"),))
    asked = FindOrder(opened(drive).id, ItemCode(GTIN, "7"))
    while asked not in drive.owed:
        drive.answer()
    drive.owed.remove(asked)
    drive.happen(LookedUp(drive.now, opened(drive).id, LookUp(None, Unidentified.UNKNOWN)))
    drive.settle()
    drive.turn_over()
    while isinstance(drive.bench.stage, Capturing):
        assert asked not in drive.owed
        drive.answer()

    assert opened(drive).code == ItemCode(GTIN)
    assert opened(drive).contradiction is None


@pytest.mark.parametrize(
    ("top", "bottom"),
    [((piece("7"), piece("8")), ()), ((piece("7"), OTHER_EAN), ()), ((), (OTHER_EAN, piece("7")))],
)
def test_pictures_that_name_several_items_give_no_serial(
    top: tuple[str, ...], bottom: tuple[str, ...]
) -> None:
    drive = capturing(top=top, bottom=bottom)
    shown(drive)

    assert opened(drive).code == ItemCode(GTIN)


def test_a_second_serial_on_the_other_face_leaves_doubt() -> None:
    drive = capturing(top=(piece("7"),), bottom=(piece("8"),))
    stage = shown(drive)

    assert opened(drive).code == ItemCode(GTIN, "7")
    assert stage.judged.verdict.needs_review


@pytest.mark.parametrize("other", [OTHER_EAN, piece("7", OTHER_GTIN), piece("8")])
@pytest.mark.parametrize("pose", ["top", "bottom"])
def test_a_pictured_code_of_another_item_holds_it_for_a_person(other: str, pose: str) -> None:
    drive = capturing(f"01{GTIN}217", **{pose: (EAN, other)})
    stage = shown(drive)
    named = item_pictured(other)
    assert named is not None

    assert opened(drive).code == ItemCode(GTIN, "7")
    assert opened(drive).contradiction == Contradiction("camera", named)
    assert any(Doubt.OTHER_ITEM in reason.doubts for reason in stage.judged.verdict.reasons)
    drive.press(Key.RESELLABLE)
    assert drive.saves == []
    drive.scan("RG:TOTE:T-1")
    form = inspection_form(drive.saves[0][2], None)
    assert form["identification"]["contradicted_by"] == {
        "source": "camera",
        "gtin": named.gtin,
        "serial": named.serial,
    }


def test_the_operator_is_told_at_once() -> None:
    drive = capturing(code(1), top=(OTHER_EAN,))
    while notice(drive) is None and drive.owed:
        drive.answer()

    assert notice(drive) == "camera-disagrees"
    assert isinstance(drive.bench.stage, Capturing)
    assert drive.owed[-1] == Say(Sound.ATTENTION)


def test_the_doubt_is_gone_when_new_pictures_do_not_show_the_code() -> None:
    drive = capturing(code(1), top=(OTHER_EAN,))
    shown(drive)
    assert opened(drive).contradiction is not None
    drive.pictured.clear()
    drive.press(Key.RETAKE)
    drive.turn_over()
    stage = shown(drive)

    assert opened(drive).contradiction is None
    assert not stage.judged.verdict.needs_review


@pytest.mark.parametrize("first", ["tag", "picture"])
def test_a_tag_and_a_pictured_code_of_two_pieces_leave_doubt_in_either_order(first: str) -> None:
    drive = capturing(top=(piece("8"),))
    if first == "tag":
        drive.tags(tag("7"))
    drive.settle()
    drive.tags(tag("7"))
    stage = shown(drive)

    assert stage.judged.verdict.needs_review


def test_a_tags_serial_that_no_order_knows_still_disagrees_with_another() -> None:
    drive = capturing(top=(piece("8"),))
    drive.tags(tag("7"))
    unknown = LookUp(None, Unidentified.UNKNOWN)
    drive.owed.remove(FindOrder(opened(drive).id, ItemCode(GTIN, "7")))
    drive.happen(LookedUp(drive.now, opened(drive).id, unknown))
    shown(drive)

    assert opened(drive).code == ItemCode(GTIN)
    assert opened(drive).contradiction == Contradiction("camera", ItemCode(GTIN, "8"))


def test_a_tag_and_a_pictured_code_of_one_piece_ask_once() -> None:
    drive = capturing(top=(piece("7"),))
    asked = FindOrder(opened(drive).id, ItemCode(GTIN, "7"))
    while asked not in drive.owed:
        drive.answer()
    drive.tags(tag("7"))

    assert list(drive.owed).count(asked) == 1
    assert not shown(drive).judged.verdict.needs_review
    assert (opened(drive).by, opened(drive).code.serial) == (IdentifiedBy.BOTH, "7")


def test_what_the_camera_saw_before_does_not_hide_a_tags_doubt() -> None:
    drive = capturing(code(1), top=(OTHER_EAN,))
    drive.tags(tag("9"))
    shown(drive)

    assert opened(drive).contradiction == Contradiction("tag", ItemCode(GTIN, "9"))


@pytest.mark.parametrize("text", MEANINGLESS)
def test_a_pictured_code_that_names_no_item_does_nothing(text: str) -> None:
    plain, seen = capturing(code(1)), capturing(code(1), top=(text,), bottom=(text,))
    for drive in (plain, seen):
        shown(drive)
        drive.press(Key.RESELLABLE)
        drive.settle()

    ((_, _, without),) = plain.saves
    ((_, _, with_it),) = seen.saves
    assert without_codes(with_it) == without
    assert inspection_form(with_it, None)["identification"]["camera_codes"] == []
    assert isinstance(seen.bench.stage, Ready)


def test_a_waybills_number_that_passes_for_a_gtin_is_none_in_a_plain_symbol() -> None:
    assert read_scan(WAYBILL) == ItemScanned(ItemCode(WAYBILL))
    assert read_scan(f"]C0{WAYBILL}") == ItemScanned(ItemCode(WAYBILL))

    assert item_pictured(f"]C0{WAYBILL}") is None
    assert item_pictured(f"]I1{WAYBILL}") == ItemCode(WAYBILL)


def test_an_old_answers_codes_mean_nothing() -> None:
    drive = capturing(code(1), top=(OTHER_EAN,))
    while not (late := [c for c in drive.owed if type(c).__name__ == "Examine"]):
        drive.answer()
    drive.turn_over()
    drive.press(Key.RETAKE)
    drive.owed.clear()
    drive.owed.append(late[0])
    drive.answer()

    assert isinstance(drive.bench.stage, Capturing)
    assert drive.bench.stage.answers == ()
    assert notice(drive) is None


texts = st.sampled_from(
    (EAN, OTHER_EAN, piece("7"), piece("8"), piece("0001"), piece("7", OTHER_GTIN), *MEANINGLESS)
)
SCANS = {
    "goods": GTIN,
    "piece": f"01{GTIN}217",
    "other": code(2),
    "badge": "RG:BADGE:wang",
    "tote": "RG:TOTE:T-1",
}
DEEDS = ("answer", "fail", "settle", "tag", "no-tag", "turn", "empty", "wait", "1", "3", "0", "*")
moves = st.lists(st.sampled_from([*SCANS, *DEEDS]), max_size=40)


@settings(max_examples=200)
@given(
    st.lists(texts, max_size=4).map(tuple),
    st.lists(texts, max_size=4).map(tuple),
    moves,
)
def test_pictured_codes_never_open_close_or_rename_an_item(
    top: tuple[str, ...], bottom: tuple[str, ...], done: list[str]
) -> None:
    drive = Drive(pictured={"top": top, "bottom": bottom})
    drive.scan(BADGE)
    drive.scan(GTIN)
    named: dict[str, ItemCode] = {}
    for move in done:
        act(drive, move)
        assert drive.bench.operator in {"li-wei", "wang"}
        assert drive.bench.desk.opened is None
        stage = drive.bench.stage
        if isinstance(stage, Identifying | Capturing | Answering):
            code_now = opened_of(stage).code
            before = named.setdefault(opened_of(stage).id, code_now)
            assert code_now == before or (before.serial is None and code_now.gtin == before.gtin)
            named[opened_of(stage).id] = code_now

    for event, _, saved in drive.saves:
        assert isinstance(event, Scanned | KeyPressed)
        assert not (saved.grade is Grade.RESELLABLE and saved.judged.verdict.needs_review)
    ids = {e.fresh_id for e in drive.journal if hasattr(e, "fresh_id")}
    assert set(named) <= ids
    assert replay(drive.bench.setup, drive.journal) == drive.bench


def without_codes(inspection: Inspection) -> Inspection:
    """The inspection as if the camera had seen no code."""
    judged = inspection.judged
    poses = tuple(replace(pose, codes=()) for pose in judged.examined.poses)
    examined = replace(judged.examined, poses=poses)
    return replace(inspection, judged=replace(judged, examined=examined))


def act(drive: Drive, move: str) -> None:
    match move:
        case "answer":
            drive.answer()
        case "fail":
            drive.answer(fail=True)
        case "settle":
            drive.settle()
        case "tag":
            drive.tags(tag("7"))
        case "no-tag":
            drive.tags()
        case "turn":
            drive.turn_over()
        case "empty":
            drive.see(BenchView.EMPTY)
        case "wait":
            drive.wait(1)
        case label if label in SCANS:
            drive.scan(SCANS[label])
        case key:
            drive.press(Key(key))
