"""The reference receiver: a process that keeps each result once, and misbehaves when told to.

`POST /inspections` with an Idempotency-Key keeps the body; `GET /counts` says what is kept;
`POST /misbehave` with `{"mode": …, "for": n}` spoils the next n posts.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from station.virtual.receiver_store import ReceiverStore, Stored

_LONGEST_BODY = 16 * 1024 * 1024
_POLL_S = 0.1


class Mode(StrEnum):
    """Ways in which receivers and networks fail."""

    NONE = "none"
    DOWN = "down"
    DROP_REPLY = "drop-reply"
    ERROR_AFTER_COMMIT = "500-after-commit"
    STALL = "stall"
    TRUNCATE = "truncate"
    TOO_MANY = "429"
    REDIRECT = "redirect"


class Receiver(ThreadingHTTPServer):
    """The HTTP server on 127.0.0.1; a stalled post is held for `stall_s` seconds."""

    daemon_threads = True

    def __init__(self, port: int, store: ReceiverStore, stall_s: float) -> None:
        super().__init__(("127.0.0.1", port), _Exchange)
        self.store = store
        self.stall_s = stall_s
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._mode = Mode.NONE
        self._spoiled = 0

    def misbehave(self, mode: Mode, times: int) -> None:
        """Spoil the next posts."""
        with self._lock:
            self._mode, self._spoiled = mode, times

    def next_mode(self) -> Mode:
        """How the post that came in now is answered."""
        with self._lock:
            if self._spoiled <= 0:
                return Mode.NONE
            self._spoiled -= 1
            return self._mode


class _Exchange(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/counts":
            self._answer(HTTPStatus.OK, self.server.store.counts())
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "ask for /counts"})

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "send a body with its Content-Length"})
        elif self.path == "/inspections":
            self._result(body)
        elif self.path == "/misbehave":
            self._told(body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "post to /inspections"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing: standard output carries one line, the port."""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > _LONGEST_BODY:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _told(self, body: bytes) -> None:
        try:
            told = json.loads(body)
            mode, times = Mode(told["mode"]), int(told["for"])
        except (ValueError, KeyError, TypeError):
            modes = ", ".join(Mode)
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"say mode ({modes}) and for"})
            return
        self.server.misbehave(mode, times)
        self._answer(HTTPStatus.OK, {"mode": mode.value, "for": times})

    def _result(self, body: bytes) -> None:
        match self.server.next_mode():
            case Mode.DOWN:
                self.close_connection = True
            case Mode.STALL:
                self.server.ending.wait(self.server.stall_s)
                self.close_connection = True
            case Mode.TOO_MANY:
                self._answer(HTTPStatus.TOO_MANY_REQUESTS, {"error": "busy"}, ("Retry-After", "1"))
            case Mode.REDIRECT:
                self._answer(HTTPStatus.TEMPORARY_REDIRECT, {}, ("Location", "/elsewhere"))
            case Mode.DROP_REPLY:
                self._keep(body)
                self.close_connection = True
            case Mode.ERROR_AFTER_COMMIT:
                self._keep(body)
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "something failed"})
            case Mode.TRUNCATE:
                self._answer(*self._keep(body), cut=7)
            case Mode.NONE:
                self._answer(*self._keep(body))

    def _keep(self, body: bytes) -> tuple[HTTPStatus, Mapping[str, object]]:
        key = self.headers.get("Idempotency-Key", "")
        try:
            named = json.loads(body.decode())["inspection_id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            named = None
        if not key or named != key:
            error = "name the inspection in the Idempotency-Key and as inspection_id in the body"
            return HTTPStatus.BAD_REQUEST, {"error": error}
        stored = self.server.store.keep(key, body)
        if stored is Stored.CONFLICT:
            return HTTPStatus.CONFLICT, {"id": key, "error": "kept already with another body"}
        status = HTTPStatus.CREATED if stored is Stored.NEW else HTTPStatus.OK
        return status, {"id": key, "stored": stored.value}

    def _answer(
        self,
        status: HTTPStatus,
        content: Mapping[str, object],
        *headers: tuple[str, str],
        cut: int = 0,
    ) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) - cut])
        self.close_connection = self.close_connection or cut > 0


def main(arguments: list[str]) -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m station.virtual.receiver")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--store", type=Path, required=True, help="the file of results")
    parser.add_argument("--stall", type=float, default=30.0, help="seconds a stalled post is held")
    options = parser.parse_args(arguments)
    # Ctrl-C reaches the whole process group; the parent decides when this child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store = ReceiverStore(options.store)
    with Receiver(options.port, store, options.stall) as receiver:
        serving = threading.Thread(target=receiver.serve_forever, args=(_POLL_S,), daemon=True)
        serving.start()
        sys.stdout.write(json.dumps({"port": receiver.server_address[1]}) + "\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
        receiver.ending.set()
        receiver.shutdown()
    store.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
