"""Return orders on their way from a file to the bench: checked, imported, looked up."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from station.adapters.aside import Aside
from station.adapters.clock import SystemClock
from station.adapters.orders.files import OrderFile, Progress
from station.adapters.orders.form import FileForm, line_from_json
from station.adapters.store.order_answers import OrderAnswers
from station.adapters.store.order_file import FILE
from station.adapters.store.order_import import Imported, Source, TwiceError, import_orders
from station.adapters.store.returns import Counts, SqlReturns
from station.adapters.upstream.orders import SUBJECT as ORDERS_SUBJECT
from station.adapters.upstream.orders import HttpReturns
from station.app.keeping import default_state
from station.domain.events import Event, FaultCleared, FaultRaised
from station.domain.faults import StationError, refuse
from station.domain.identity import ItemCode
from station.domain.item import OrderLine
from station.domain.parcel import ParcelKind, parcel_code
from station.domain.scan import ItemScanned, read_scan
from station.ports import Catalogue

Say = Callable[[str], None]

_DEMONSTRATION_GTIN = "09520123456788"


def import_file(
    path: Path, state: Path | None, form: FileForm | None = None, say: Say = lambda _: None
) -> Imported:
    """Import the file into the state directory; `say` hears of the progress.

    StationError names the first wrong line; then nothing was imported.
    """
    file = OrderFile(path, form)
    try:
        source = Source.of(path)
    except OSError as error:
        raise refuse(f"{path} cannot be read ({error.strerror}): name a readable file") from error

    def report(progress: Progress) -> None:
        say(f"{path.name}: {progress.lines} lines, {progress.share:.0%}")

    try:
        return import_orders(state or default_state(), file.lines(report), source)
    except TwiceError as error:
        raise _twice(file, error) from error


def check_file(path: Path, form: FileForm | None = None) -> Counts:
    """Import the file to where nobody looks, and count what it holds.

    StationError names the first wrong line.
    """
    with tempfile.TemporaryDirectory(prefix="regrade-orders-") as folder:
        import_file(path, Path(folder), form)
        returns = SqlReturns(Path(folder))
        try:
            return returns.count()
        finally:
            returns.close()


def orders_in(state: Path, file: Path | None, say: Say = lambda _: None) -> SqlReturns:
    """The orders of a station; those of `file` are imported first unless they are in already."""
    returns = SqlReturns(state)
    if file is None:
        return returns
    try:
        known = returns.has(Source.of(file))
    except OSError as error:
        raise refuse(f"{file} cannot be read ({error.strerror}): name a readable file") from error
    if not known:
        import_file(file, state, say=say)
    return returns


def orders_from(url: str, patience_s: float, state: Path) -> HttpReturns:
    """The orders of a server, with its answers kept in the state directory."""
    return HttpReturns(
        url,
        OrderAnswers(state),
        line_from_json,
        now=SystemClock().now,
        whole_s=patience_s,
    )


def ask_server(url: str, patience_s: float) -> None:
    """Ask a server for goods of the demonstration prefix, which it need not know.

    StationError if it gives no usable answer.
    """
    with tempfile.TemporaryDirectory(prefix="regrade-orders-") as folder:
        answers = OrderAnswers(Path(folder))
        returns = HttpReturns(
            url, answers, line_from_json, now=SystemClock().now, whole_s=patience_s
        )
        try:
            returns.declared(ItemCode(_DEMONSTRATION_GTIN))
        finally:
            returns.close()
            answers.close()


def aside_of(
    orders: Catalogue, emit: Callable[[Event], None], clock: SystemClock
) -> Callable[[Callable[[], Event]], None] | None:
    """Where look-ups run: on threads of their own for a server's orders, else none.

    What is wrong with the server is raised as a fault, and cleared when it answers again.
    """
    if not isinstance(orders, HttpReturns):
        return None

    def report() -> None:
        fault = orders.fault
        if fault is None:
            emit(FaultCleared(clock.now(), ORDERS_SUBJECT))
        else:
            emit(FaultRaised(clock.now(), fault))

    return Aside(emit, after=report)


def shown(code: str, state: Path | None) -> dict[str, object]:
    """What the imported orders say of a code: an item's, a parcel's, or an order's number."""
    returns = SqlReturns(state or default_state())
    try:
        meaning = read_scan(code)
        if isinstance(meaning, ItemScanned):
            found = returns.declared(meaning.item).lines
            goods = returns.goods(meaning.item.gtin)
            return {
                "code": str(meaning.item),
                "kind": "item",
                "known_goods": goods is not None,
                "lines": [line_form(line) for line in found],
            }
        tracking = parcel_code(code)
        parcel = returns.parcel(ParcelKind.PARCEL, tracking) if tracking else None
        parcel = parcel or returns.parcel(ParcelKind.ORDER, code.removeprefix("RG:ORDER:"))
        return {
            "code": parcel.code if parcel else code,
            "kind": parcel.kind.value if parcel else None,
            "known_goods": False,
            "lines": [line_form(line) for line in parcel.lines] if parcel else [],
        }
    finally:
        returns.close()


def any_imported(state: Path | None) -> bool:
    """Whether the state directory holds imported orders at all."""
    return ((state or default_state()) / FILE).exists()


def line_form(line: OrderLine) -> dict[str, object]:
    """An order line in the keys of the order file."""
    return {
        "order": line.order,
        "parcel": line.parcel or None,
        "gtin": line.code.gtin,
        "serial": line.code.serial,
        "quantity": line.quantity,
        "name": line.name,
        "category": line.category,
        "size_mm": list(line.size_mm),
        "buyer_reason": line.buyer_reason,
    }


def _twice(file: OrderFile, error: TwiceError) -> StationError:
    first, second = file.line_of(error.first), file.line_of(error.second)
    return file.wrong(second, f"the piece {error.code} is on line {first} already")
