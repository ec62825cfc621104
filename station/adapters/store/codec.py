"""Events, inspections, corrections and closed parcels as JSON text, read as they were written."""

from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from station.adapters.store.failures import store_failed
from station.domain.correction import Correction
from station.domain.events import Event
from station.domain.inspection import Inspection
from station.domain.parcel import ParcelClosure

_T = TypeVar("_T")


class Codec:
    """Text of what the store keeps. Unreadable text is a STORE_FAILED error."""

    def __init__(self) -> None:
        self._event: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
        self._inspection: TypeAdapter[Inspection] = TypeAdapter(Inspection)
        self._correction: TypeAdapter[Correction] = TypeAdapter(Correction)
        self._closure: TypeAdapter[ParcelClosure] = TypeAdapter(ParcelClosure)

    def event_text(self, event: Event) -> str:
        """An event as JSON; `kind` tells which."""
        return self._event.dump_json(event).decode()

    def event(self, text: str) -> Event:
        """The event in the text."""
        return _read(self._event, text, "an event of the journal")

    def inspection_text(self, inspection: Inspection) -> str:
        """An inspection as JSON."""
        return self._inspection.dump_json(inspection).decode()

    def inspection(self, text: str) -> Inspection:
        """The inspection in the text."""
        return _read(self._inspection, text, "an inspection")

    def correction_text(self, correction: Correction) -> str:
        """A correction as JSON."""
        return self._correction.dump_json(correction).decode()

    def correction(self, text: str) -> Correction:
        """The correction in the text."""
        return _read(self._correction, text, "a correction")

    def closure_text(self, closure: ParcelClosure) -> str:
        """A parcel's closure as JSON."""
        return self._closure.dump_json(closure).decode()

    def closure(self, text: str) -> ParcelClosure:
        """The closure in the text."""
        return _read(self._closure, text, "a closed parcel")


def _read(adapter: TypeAdapter[_T], text: str, what: str) -> _T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise store_failed(
            f"The station's database holds {what} that cannot be read ({place}: "
            f"{problem['msg']}): restore the last backup or call the integrator."
        ) from error
