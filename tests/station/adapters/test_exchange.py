"""An answer comes whole and in time, or not at all, whatever the server does."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic

import pytest

from station.adapters.upstream.exchange import Exchange, NoAnswerError, is_address

PATIENCE_S = 20.0
LONGEST = 1000
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Does to each connection what it is told, then closes it."""

    def __init__(self, deed: Callable[[socket.socket, threading.Event], None]) -> None:
        self.connections = 0
        self.ending = threading.Event()
        self._deed = deed
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        self.ending.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self.ending.is_set():
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE_S)
            if connection.recv(65536):
                self._deed(connection, self.ending)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(deed: Callable[[socket.socket, threading.Event], None]) -> Server:
        servers.append(Server(deed))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    made = Exchange(whole_s=PATIENCE_S, longest=LONGEST)
    yield made
    made.close()


def dripping(head: bytes, drop: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def deed(connection: socket.socket, ending: threading.Event) -> None:
        connection.sendall(head)
        while not ending.wait(0.02):
            connection.sendall(drop)

    return deed


def test_an_answer_comes_whole(serve: Callable[..., Server], exchange: Exchange) -> None:
    server = serve(lambda connection, _: connection.sendall(GOOD))

    answer = exchange.ask("GET", server.url, {})

    assert (answer.status, answer.body) == (200, b"{}")


@pytest.mark.parametrize(
    "deed",
    [
        dripping(b"", b""),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b" "),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n{}", b" "),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["silence", "head", "hints", "body", "open-ended-body", "chunks"],
)
def test_a_server_that_drips_is_left_in_time(
    deed: Callable[[socket.socket, threading.Event], None],
    serve: Callable[..., Server],
) -> None:
    server = serve(deed)
    hasty = Exchange(whole_s=0.3, longest=LONGEST)
    begun = monotonic()

    with pytest.raises(NoAnswerError, match=r"no whole answer within 0\.3 s"):
        hasty.ask("GET", server.url, {})
    assert monotonic() - begun < PATIENCE_S
    hasty.close()


def test_an_answer_without_end_is_too_long(
    serve: Callable[..., Server], exchange: Exchange
) -> None:
    server = serve(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (LONGEST + 1)))

    with pytest.raises(NoAnswerError, match="longer than any answer"):
        exchange.ask("GET", server.url, {})


def test_a_connection_that_the_server_closed_in_between_costs_no_question(
    serve: Callable[..., Server], exchange: Exchange
) -> None:
    def once(connection: socket.socket, _: threading.Event) -> None:
        connection.sendall(GOOD)
        connection.recv(65536)

    server = serve(once)

    assert [exchange.ask("GET", server.url, {}).body for _ in range(3)] == [b"{}"] * 3
    assert server.connections == 3


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("http://server", True),
        ("https://server.example:8443/orders/v1", True),
        ("http://[::1]:80/", True),
        ("", False),
        ("server", False),
        ("ftp://server", False),
        ("http://", False),
        ("http://server:port", False),
        ("http://server:80800", False),
        ("http://a..b/", False),
        ("http://server/?key=1", False),
    ],
)
def test_an_address_is_one_that_could_be_asked(url: str, possible: bool) -> None:
    assert is_address(url) is possible
