"""Orders asked of a real HTTP server that is well, hangs, fails and lies; kept answers say so."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from events import Heard
from lines import entry, gtin, order_line

from station.adapters.clock import SystemClock
from station.adapters.orders.form import line_from_json
from station.adapters.store.order_answers import FILE, OrderAnswers
from station.adapters.upstream.orders import LONGEST_ANSWER, HttpReturns
from station.app.ordering import aside_of
from station.domain.events import FaultCleared, FaultRaised, LookedUp
from station.domain.faults import FaultCode, StationError
from station.domain.identity import ItemCode
from station.domain.item import LookUp, OrderLine
from station.domain.parcel import Parcel, ParcelKind

PATIENCE_S = 20.0
AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
LINES = (
    order_line("RMA-1", 1, serial="A-1", parcel="1Z1234"),
    order_line("RMA-1", 1, parcel="1Z1234"),
    order_line("RMA/2 ü", 2),
)


class Server(ThreadingHTTPServer):
    """Knows LINES until it is told otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.raw: bytes | None = None
        self.asked: list[tuple[str, str]] = []
        self.hang = False
        self.ending = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/api/"


class _Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        code, (kind,) = unquote(parts.path.removeprefix("/api/")), parse_qs(parts.query)["kind"]
        self.server.asked.append((kind, code))
        if self.server.hang:
            self.server.ending.wait(30)
            self.close_connection = True
            return
        if self.server.raw is not None:
            self.wfile.write(self.server.raw)
            self.close_connection = True
            return
        found = [line for line in LINES if code in _names(kind, line)]
        body = json.dumps({"schema": 1, "items": [entry(line) for line in found]}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def _names(kind: str, line: OrderLine) -> tuple[str, ...]:
    if kind == "item":
        return str(line.code), f"(01){line.code.gtin}", f"(01){line.code.gtin}(21)A-1"
    return (line.parcel,) if kind == "parcel" else (line.order,)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.ending.set()
        made.shutdown()
        thread.join()


class Times:
    """A wall clock that is set by hand."""

    at = AT

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def orders(server: Server, times: Times, tmp_path: Path) -> Iterator[HttpReturns]:
    answers = OrderAnswers(tmp_path)
    source = HttpReturns(server.url, answers, line_from_json, now=times.now, whole_s=PATIENCE_S)
    yield source
    source.close()
    answers.close()


ITEM = ItemCode(gtin(1), "A-1")


def raw(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_an_item_a_parcel_and_an_order_are_found(server: Server, orders: HttpReturns) -> None:
    assert orders.declared(ITEM).lines == LINES[:1]
    assert orders.declared(ITEM).as_of is None
    assert orders.parcel(ParcelKind.PARCEL, "1Z1234") == Parcel(
        ParcelKind.PARCEL, "1Z1234", LINES[:2]
    )
    assert orders.parcel(ParcelKind.ORDER, "RMA/2 ü") == Parcel(
        ParcelKind.ORDER, "RMA/2 ü", LINES[2:]
    )
    assert ("item", f"(01){gtin(1)}(21)A-1") in server.asked
    goods = orders.goods(gtin(2))
    assert goods is not None
    assert goods.name == "Goods 2"


def test_not_found_is_an_answer(orders: HttpReturns) -> None:
    assert orders.declared(ItemCode(gtin(9))).lines == ()
    assert orders.parcel(ParcelKind.PARCEL, "1Z9") is None
    assert orders.fault is None


WRONG = (
    raw("500 Oh", b"{}"),
    raw("301 Moved", b""),
    raw("401 No", b""),
    raw("200 OK", b"<html>"),
    raw("200 OK", b"[" * 100_000),
    raw("200 OK", b"\xff\xfe"),
    raw("200 OK", b'{"schema": 2, "items": []}'),
    raw("200 OK", b'{"schema": 1, "items": 7}'),
    raw("200 OK", json.dumps({"schema": 1, "items": [{"order": 7}]}).encode()),
    raw("200 OK", json.dumps({"schema": 1, "items": [entry(LINES[2])]}).encode()),
    raw("200 OK", json.dumps({"schema": 1, "items": [entry(LINES[0])] * 1001}).encode()),
    raw("200 OK", b" " * (LONGEST_ANSWER + 1)),
    b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{",
    b"garbage\r\n\r\n",
    b"",
)


@pytest.mark.parametrize("answer", WRONG, ids=range(len(WRONG)))
def test_a_server_that_fails_or_lies_is_a_fault_in_one_sentence(
    answer: bytes, server: Server, orders: HttpReturns
) -> None:
    server.raw = answer

    with pytest.raises(StationError) as refused:
        orders.declared(ITEM)
    assert refused.value.fault.code is FaultCode.ORDERS_DOWN
    assert str(refused.value).endswith("check the server.")
    assert orders.fault == refused.value.fault
    server.raw = None
    assert orders.declared(ITEM).lines == LINES[:1]
    assert orders.fault is None


def test_a_server_that_hangs_is_left_in_time(server: Server, times: Times, tmp_path: Path) -> None:
    server.hang = True
    answers = OrderAnswers(tmp_path)
    hasty = HttpReturns(server.url, answers, line_from_json, now=times.now, whole_s=0.3)

    with pytest.raises(StationError, match=r"no whole answer within 0\.3 s"):
        hasty.declared(ITEM)
    hasty.close()
    answers.close()


def test_an_earlier_answer_is_used_and_says_so(
    server: Server, orders: HttpReturns, times: Times
) -> None:
    orders.declared(ITEM)
    orders.parcel(ParcelKind.PARCEL, "1Z1234")
    times.at += timedelta(hours=3)
    server.raw = raw("500 Oh", b"")
    found = orders.declared(ITEM)
    parcel = orders.parcel(ParcelKind.PARCEL, "1Z1234")

    assert (found.lines, found.as_of) == (LINES[:1], AT)
    assert parcel is not None
    assert parcel.as_of == AT
    assert orders.fault is not None


def test_what_the_server_no_longer_knows_is_forgotten(server: Server, orders: HttpReturns) -> None:
    orders.declared(ITEM)
    server.raw = raw("404 Not Found", b"")
    assert orders.declared(ITEM).lines == ()
    server.raw = raw("500 Oh", b"")

    with pytest.raises(StationError):
        orders.declared(ITEM)


def test_the_newest_answers_are_kept(tmp_path: Path) -> None:
    answers = OrderAnswers(tmp_path, most=3)
    for number in range(6):
        answers.put(f"a-{number}", AT, b"{}")
    answers.put("a-4", AT, b"[]")

    assert [bool(answers.get(f"a-{number}")) for number in range(6)] == [False] * 4 + [True] * 2
    answers.close()
    again = OrderAnswers(tmp_path)
    assert again.get("a-4") == (AT, b"[]")
    again.close()


def test_a_file_of_answers_that_is_damaged_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database " * 100)

    with pytest.raises(StationError, match="remove that file"):
        OrderAnswers(tmp_path)


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="no address"):
        HttpReturns("ftp://x", OrderAnswers(tmp_path), line_from_json, now=Times().now)


def test_a_look_up_runs_aside_and_its_faults_come_and_go(
    server: Server, orders: HttpReturns
) -> None:
    heard = Heard()
    away = aside_of(orders, heard, SystemClock())
    assert away is not None

    def look() -> LookedUp:
        lines = orders.declared(ITEM).lines
        assert threading.current_thread() is not threading.main_thread()
        return LookedUp(AT, "i-1", LookUp(lines[0].item(ITEM)))

    def vain() -> LookedUp:
        try:
            return look()
        except StationError:
            return LookedUp(AT, "i-2", LookUp(LINES[0].item(ITEM)))

    server.raw = raw("500 Oh", b"")
    away(vain)
    assert heard.wait(FaultRaised).fault.code is FaultCode.ORDERS_DOWN
    server.raw = None
    away(look)
    assert heard.wait(FaultCleared).subject == "orders"
    assert heard.wait(LookedUp, 2).inspection == "i-1"
