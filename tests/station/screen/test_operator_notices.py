"""The operator's desk says what is wrong and what else to know, for as long as it is so."""

from dataclasses import replace

import pytest
from drive import BADGE, GTIN, SETUP, Drive, answer_to, code
from operator_screen import REPAIR, enabled, inspected, logged_in, said, shown

from station.domain.epc import encode, sgtin
from station.domain.events import ExposureFailed, FaultCleared, FaultRaised, Key
from station.domain.faults import Fault, FaultCode
from station.domain.identity import ItemCode
from station.domain.label import LabelKind
from station.messages.catalogue import LOCALES, Catalogue
from station.screen.asking import NOTICE_STAYS
from station.screen.equipment import Device, DeviceKind, DeviceState, Equipment
from station.screen.view import Text
from station.workflow.step import idle


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


def test_while_the_camera_of_a_pose_is_away_the_band_says_that_first() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.answer()
    camera = drive.owed[0].shot.camera
    overdue = Fault(FaultCode.CALIBRATION_OVERDUE, camera)
    drive.happen(FaultRaised(drive.now, overdue))
    before = said(shown(drive))
    drive.happen(FaultRaised(drive.now, Fault(FaultCode.CAMERA_LOST, camera)))
    away = said(shown(drive))
    drive.happen(FaultCleared(drive.now, camera))

    assert before[:2] == ("looking", "do.hands-off")
    assert away == ("looking", "remedy.camera-lost", "fault.camera-lost")
    assert said(shown(drive))[:2] == ("looking", "do.hands-off")


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
