"""Which item a code names: of the open parcel, or of all orders; and whether it was inspected."""

from dataclasses import replace

from station.domain.identity import ItemCode
from station.domain.item import LookUp, Unidentified
from station.domain.parcel import OpenParcel
from station.ports import Catalogue, Store


def identify(
    catalogue: Catalogue, store: Store, code: ItemCode, opened: OpenParcel | None = None
) -> LookUp:
    """Look a code up; a serialised piece that its order has had inspected is not opened again.

    The same piece in another order is another return of it. Without a serial two pieces of the
    same goods share a code, so nothing can be said of the piece.
    """
    before = store.current_for(code) if code.serial is not None else None
    inspected = before.item.order if before is not None else None
    if opened is not None:
        return _in_parcel(catalogue, code, opened, inspected)
    found = catalogue.declared(code)
    lines = [line for line in found.lines if line.order != inspected]
    if not lines and before is not None:
        return LookUp(None, Unidentified.ALREADY_INSPECTED)
    if not lines:
        known = catalogue.goods(code.gtin) is not None
        return LookUp(None, Unidentified.UNDECLARED if known else Unidentified.UNKNOWN)
    if len({line.order for line in lines}) > 1:
        return LookUp(None, Unidentified.SEVERAL_ORDERS)
    return LookUp(lines[0].item(code), as_of=found.as_of)


def _in_parcel(
    catalogue: Catalogue, code: ItemCode, opened: OpenParcel, inspected: str | None
) -> LookUp:
    """The piece as its parcel declares it, or as one that the parcel's orders do not name."""
    parcel = opened.parcel
    if inspected is not None and inspected in parcel.orders:
        return LookUp(None, Unidentified.ALREADY_INSPECTED)
    line = opened.line_for(code)
    if line is not None:
        return LookUp(line.item(code))
    alike = next((line for line in parcel.lines if line.code.gtin == code.gtin), None)
    goods = alike.item(code) if alike is not None else catalogue.goods(code.gtin)
    if goods is None:
        return LookUp(None, Unidentified.UNKNOWN)
    return LookUp(
        replace(
            goods,
            code=code,
            order=parcel.orders[0],
            parcel=parcel.code,
            buyer_reason="",
            declared=False,
        )
    )
