"""The operator's desk says in every state what to do and which keys work."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from drive import BADGE, OTHER_GTIN, POLICY, RECIPE, SETUP, Drive, code, found
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_screen import DOUBT, LIGHT, REPAIR, SCRAP, enabled, inspected, logged_in, said, shown

from station.domain.defect import Defect, Finding
from station.domain.events import BenchView, Key
from station.messages.catalogue import LOCALES, Catalogue
from station.screen.reasons import title
from station.screen.view import Band
from station.workflow.step import idle


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


def test_a_parked_item_is_counted_and_offered() -> None:
    drive = logged_in()
    drive.scan(code(1))
    drive.scan("RG:BADGE:zhang")
    drive.wait(9)
    view = shown(drive)

    assert view.parked == 1
    assert view.instruction.id == "do.scan-item-or-parked"


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
