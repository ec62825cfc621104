"""A weight belongs to the item that lay there, and to no other."""

from dataclasses import replace
from decimal import Decimal

import pytest
from drive import BADGE, POLICY, SETUP, Drive, code, found

from station.domain.defect import Defect
from station.domain.events import BenchView, Key, Weighed
from station.domain.inspection import Inspection
from station.workflow.outcomes import outcome_of
from station.workflow.record import evidence_record
from station.workflow.settle import settle
from station.workflow.stages import Answering, Ready
from station.workflow.step import replay

DENT = (found(Defect.DENT, 900.0),)


def weigh(at: Drive, grams: str) -> None:
    at.happen(Weighed(at.now, Decimal(grams)))


def logged_in() -> Drive:
    at = Drive()
    at.scan(BADGE)
    return at


def last(at: Drive) -> Inspection:
    assert isinstance(at.bench.stage, Ready)
    assert at.bench.last is not None
    return at.bench.last.inspection


def end(at: Drive) -> Inspection:
    at.press(Key.REPAIR)
    at.settle()
    return last(at)


def test_the_last_settled_weight_while_the_item_is_open_is_kept() -> None:
    at = logged_in()
    at.scan(code(1))
    weigh(at, "120.5")
    at.settle(DENT)
    at.turn_over()
    weigh(at, "121.0")
    at.settle(DENT)

    assert end(at).weight_g == Decimal("121.0")


def test_an_item_that_lay_on_the_scale_before_its_scan_has_its_weight() -> None:
    at = logged_in()
    weigh(at, "88.8")
    at.inspect(1, DENT)

    assert end(at).weight_g == Decimal("88.8")


def test_an_item_taken_off_before_its_scan_leaves_no_weight() -> None:
    at = logged_in()
    weigh(at, "88.8")
    weigh(at, "0.02")
    at.inspect(1, DENT)

    assert end(at).weight_g is None


def test_lifting_the_item_to_turn_it_does_not_lose_its_weight() -> None:
    at = logged_in()
    at.scan(code(1))
    weigh(at, "120.5")
    weigh(at, "0")
    at.settle(DENT)
    at.turn_over()
    at.settle(DENT)

    assert end(at).weight_g == Decimal("120.5")


@pytest.mark.parametrize("how", ["scale", "watch"])
def test_the_next_items_weight_is_never_the_last_ones(how: str) -> None:
    at = logged_in()
    weigh(at, "100")
    at.inspect(1)
    at.wait(2)
    at.see(BenchView.EMPTY)
    if how == "scale":
        weigh(at, "0")
    weigh(at, "250")
    at.scan(code(2))
    at.answer()
    first = at.bench.last.inspection
    at.settle(DENT)
    at.turn_over()
    at.settle(DENT)

    assert first.weight_g == Decimal(100)
    assert end(at).weight_g == Decimal(250)


def test_an_item_still_lying_there_when_it_is_closed_is_not_the_next_ones_weight() -> None:
    at = logged_in()
    weigh(at, "100")
    at.inspect(1, DENT)
    end(at)
    at.inspect(2, DENT)

    assert end(at).weight_g is None


def test_an_undone_item_keeps_its_weight_whatever_lies_there_now() -> None:
    at = logged_in()
    weigh(at, "100")
    at.inspect(1, DENT)
    end(at)
    weigh(at, "0")
    weigh(at, "333")
    at.press(Key.UNDO)
    at.settle()
    assert isinstance(at.bench.stage, Answering)

    assert end(at).weight_g == Decimal(100)


def test_a_held_item_takes_its_weight_into_its_settlement() -> None:
    at = logged_in()
    weigh(at, "100")
    at.inspect(1, (found(Defect.DENT, 900.0, confidence=0.4),))
    at.scan("RG:TOTE:T-1")
    at.settle()
    held = last(at)
    done = settle(held, POLICY.outcomes[-1][0].grade, "sup", "seen", fresh_id="id-x", at=at.now)

    assert held.weight_g == done.weight_g == Decimal(100)


def test_the_record_holds_the_weight_as_text_and_only_where_there_is_one() -> None:
    at = logged_in()
    weigh(at, "100.50")
    at.inspect(1, DENT)
    weighed = end(at)

    outcome = outcome_of(SETUP, weighed)
    assert evidence_record(weighed, outcome, None)["weight_g"] == "100.50"
    assert "weight_g" not in evidence_record(replace(weighed, weight_g=None), outcome, None)


def test_weights_come_back_with_the_journal() -> None:
    at = logged_in()
    at.scan(code(1))
    weigh(at, "120.5")
    at.settle(DENT)

    assert replay(SETUP, at.journal) == at.bench
    assert at.bench.weighing.item == Decimal("120.5")
