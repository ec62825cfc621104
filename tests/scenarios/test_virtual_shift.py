"""A whole shift at the virtual bench, through the command line."""

from pathlib import Path

import pytest
from shift import demo

INSPECTION = {
    "inspection_id",
    "item",
    "order",
    "proposed",
    "grade",
    "condition",
    "disposition",
    "needs_review",
    "clause",
    "reasons",
    "findings",
    "shots",
    "zones_unseen",
    "policy",
    "model_pack",
    "calibration",
    "times",
}

pytestmark = pytest.mark.timeout(300)


def test_a_shift_ends_with_store_and_receiver_agreeing(tmp_path: Path) -> None:
    ran = demo(tmp_path, 12)

    assert ran.code == 0, ran.said
    inspections, store = ran.answer["inspections"], ran.answer["store"]
    assert len(inspections) == 12
    assert all(set(inspection) >= INSPECTION for inspection in inspections)
    grades = {inspection["grade"] for inspection in inspections}
    assert grades == {"resellable", "repair", "scrap", None}
    assert store["closed"] + store["held"] == 12
    assert store["delivered"] == store["closed"]
    assert ran.answer["receiver"]["unique_ids"] == store["delivered"]
    assert ran.answer["receiver"]["duplicates"] == 0
    assert store["evidence_missing"] == 0
    assert 0 <= ran.answer["truth"]["grade_agreement"] <= 1
    measured = [m for i in inspections for f in i["findings"] for m in f["measurements"]]
    assert {"mm", "mm2"} <= {m["unit"] for m in measured}


def test_a_receiver_that_was_down_has_each_result_once(tmp_path: Path) -> None:
    ran = demo(tmp_path, 4, "--outage")

    assert ran.code == 0, ran.said
    assert ran.answer["receiver"]["unique_ids"] == ran.answer["store"]["closed"]
    assert ran.answer["receiver"]["duplicates"] == 0


def test_a_second_run_goes_on_with_other_items(tmp_path: Path) -> None:
    first, second = demo(tmp_path, 2), demo(tmp_path, 2)

    codes = [
        (i["item"]["gtin"], i["item"]["serial"])
        for ran in (first, second)
        for i in ran.answer["inspections"]
    ]
    assert len(set(codes)) == 4
    assert second.answer["store"]["closed"] + second.answer["store"]["held"] == 4


def test_a_second_instance_on_the_same_state_is_refused_in_a_sentence(tmp_path: Path) -> None:
    from station.adapters.store.opening import open_store

    store = open_store(tmp_path, ballast_bytes=1024)
    try:
        ran = demo(tmp_path, 1)
    finally:
        store.close()

    assert ran.code == 2
    assert "already running" in ran.said
    assert "Traceback" not in ran.said
