"""The parcel on the operator's desk: its count while open, its differences once closed."""

from collections import Counter

from station.domain.identity import ItemCode
from station.domain.parcel import ParcelClosure
from station.screen.view import ParcelView, Text
from station.workflow.stages import ParcelDesk


def parcel_view(desk: ParcelDesk) -> ParcelView | None:
    """The open parcel, or the one that was closed last; none where there is neither."""
    closed, opened = desk.closed, desk.opened
    if closed is not None:
        parcel = closed.opened.parcel
        present = closed.tally.present
        return ParcelView(
            parcel.code, present, parcel.pieces, closed=True, differences=_differences(closed)
        )
    if opened is None:
        return None
    return ParcelView(opened.parcel.code, opened.tally.present, opened.parcel.pieces)


def _differences(closure: ParcelClosure) -> tuple[Text, ...]:
    """One line for each kind of goods missing, then for each that nobody declared."""
    done = closure.tally
    names = {line.code.gtin: line.name for line in closure.opened.parcel.lines}
    missing: Counter[str] = Counter()
    for one in done.missing:
        missing[one.line.name] += one.quantity
    extra = Counter(_name(code, names) for code in done.extra)
    return (
        *(_text("screen.parcel-missing", name, count) for name, count in missing.items()),
        *(_text("screen.parcel-extra", name, count) for name, count in extra.items()),
    )


def _name(code: ItemCode, names: dict[str, str]) -> str:
    return names.get(code.gtin, str(code))


def _text(message: str, name: str, count: int) -> Text:
    return Text(message, (("name", name), ("count", str(count))))
