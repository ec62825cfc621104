"""Return orders asked of a server, with its answers kept for the time when it is away.

`GET {url}/{code}?kind=item|parcel|order` answers 200 with `{"schema": 1, "items": [...]}`, the
lines that may mean the code in the form of station/ORDERS.md, or 404 where no order names it. An
item is asked as `(01)GTIN` or `(01)GTIN(21)SERIAL`.
"""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from station.adapters.upstream.exchange import Exchange, NoAnswerError, is_address
from station.domain.faults import Fault, FaultCode, StationError, refuse
from station.domain.identity import ItemCode
from station.domain.item import Declared, Item, OrderLine, as_goods, that_mean
from station.domain.parcel import MOST_LINES, Parcel, ParcelKind

WHOLE_S = 3.0
LONGEST_ANSWER = 1024 * 1024
SUBJECT = "orders"

Lines = tuple[OrderLine, ...]


class Answers(Protocol):
    """Answers from before, by what was asked."""

    def put(self, asked: str, at: datetime, body: bytes) -> None:
        """Keep an answer in place of an earlier one."""
        ...

    def get(self, asked: str) -> tuple[datetime, bytes] | None:
        """The kept answer and when it was fetched."""
        ...

    def drop(self, asked: str) -> None:
        """The server no longer knows this."""
        ...


class HttpReturns:
    """Port Catalogue over HTTP. Safe for many threads; a look-up takes at most about `whole_s`.

    StationError ORDERS_DOWN where the server gives no usable answer and none is kept. `read_line`
    reads one item of an answer or raises ValueError. StationError if `url` is no address.
    """

    def __init__(
        self,
        url: str,
        answers: Answers,
        read_line: Callable[[object], OrderLine],
        *,
        now: Callable[[], datetime],
        whole_s: float = WHOLE_S,
    ) -> None:
        if not is_address(url):
            raise refuse(f"{url} is no address of orders: write https://server/path.")
        self._url = url.rstrip("/")
        self._answers = answers
        self._read_line = read_line
        self._now = now
        self._exchange = Exchange(whole_s=whole_s, longest=LONGEST_ANSWER)
        self._lock = threading.Lock()
        self._fault: Fault | None = None

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the server since the last look-up, if anything."""
        with self._lock:
            return self._fault

    def declared(self, code: ItemCode) -> Declared:
        """The order lines that may mean the code."""
        lines, as_of = self._ask("item", str(code), lambda line: line.code.gtin == code.gtin)
        return Declared(that_mean(code, lines), as_of)

    def parcel(self, kind: ParcelKind, code: str) -> Parcel | None:
        """What is declared to be in a parcel, or in all parcels of an order."""

        def of_it(line: OrderLine) -> bool:
            return code == (line.parcel if kind is ParcelKind.PARCEL else line.order)

        lines, as_of = self._ask(kind.value, code, of_it)
        return Parcel(kind, code, lines, as_of) if lines else None

    def goods(self, gtin: str) -> Item | None:
        """The goods as an item of no order; none if no order names them."""
        lines, _ = self._ask("item", str(ItemCode(gtin)), lambda line: line.code.gtin == gtin)
        return as_goods(lines[0]) if lines else None

    def close(self) -> None:
        """Let the connections go."""
        self._exchange.close()

    def _ask(
        self, kind: str, code: str, fits: Callable[[OrderLine], bool]
    ) -> tuple[Lines, datetime | None]:
        """The lines, and when they were fetched if that was not now."""
        path = f"{quote(code, safe='')}?kind={kind}"
        try:
            body = self._fetch(path)
            lines = self._lines(body, fits) if body is not None else ()
        except NoAnswerError as error:
            fault = self._failed(str(error))
            kept = self._answers.get(path)
            if kept is None:
                raise StationError(fault) from error
            return self._lines(kept[1], fits), kept[0]
        with self._lock:
            self._fault = None
        if body is None:
            self._answers.drop(path)
        else:
            self._answers.put(path, self._now(), body)
        return lines, None

    def _failed(self, reason: str) -> Fault:
        detail = f"The return orders cannot be had from {self._url} ({reason}): check the server."
        fault = Fault(FaultCode.ORDERS_DOWN, SUBJECT, detail)
        with self._lock:
            self._fault = fault
        return fault

    def _fetch(self, path: str) -> bytes | None:
        """The body of an answer; none where no order names the code."""
        headers = {"Accept": "application/json"}
        answer = self._exchange.ask("GET", f"{self._url}/{path}", headers)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise NoAnswerError(f"HTTP {answer.status}")
        return answer.body

    def _lines(self, body: bytes, fits: Callable[[OrderLine], bool]) -> Lines:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NoAnswerError("the answer is not JSON") from error
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or answer.get("schema") != 1 or len(items) > MOST_LINES:
            raise NoAnswerError("the answer is no list of order lines")
        try:
            lines = tuple(self._read_line(item) for item in items)
        except ValueError as error:
            raise NoAnswerError(f"a line of the answer is wrong: {error}") from error
        if not all(map(fits, lines)):
            raise NoAnswerError("the answer is about something else than was asked")
        return lines
