"""An inspection as JSON has exactly the agreed shape, and its record everything behind it."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from station.adapters.canonical import canonical
from station.domain.grading import Level
from station.domain.inspection import Inspection
from station.domain.judging import judge
from station.workflow.record import evidence_record, inspection_form
from tests.support import strategies
from tests.support.kept import POLICY, inspection

FORM_KEYS = [
    "inspection_id",
    "item",
    "order",
    "parcel",
    "declared",
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
    "identification",
    "times",
]
MORE_KEYS = [
    "schema",
    "operator",
    "identification",
    "decision",
    "outcome",
    "frames",
    "poses",
    "light_proofs",
    "poses_unproved",
    "policy_digest",
    "calibration_digest",
    "size_mm",
    "buyer_reason",
    "tote",
    "supersedes",
]
OUTCOME = POLICY.outcome(Level.AS_NEW)


def test_the_form_of_a_closed_inspection() -> None:
    form = inspection_form(inspection(1), OUTCOME)

    assert list(form) == FORM_KEYS
    assert form["inspection_id"] == inspection(1).id
    assert form["item"] == {
        "gtin": "09520123456788",
        "serial": "R-0001",
        "name": "Thermos gift box",
        "category": "carton",
    }
    assert form["order"] == "RMA-77"
    assert (form["proposed"], form["grade"]) == ("resellable", "resellable")
    assert form["condition"] == "light_flaw"
    assert form["disposition"] == OUTCOME.disposition
    assert form["needs_review"] is False
    assert form["clause"] == "dent-area"
    assert form["shots"] == ["top-bright", "top-raking", "bottom-bright"]
    assert form["zones_unseen"] == ["back", "front"]
    assert form["policy"] == "carton 1"
    assert (form["model_pack"], form["calibration"]) == ("carton-1 1", "bench-1")
    assert form["times"] == {
        "opened": "2026-03-04T08:00:01.000000Z",
        "last_frame": "2026-03-04T08:00:01.000000Z",
        "judged": "2026-03-04T08:00:01.000000Z",
        "ended": "2026-03-04T08:00:02.000000Z",
    }


def test_the_form_tells_the_pictured_codes_that_name_goods_and_no_persons() -> None:
    closed = inspection(1)
    examined = closed.judged.examined
    gtin = "]E09520123456788"
    texts = (gtin, "]Q1https://example.com/li-wei/12-river-road", "]C0RG:CMD:UNDO", gtin)
    poses = tuple(replace(pose, codes=texts) for pose in examined.poses)
    judged = replace(closed.judged, examined=replace(examined, poses=poses))

    form = inspection_form(replace(closed, judged=judged), OUTCOME)

    assert form["identification"] == {
        "by": "barcode",
        "epc": None,
        "contradicted_by": None,
        "camera_codes": [gtin],
    }


def test_the_form_of_a_finding_and_of_its_reason() -> None:
    form = inspection_form(inspection(1, dent=380.0), OUTCOME)
    measured = {"quantity": "area", "value": 380.0, "unit": "mm2", "U": 1.0}

    assert form["findings"] == [
        {
            "defect": "dent",
            "confidence": 0.99,
            "shot": "top-bright",
            "box": [10, 10, 50, 30],
            "polygon": [[10.0, 10.0], [60.0, 10.0], [60.0, 40.0]],
            "measurements": [measured],
        }
    ]
    assert form["reasons"] == [
        {
            "clause": "dent-area",
            "best": "light_flaw",
            "likely": "light_flaw",
            "worst": "light_flaw",
            "finding": 0,
            "measurement": measured,
            "limits": [
                {"level": "light_flaw", "above": 60.0},
                {"level": "repair", "above": 400.0},
                {"level": "scrap", "above": 2500.0},
            ],
            "margin_to_worse": 20.0,
            "margin_to_better": 320.0,
            "doubts": [],
            "subject": "",
        }
    ]


def test_a_held_inspection_has_a_proposal_and_no_grade() -> None:
    form = inspection_form(inspection(1, held=True), None)
    record = evidence_record(inspection(1, held=True), None, None)

    assert form["proposed"] == "resellable"
    assert form["grade"] is form["condition"] is form["disposition"] is None
    assert record["tote"] == "T-1"
    assert record["decision"] is record["outcome"] is record["calibration_digest"] is None


def test_the_record_holds_the_form_and_everything_behind_it() -> None:
    closed = inspection(2, supersedes=inspection(1).id)
    record = evidence_record(closed, OUTCOME, "c" * 64)
    form = inspection_form(closed, OUTCOME)

    assert {key: record[key] for key in FORM_KEYS} == form
    assert set(record) == {*FORM_KEYS, *MORE_KEYS}
    assert record["operator"] == "li-wei"
    assert record["supersedes"] == inspection(1).id
    assert record["policy_digest"] == POLICY.digest
    assert record["calibration_digest"] == "c" * 64
    assert record["decision"] == {
        "proposed": "resellable",
        "final": "resellable",
        "condition": "light_flaw",
        "by": "li-wei",
        "how": "next-scan",
        "at": "2026-03-04T08:00:02.000000Z",
        "reason": "",
    }
    assert record["frames"] == [
        {
            "shot": frame.shot,
            "camera": "bench",
            "light": frame.light,
            "digest": frame.digest,
            "media_type": "image/jpeg",
            "width": 1280,
            "height": 720,
            "sequence": 2,
            "monotonic_s": 2.0,
            "exposed_at": "2026-03-04T08:00:02.000000Z",
        }
        for frame in closed.judged.examined.frames
    ]


def test_poses_that_disagree_are_all_named() -> None:
    plain = inspection(1)
    examined = plain.judged.examined
    top, bottom = examined.poses
    poses = (top, replace(bottom, model_pack="carton-1 2", calibration=None))
    mixed = replace(plain, judged=replace(plain.judged, examined=replace(examined, poses=poses)))

    form = inspection_form(mixed, OUTCOME)

    assert form["model_pack"] == "carton-1 1, carton-1 2"
    assert form["calibration"] == "bench-1"


def test_equal_inspections_give_equal_bytes() -> None:
    first = canonical(evidence_record(inspection(1), OUTCOME, None))
    second = canonical(dict(reversed(evidence_record(inspection(1), OUTCOME, None).items())))

    assert first == second
    assert b" " not in first.replace(b"Thermos gift box", b"").replace(b"carton 1", b"").replace(
        b"carton-1 1", b""
    )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(strategies.inspections)
def test_any_inspection_has_canonical_bytes_that_read_back(inspected: Inspection) -> None:
    verdict = judge(POLICY, inspected.judged.examined.findings)
    inspected = replace(inspected, judged=replace(inspected.judged, verdict=verdict))
    kept = canonical(evidence_record(inspected, OUTCOME if inspected.decision else None, None))
    back = json.loads(kept, parse_int=float)

    weighed = set() if inspected.weight_g is None else {"weight_g"}
    assert set(back) == {*FORM_KEYS, *MORE_KEYS, *weighed}
    assert back["inspection_id"] == inspected.id
    assert canonical(back) == kept


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800"])
def test_what_json_cannot_carry_is_a_bug(value: object) -> None:
    with pytest.raises(ValueError):
        canonical({"value": value})
