"""Events and inspections as JSON text: what is read back equals what was written."""

from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from station.adapters.store.failures import store_failed
from station.domain.events import Event
from station.domain.inspection import Inspection

_T = TypeVar("_T")


class Codec:
    """Text of events and inspections. Unreadable text is a STORE_FAILED error."""

    def __init__(self) -> None:
        self._event: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
        self._inspection: TypeAdapter[Inspection] = TypeAdapter(Inspection)

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
