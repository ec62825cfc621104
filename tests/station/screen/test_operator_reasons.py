"""The operator's desk shows why an item has its grade, and where on its pictures."""

from dataclasses import replace

from drive import GTIN, code, found, item_of
from operator_screen import DOUBT, LIGHT, REPAIR, inspected, logged_in, said, shown

from station.domain.defect import Defect
from station.domain.grading import Condition, Doubt, Grade
from station.domain.identity import ItemCode
from station.domain.item import LookUp
from station.screen.reasons import title
from station.screen.view import Text


def test_a_grade_shows_its_condition_disposition_and_margins() -> None:
    light, repair = shown(inspected(*LIGHT)).grade, shown(inspected(*REPAIR)).grade

    assert light is not None
    assert repair is not None
    assert (light.grade, light.condition) == (Grade.RESELLABLE, Condition.LIGHT_FLAW)
    assert light.margins == (Text("margin.under-repair", (("value", "28"), ("unit", "mm"))),)
    assert (repair.grade, repair.disposition, repair.sure) == (Grade.REPAIR, "rebox", True)
    assert [(m.id, m.arguments[0][1]) for m in repair.margins] == [
        ("margin.over-repair", "420"),
        ("margin.under-scrap", "880"),
    ]


def test_doubt_says_why_and_shows_what_the_machine_leans_to() -> None:
    view = shown(inspected(*DOUBT))

    assert view.grade is not None
    assert not view.grade.sure
    assert view.grade.grade is Grade.RESELLABLE
    assert [doubt.id for doubt in view.grade.doubts] == ["doubt.near-limit"]


def test_a_pose_that_could_not_be_examined_is_a_reason_without_a_number() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    while drive.owed:
        drive.answer(fail=not hasattr(drive.owed[0], "shot"))
    view = shown(drive)

    assert said(view)[:2] == ("needs-you", "do.scan-tote")
    assert [(r.number, title(r)) for r in view.reasons] == [
        (None, Text("doubt.not-examined", (("subject", "bottom"),))),
    ]


def test_the_scale_belongs_to_the_shots_of_an_examined_pose() -> None:
    picture = shown(inspected()).picture

    assert picture is not None
    assert [thumb.mm_per_px for thumb in picture.thumbs] == [0.3, 0.3, 0.3]


def test_one_fault_in_two_lights_is_one_reason_with_one_number() -> None:
    bright = found(Defect.STAIN, 620, u=40)
    raking = replace(bright, shot="top-raking", box=(12, 11, 50, 30))
    elsewhere = replace(bright, box=(300, 300, 50, 30))
    view = shown(inspected(bright, raking, elsewhere))

    assert view.picture is not None
    assert [reason.number for reason in view.reasons] == [1, 2]
    assert sorted((mark.number, mark.shot) for mark in view.picture.marks) in (
        [(1, "top-bright"), (1, "top-raking"), (2, "top-bright")],
        [(1, "top-bright"), (2, "top-bright"), (2, "top-raking")],
    )


def test_two_defects_in_one_place_stay_two_reasons() -> None:
    stain, dent = found(Defect.STAIN, 620, u=40), found(Defect.DENT, 700, u=40)

    assert len(shown(inspected(stain, replace(dent, shot="top-raking"))).reasons) == 2


def test_a_fault_under_two_clauses_keeps_the_weight_of_one_and_the_bar_of_the_other() -> None:
    (reason,) = shown(inspected(found(Defect.TEAR, 12))).reasons

    assert reason.clause == "tear-any"
    assert reason.value == 12
    assert [limit for _, limit in reason.limits] == [40]


def test_at_most_three_reasons_are_shown_in_the_order_of_their_weight() -> None:
    faults = [
        replace(found(Defect.SCRATCH, 50 + 20 * i), box=(100 * i + 1, 10, 50, 30)) for i in range(5)
    ]
    view = shown(inspected(*faults))

    assert [reason.value for reason in view.reasons] == [130, 110, 90]
    assert view.more_reasons == 2
    assert view.picture is not None
    assert {mark.number for mark in view.picture.marks} == {1, 2, 3, 4, 5}


def test_a_piece_that_no_order_names_is_held_for_that_reason() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.owed.clear()
    drive.look_up(LookUp(replace(item_of(ItemCode(GTIN, "R-0001")), declared=False)))
    drive.settle()
    drive.turn_over()
    drive.settle()
    view = shown(drive)

    assert [reason.doubt for reason in view.reasons] == [Doubt.UNDECLARED]
    assert view.grade is not None
    assert [doubt.id for doubt in view.grade.doubts] == ["doubt.undeclared"]
