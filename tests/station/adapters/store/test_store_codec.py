"""What the store reads back equals what was written."""

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings

from station.adapters.store.codec import Codec
from station.domain.events import Event
from station.domain.faults import FaultCode, StationError
from station.domain.inspection import Inspection
from station.domain.parcel import ParcelClosure
from tests.support import strategies
from tests.support.kept import inspection

CODEC = Codec()
BROAD = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@BROAD
@given(strategies.events)
def test_an_event_survives_being_written_and_read(event: Event) -> None:
    back = CODEC.event(CODEC.event_text(event))

    assert back == event
    assert type(back) is type(event)
    assert back.at.tzinfo is not None


@BROAD
@given(strategies.inspections)
def test_an_inspection_survives_being_written_and_read(inspected: Inspection) -> None:
    assert CODEC.inspection(CODEC.inspection_text(inspected)) == inspected


@BROAD
@given(strategies.closures)
def test_a_closed_parcel_survives_being_written_and_read(closure: ParcelClosure) -> None:
    assert CODEC.closure(CODEC.closure_text(closure)) == closure


def test_every_kind_of_event_has_a_name_of_its_own() -> None:
    kinds = [kind.__dataclass_fields__["kind"].default for kind in get_args(Event)]

    assert len(set(kinds)) == len(kinds) > 0


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "unheard-of"}', '{"kind": "tick"}'])
def test_unreadable_text_is_a_fault_in_one_sentence(text: str) -> None:
    with pytest.raises(StationError) as refused:
        CODEC.event(text)

    assert refused.value.fault.code is FaultCode.STORE_FAILED
    assert "restore the last backup" in str(refused.value)


def test_facts_that_break_a_rule_of_the_domain_are_not_read_back() -> None:
    text = CODEC.inspection_text(inspection(1)).replace('"tote":null', '"tote":"T-9"')

    with pytest.raises(StationError):
        CODEC.inspection(text)
