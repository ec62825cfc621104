"""The operator's desk says in every state what is shown and what to do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from drive import (
    BADGE,
    GTIN,
    OTHER_GTIN,
    POLICY,
    RECIPE,
    SETUP,
    Drive,
    answer_to,
    code,
    found,
    item_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.defect import Defect, Finding
from station.domain.epc import encode, sgtin
from station.domain.events import BenchView, ExposureFailed, FaultCleared, FaultRaised, Key
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Condition, Doubt, Grade
from station.domain.identity import ItemCode
from station.domain.item import LookUp
from station.domain.label import LabelKind
from station.messages.catalogue import LOCALES, Catalogue
from station.screen.asking import NOTICE_STAYS
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment
from station.screen.operator import operator_view
from station.screen.reasons import title
from station.screen.view import Band, OperatorView, Text
from station.workflow.step import idle

BENCH = Equipment("07", (Device(DeviceKind.SCANNER), Device(DeviceKind.UPSTREAM)), waiting=0)
LIGHT = (found(Defect.SCRATCH, 12),)
REPAIR = (found(Defect.STAIN, 620, u=40),)
SCRAP = (found(Defect.STAIN, 2000),)
DOUBT = (found(Defect.DENT, 400, u=50),)


def logged_in() -> Drive:
    """A bench with a person at it."""
    drive = Drive()
    drive.scan(BADGE)
    return drive


def inspected(*findings: Finding) -> Drive:
    """A bench that shows a verdict."""
    drive = logged_in()
    drive.inspect(1, findings)
    return drive


def shown(drive: Drive, equipment: Equipment = BENCH) -> OperatorView:
    """What the desk shows now."""
    return operator_view(drive.bench, drive.now, equipment)


def enabled(view: OperatorView) -> set[str]:
    """The keys that do something now."""
    return {key.key for key in view.keys if key.enabled}


def said(view: OperatorView) -> tuple[str, str, str | None]:
    """Band, instruction and notice."""
    return view.band.value, view.instruction.id, view.notice.id if view.notice else None


def test_nobody_is_logged_in() -> None:
    assert said(shown(Drive())) == ("needs-you", "do.scan-badge", None)


def test_an_idle_bench_waits_for_an_item_and_says_how_to_lay_it() -> None:
    view = shown(logged_in())

    assert said(view) == ("ready", "do.scan-item", "pose.top")
    assert (view.item, view.picture, view.grade, view.seconds) == (None, None, None, None)
    assert view.operator == "li-wei"
    assert enabled(view) == set()


def test_the_first_pose_is_not_promised_where_recipes_differ() -> None:
    lying = replace(RECIPE, name="sleeve", category="garment", poses=RECIPE.poses[::-1])
    policies = (POLICY, replace(POLICY, category="garment"))
    drive = Drive(idle(replace(SETUP, recipes=(RECIPE, lying), policies=policies)))
    drive.scan(BADGE)

    assert shown(drive).notice is None


def test_a_scan_is_looked_up() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.wait(0.5)
    view = shown(drive)

    assert said(view) == ("reading", "do.look-up", None)
    assert view.item is not None
    assert view.item.code == "(01)09520123456788(21)R-0001"
    assert view.seconds == pytest.approx(0.5)


def test_an_unknown_item_is_put_aside_until_the_next_scan() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.answer(fail=True)
    drive.wait(60)

    assert said(shown(drive)) == ("needs-you", "do.put-aside", "notice.unknown-item")


def test_pictures_are_taken_and_the_next_pose_is_named_while_the_last_is_examined() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.answer()
    taking = shown(drive)
    drive.answer()
    drive.answer()
    turning = shown(drive)

    assert said(taking) == ("looking", "do.hands-off", None)
    assert taking.picture is None
    assert said(turning) == ("looking", "pose.bottom", None)
    assert turning.picture is not None
    assert turning.picture.shot == "top-raking"
    assert [thumb.shot for thumb in turning.picture.thumbs] == ["top-bright", "top-raking"]
    assert enabled(turning) == {"take", "*"}


def test_the_last_examination_is_waited_for() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.settle()
    drive.turn_over()
    drive.answer()

    assert said(shown(drive)) == ("looking", "do.examine", None)


@pytest.mark.parametrize(
    ("findings", "band", "instruction", "proposed", "keys"),
    [
        ((), "result", "do.take-off-and-scan-next", "1", {"1", "2", "3", "*"}),
        (LIGHT, "result", "do.take-off-and-scan-next", "1", {"1", "2", "3", "*"}),
        (REPAIR, "needs-you", "do.confirm-repair", "2", {"1", "2", "3", "*"}),
        (SCRAP, "needs-you", "do.confirm-scrap", "3", {"1", "2", "3", "*"}),
        (DOUBT, "needs-you", "do.scan-tote", None, {"*"}),
    ],
)
def test_the_band_says_what_confirms(
    findings: tuple[Finding, ...], band: str, instruction: str, proposed: str | None, keys: set[str]
) -> None:
    view = shown(inspected(*findings))

    assert said(view) == (band, instruction, None)
    assert next((key.key for key in view.keys if key.proposed), None) == proposed
    assert enabled(view) == keys


def test_once_the_item_has_gone_only_the_scan_is_left() -> None:
    drive = inspected()
    drive.see(BenchView.EMPTY)

    assert shown(drive).instruction.id == "do.scan-next"


def test_a_policy_without_confirming_scans_asks_for_a_key() -> None:
    careful = replace(POLICY, next_scan_confirms=False)
    drive = Drive(idle(replace(SETUP, policies=(careful,))))
    drive.scan(BADGE)
    drive.inspect(1)

    assert said(shown(drive)) == ("needs-you", "do.confirm-resellable", None)


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


def test_an_undo_asks_for_a_key_while_its_window_is_open() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()
    done = shown(drive)
    drive.press(Key.UNDO)
    again = shown(drive)
    drive.wait(30)

    assert done.ended == 1
    assert enabled(done) == {"0"}
    assert said(again) == ("needs-you", "do.decide-again", None)
    assert again.seconds == 0


def test_undo_is_offered_only_while_it_works() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()
    drive.wait(SETUP.undo_window.total_seconds())

    assert enabled(shown(drive)) == set()


def test_an_unusable_camera_stops_and_says_cause_and_remedy() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.answer()
    for _ in range(3):
        drive.answer(fail=True)
    view = shown(drive)

    assert said(view) == ("stopped", "remedy.frame-stale", "fault.frame-stale")
    assert enabled(view) == {"take", "*"}


def test_a_blocking_fault_stops_whatever_is_shown() -> None:
    drive = inspected(*REPAIR)
    lost = Fault(FaultCode.CAMERA_LOST, "camera", blocks=True)
    drive.happen(FaultRaised(drive.now, lost))
    view = shown(drive)

    assert said(view) == ("stopped", "remedy.camera-lost", "fault.camera-lost")
    assert view.grade is not None


TWO_CAMERAS = Equipment(
    "07", (Device(DeviceKind.CAMERA, name="top"), Device(DeviceKind.CAMERA, name="side"))
)


@pytest.mark.parametrize("locale", LOCALES)
def test_with_two_cameras_a_fault_says_which_one(locale: str) -> None:
    drive = logged_in()
    lost = Fault(FaultCode.CAMERA_LOST, "side", blocks=True)
    drive.happen(FaultRaised(drive.now, lost))
    view, words = shown(drive, TWO_CAMERAS), Catalogue.load(locale)

    assert view.notice is not None
    for text in (view.notice, view.instruction):
        assert "side" in words.text(text.id, **dict(text.arguments))
    assert [device.well for device in view.devices] == [True, False]
    named = view.devices[1].name
    assert "side" in words.text(named.id, **dict(named.arguments))

    drive.happen(FaultRaised(drive.now, replace(lost, blocks=False)))
    trouble = shown(drive, TWO_CAMERAS).notice
    assert trouble is not None
    assert "side" in words.text(trouble.id, **dict(trouble.arguments))
    assert said(shown(drive))[2] == "screen.trouble", "a bench with one camera needs no name"


def test_a_shot_that_fails_says_which_of_two_cameras_and_a_lamp_none() -> None:
    for code_, notice in (
        (FaultCode.ITEM_OUTSIDE, "screen.fault-at"),
        (FaultCode.LIGHT_WRONG, "fault.light-wrong"),
    ):
        drive = logged_in()
        drive.scan(code(1))
        drive.answer()
        while drive.owed:
            failed = answer_to(drive.owed.popleft(), drive.now, (), True, drive.fresh())
            if isinstance(failed, ExposureFailed):
                drive.happen(replace(failed, fault=Fault(code_, "side")))

        view = shown(drive, TWO_CAMERAS)
        assert view.notice is not None
        assert view.notice.id == notice
        assert all(device.well for device in view.devices)


def test_an_item_that_stays_unpictured_may_go_into_a_tote() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.answer()
    told = []
    for _ in range(3):
        drive.refuse(FaultCode.PICTURE_GLARE)
        told.append(said(shown(drive)))
        drive.press(Key.TAKE)

    assert told == [
        ("needs-you", "remedy.picture-glare", "fault.picture-glare"),
        ("needs-you", "remedy.picture-glare", "screen.or-tote"),
        ("needs-you", "remedy.picture-glare", "screen.or-tote"),
    ]


def test_a_failed_save_stops_and_keeps_the_grade_in_sight() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    saving = shown(drive)
    while drive.owed:
        drive.answer(fail=True)
    view = shown(drive)

    assert said(saving) == ("looking", "do.save", None)
    assert said(view) == ("stopped", "remedy.disk-full", "fault.disk-full")
    assert view.grade is not None


def test_a_notice_fades() -> None:
    drive = inspected(*REPAIR)
    drive.scan(code(2))
    fresh = shown(drive)
    drive.wait(9)

    assert said(fresh) == ("needs-you", "do.confirm-repair", "notice.key-first")
    assert shown(drive).notice is None


def test_a_parked_item_is_counted_and_offered() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.scan("RG:BADGE:zhang")
    drive.wait(9)
    view = shown(drive)

    assert view.parked == 1
    assert view.instruction.id == "do.scan-item-or-parked"


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


def test_a_faulty_device_needs_attention_even_if_it_was_not_listed() -> None:
    drive = logged_in()
    drive.happen(FaultRaised(drive.now, Fault(FaultCode.UPSTREAM_DOWN, "upstream")))
    drive.happen(FaultRaised(drive.now, Fault(FaultCode.CALIBRATION_OVERDUE, "calibration")))
    strip = {d.name.id: (d.well, d.word.id) for d in shown(drive).devices}

    assert strip == {
        "device.scanner": (True, "device-state.well"),
        "device.upstream": (False, "device-state.lost"),
        "device.calibration": (False, "device-state.overdue"),
    }


def test_results_that_wait_are_counted_at_the_upload() -> None:
    upload = (Device(DeviceKind.UPSTREAM, DeviceState.LOST),)
    (device,) = shown(Drive(), Equipment("07", upload, waiting=12)).devices

    assert device.word == Text("device-state.queued", (("count", "12"),))
    assert not device.well


def test_a_fault_that_stops_nothing_says_what_to_do_until_it_is_gone() -> None:
    drive = logged_in()
    drive.happen(FaultRaised(drive.now, Fault(FaultCode.PRINTER_STOPPED, "printer")))
    drive.wait(60)
    trouble = Text("screen.trouble", (("fault", "printer-stopped"),))

    assert said(shown(drive))[:2] == ("ready", "do.scan-item")
    assert shown(drive).notice == trouble
    drive.scan("RG:CMD:REPRINT")
    assert shown(drive).notice != trouble
    drive.wait(9)
    assert shown(drive).notice == trouble
    drive.happen(FaultCleared(drive.now, "printer"))
    assert shown(drive).notice == Text("pose.top")


def test_a_receiver_that_is_down_for_days_leaves_the_band_alone() -> None:
    drive = logged_in()
    drive.happen(FaultRaised(drive.now, Fault(FaultCode.UPSTREAM_DOWN, "upstream")))

    assert shown(drive).notice == Text("pose.top")


def test_several_items_tags_ask_for_a_barcode_as_long_as_they_are_there() -> None:
    drive = logged_in()
    drive.tags(*(encode(sgtin(ItemCode(GTIN, serial), 7)) for serial in "78"))
    drive.wait(60)

    assert said(shown(drive)) == ("ready", "do.scan-barcode", "screen.several-tags")


def test_an_item_that_its_tag_named_needs_no_scan_and_says_so() -> None:
    drive = logged_in()
    drive.tags(encode(sgtin(ItemCode(GTIN, "7"), 7)))
    reading = shown(drive)
    drive.settle()
    taking = shown(drive)
    drive.scan(f"01{GTIN}217")
    drive.wait(9)

    assert said(reading) == ("reading", "do.look-up", "screen.known-by-tag")
    assert said(taking) == ("looking", "pose.bottom", "screen.known-by-tag")
    assert shown(drive).notice is None


def test_a_printed_label_is_to_be_stuck_on_the_last_item_for_a_moment() -> None:
    drive = Drive(idle(replace(SETUP, labels=(LabelKind.RESULT,))))
    drive.scan(BADGE)
    drive.inspect(1, REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()

    assert shown(drive).notice == Text("screen.stick-label", (("grade", "repair"),))
    drive.wait(NOTICE_STAYS.total_seconds() + 1)
    assert shown(drive).notice == Text("pose.top")


def test_pre_printed_plates_ask_for_no_label() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()

    assert shown(drive).notice == Text("pose.top")


def test_the_last_item_in_a_wrong_bin_is_sent_to_the_bin_of_its_grade() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()
    drive.scan("RG:BIN:SCRAP-S1")
    drive.wait(60)
    view = shown(drive)

    assert said(view) == ("needs-you", "do.scan-bin", "notice.wrong-bin")
    assert view.instruction.arguments == (("grade", "repair"),)


def test_a_plate_of_another_item_asks_for_a_new_one_until_the_next_scan() -> None:
    drive = inspected(*REPAIR)
    drive.press(Key.REPAIR)
    drive.settle()
    drive.scan("RG:PLATE:P-000123")
    drive.answer(fail=True)
    drive.wait(60)

    assert said(shown(drive)) == ("needs-you", "do.new-plate", "notice.plate-taken")


def test_a_parcel_of_which_every_piece_came_asks_for_the_next_parcel() -> None:
    drive = logged_in()
    drive.scan("RG:ORDER:RMA-77")
    drive.settle()
    asked = []
    for label in (code(1), code(2), f"01{OTHER_GTIN}211", f"01{OTHER_GTIN}212"):
        asked.append(shown(drive).instruction.id)
        drive.scan(label)
        drive.settle()
        drive.turn_over()
        drive.settle()
        drive.press(Key.RESELLABLE)
        drive.settle()

    assert asked == ["do.scan-piece"] * 4
    assert said(shown(drive))[:2] == ("ready", "do.scan-next-parcel")


def test_a_parcel_that_is_being_closed_is_saved() -> None:
    drive = logged_in()
    drive.scan("RG:ORDER:RMA-77")
    looking = shown(drive).instruction
    drive.settle()
    drive.scan("RG:CMD:CLOSE-PARCEL")

    assert (looking.id, shown(drive).instruction.id) == ("do.look-up", "do.save")


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


TEXTS = [BADGE, "RG:BADGE:zhang", code(1), code(2), "RG:BIN:REPAIR-R12", "RG:TOTE:T-07", "garbage"]
FINDINGS = [(), LIGHT, REPAIR, SCRAP, DOUBT, (found(Defect.TEAR, 12, confidence=0.4),)]
STEPS = st.one_of(
    st.tuples(st.just("scan"), st.sampled_from(TEXTS)),
    st.tuples(st.just("press"), st.sampled_from(list(Key))),
    st.tuples(st.just("see"), st.sampled_from(list(BenchView))),
    st.tuples(st.just("answer"), st.tuples(st.sampled_from(FINDINGS), st.booleans())),
    st.tuples(st.just("wait"), st.floats(0, 30)),
)


def driven(steps: list[tuple[str, Any]]) -> Drive:
    """A bench after arbitrary steps."""
    drive = Drive()
    for name, argument in steps:
        getattr(drive, name)(*(argument if isinstance(argument, tuple) else (argument,)))
    return drive


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_every_state_can_be_said_in_every_language(steps: list[tuple[str, Any]]) -> None:
    view = shown(driven(steps))
    grade = view.grade
    texts = [view.instruction, view.notice, *(key.label for key in view.keys)]
    texts += [*(title(reason) for reason in view.reasons)]
    texts += [*grade.margins, *grade.doubts] if grade else []

    for catalogue in map(Catalogue.load, LOCALES):
        for text in texts:
            assert text is None or catalogue.text(text.id, **dict(text.arguments))
    assert (view.band is Band.STOPPED) == view.instruction.id.startswith("remedy.")


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=40), st.sampled_from(list(Key)))
def test_a_key_is_offered_exactly_where_the_machine_acts_on_it(
    steps: list[tuple[str, Any]], key: Key
) -> None:
    drive = driven(steps)
    offered = key.value in enabled(shown(drive))
    before = drive.bench
    drive.press(key)

    assert offered == (replace(drive.bench, notice=None) != replace(before, notice=None))


def test_seconds_run_from_the_scan() -> None:
    drive = inspected(*REPAIR)
    drive.now += timedelta(seconds=3.2)

    assert shown(drive).seconds == pytest.approx(3.2)
