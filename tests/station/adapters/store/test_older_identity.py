"""Journals and inspections from before tags and codes in pictures were read are still read."""

import json
from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings

from station.adapters.store.codec import Codec
from station.domain.events import Began, PoseAnswered
from station.domain.inspection import IdentifiedBy, Inspection, Opened, PoseExamined
from tests.support.strategies import answers, inspections, instant

NEW = ("by", "epc", "contradiction")


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(inspections)
def test_an_inspection_without_its_identification_was_by_barcode(inspection: Inspection) -> None:
    codec = Codec()
    facts = json.loads(codec.inspection_text(inspection))
    opened = facts["judged"]["examined"]["identified"]["opened"]
    for key in NEW:
        del opened[key]

    read = codec.inspection(json.dumps(facts)).judged.examined.identified.opened

    assert (read.by, read.epc, read.contradiction) == (IdentifiedBy.BARCODE, None, None)
    assert read == Opened(read.id, read.code, read.operator, read.opened_at, read.supersedes)


@settings(max_examples=25)
@given(answers, instant)
def test_an_answer_of_the_examiner_without_codes_saw_none(
    result: PoseExamined, at: datetime
) -> None:
    codec = Codec()
    facts = json.loads(codec.event_text(PoseAnswered(at, "i1", 0, result)))
    del facts["result"]["codes"]

    read = codec.event(json.dumps(facts))

    assert read == PoseAnswered(at, "i1", 0, replace(result, codes=()))


def test_a_segment_without_tags_begins_without_any() -> None:
    text = '{"at": "2026-03-04T08:00:00Z", "operator": "li", "ended": 2, "kind": "began"}'

    read = Codec().event(text)

    assert isinstance(read, Began)
    assert read.tags == ()
