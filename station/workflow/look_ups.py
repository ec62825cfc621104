"""Look-ups in the return orders, as the events that answer them. Safe on any thread."""

from dataclasses import dataclass

from station.domain.events import LookedUp, ParcelLookedUp
from station.domain.faults import StationError
from station.domain.item import LookUp, Unidentified
from station.domain.parcel import OpenParcel, Parcel, ParcelAsked, ParcelKind, parcel_code
from station.ports import Catalogue, Clock, Parcels, Store
from station.workflow.commands import FindOrder, FindParcel
from station.workflow.identify import identify


@dataclass(frozen=True, slots=True)
class LookUps:
    """The orders beside what the bench itself knows. Orders that do not answer are an answer."""

    catalogue: Catalogue
    store: Store
    parcels: Parcels
    clock: Clock

    def answer(
        self, asked: FindOrder | FindParcel, opened: OpenParcel | None
    ) -> LookedUp | ParcelLookedUp:
        """What is found for a command, with `opened` as the parcel at the bench."""
        if isinstance(asked, FindParcel):
            return self._parcel(asked.asked)
        try:
            answer = identify(self.catalogue, self.store, asked.code, opened)
        except StationError:
            answer = LookUp(None, Unidentified.UNREACHABLE)
        return LookedUp(self.clock.now(), asked.inspection, answer)

    def given_up(self, asked: FindOrder | FindParcel) -> LookedUp | ParcelLookedUp:
        """The answer of orders that take too long."""
        now = self.clock.now()
        if isinstance(asked, FindParcel):
            return ParcelLookedUp(now, asked.asked.id, None, reached=False)
        return LookedUp(now, asked.inspection, LookUp(None, Unidentified.UNREACHABLE))

    def _parcel(self, asked: ParcelAsked) -> ParcelLookedUp:
        try:
            parcel = self._declared(asked)
            before = self.parcels.closure_of(parcel) if parcel is not None else None
        except StationError:
            return ParcelLookedUp(self.clock.now(), asked.id, None, reached=False)
        return ParcelLookedUp(self.clock.now(), asked.id, parcel, before)

    def _declared(self, asked: ParcelAsked) -> Parcel | None:
        for kind in (asked.kind,) if asked.kind is not None else tuple(ParcelKind):
            tracking = parcel_code(asked.code) if kind is ParcelKind.PARCEL else None
            found = self.catalogue.parcel(kind, tracking or asked.code)
            if found is not None:
                return found
        return None
