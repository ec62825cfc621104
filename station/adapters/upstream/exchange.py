"""One question over HTTP, and its whole answer within a time and a size.

Every question has a connection of its own: that a kept one was closed by the server in the
meantime, or forgotten by a router on the way, shows only in a question lost on it.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2


class NoAnswerError(Exception):
    """Why there is no answer that could be used."""


def is_address(url: str) -> bool:
    """Whether a server could be asked there."""
    try:
        parsed = httpx2.URL(url)
        parsed.raw_host.decode("ascii").encode("idna")
    except (httpx2.InvalidURL, UnicodeError):
        return False
    port = parsed.port
    return (
        parsed.scheme in ("http", "https")
        and bool(parsed.host)
        and not (parsed.query or parsed.fragment)
        and (port is None or 0 < port < 65536)
    )


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, its body as it came."""

    status: int
    headers: httpx2.Headers
    body: bytes


class Exchange:
    """Asks, and gives up after `whole_s` seconds or `longest` bytes. Safe for many threads."""

    def __init__(self, *, whole_s: float, longest: int, connect_s: float | None = None) -> None:
        self._whole_s = whole_s
        self._longest = longest
        self._client = httpx2.Client(
            headers={"Accept-Encoding": "identity", "Connection": "close"},
            timeout=httpx2.Timeout(whole_s, connect=min(connect_s or whole_s, whole_s)),
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> HttpAnswer:
        """Ask once. NoAnswerError where no whole answer came."""
        with _Deadline(self._whole_s) as deadline:
            request = self._client.build_request(
                method, url, headers=headers, content=content, extensions={"trace": deadline.hear}
            )
            try:
                answer = self._answer(request)
            except httpx2.RequestError as error:
                if not (deadline.passed or isinstance(error, httpx2.TimeoutException)):
                    raise NoAnswerError(str(error) or type(error).__name__) from error
                raise NoAnswerError(f"no whole answer within {self._whole_s:g} s") from error
            if deadline.passed:  # A body that ends with its connection seems whole.
                raise NoAnswerError(f"no whole answer within {self._whole_s:g} s")
            return answer

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _answer(self, request: httpx2.Request) -> HttpAnswer:
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > self._longest:
                    raise NoAnswerError("the answer is longer than any answer should be")
            return HttpAnswer(response.status_code, response.headers, bytes(body))
        finally:
            response.close()


class _Deadline:
    """Shuts the connection when the time is over.

    A read timeout alone never ends a server that sends one byte at a time.
    """

    def __init__(self, whole_s: float) -> None:
        self._timer = threading.Timer(whole_s, self._pass)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def hear(self, event: str, info: Mapping[str, Any]) -> None:
        """The client's trace: take hold of the connection once it stands."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                # Of its own, for TLS takes the original over.
                self._socket = info["return_value"].get_extra_info("socket").dup()
                if self.passed:
                    _shut(self._socket)

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                _shut(self._socket)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # The server was quicker.
        connection.shutdown(socket.SHUT_RDWR)
