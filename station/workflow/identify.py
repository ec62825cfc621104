"""Which item a code names, and whether it was inspected before."""

from station.domain.identity import ItemCode
from station.domain.item import LookUp, Unidentified
from station.ports import Catalogue, Store


def identify(catalogue: Catalogue, store: Store, code: ItemCode) -> LookUp:
    """Look a code up; a serialised item that already has a current inspection is not opened again.

    Without a serial two pieces of the same goods share a code, so nothing can be said of the piece.
    """
    answer = catalogue.look_up(code)
    if answer.item is None or code.serial is None:
        return answer
    if store.current_for(code) is not None:
        return LookUp(None, Unidentified.ALREADY_INSPECTED)
    return answer
