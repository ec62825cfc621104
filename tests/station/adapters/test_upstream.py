"""What counts as delivered, what passes, and what a person must look at."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from station.adapters.upstream.posting import STEPS, HttpUpstream
from station.domain.faults import FaultCode, StationError
from station.domain.outbox import Delivered, Rejected, Unreachable
from station.virtual.receiver_process import ReceiverProcess
from tests.support.kept import entry, inspection_id

ID = inspection_id(1)


class Scripted(ThreadingHTTPServer):
    """Answers each post with the same bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.raw = b""
        self.seen: list[tuple[str, dict[str, str], bytes]] = []


class _Answer(BaseHTTPRequestHandler):
    server: Scripted

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers.items()), body))
        self.wfile.write(self.server.raw)
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as scripted:
        thread = threading.Thread(target=scripted.serve_forever, args=(0.02,))
        thread.start()
        yield scripted
        scripted.shutdown()
        thread.join()


@pytest.fixture
def upstream(server: Scripted) -> Iterator[HttpUpstream]:
    client = HttpUpstream(f"http://127.0.0.1:{server.server_address[1]}/api/")
    yield client
    client.close()


def answer(status: str, content: object = None, *headers: str) -> bytes:
    body = b"" if content is None else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def test_a_post_names_the_inspection_and_carries_the_body(
    server: Scripted, upstream: HttpUpstream
) -> None:
    server.raw = answer("201 Created", {"id": ID, "stored": "new"})
    upstream.post(entry(1))
    path, headers, body = server.seen[0]

    assert path == "/api/inspections"
    assert headers["Idempotency-Key"] == ID
    assert headers["Content-Type"] == "application/json"
    assert body == entry(1).body


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (answer("201 Created", {"id": ID, "stored": "new"}), Delivered()),
        (answer("200 OK", {"id": ID, "stored": "repeated"}), Delivered(repeated=True)),
        (answer("400 Bad Request"), Rejected("HTTP 400")),
        (answer("409 Conflict"), Rejected("HTTP 409")),
        (answer("410 Gone"), Rejected("HTTP 410")),
        (answer("413 Content Too Large"), Rejected("HTTP 413")),
        (answer("422 Unprocessable"), Rejected("HTTP 422")),
        (answer("401 Unauthorized"), Unreachable("HTTP 401")),
        (answer("403 Forbidden"), Unreachable("HTTP 403")),
        (answer("404 Not Found"), Unreachable("HTTP 404")),
        (answer("408 Request Timeout"), Unreachable("HTTP 408")),
        (answer("425 Too Early"), Unreachable("HTTP 425")),
        (answer("500 Oops"), Unreachable("HTTP 500")),
        (answer("302 Found", None, "Location: /inspections"), Unreachable("HTTP 302")),
        (answer("429 Slow", None, "Retry-After: 7"), Unreachable("HTTP 429", timedelta(seconds=7))),
        (answer("503 No", None, "Retry-After: soon"), Unreachable("HTTP 503")),
        (
            answer(
                "503 No",
                None,
                "Date: Wed, 04 Mar 2026 08:00:00 GMT",
                "Retry-After: Wed, 04 Mar 2026 08:00:30 GMT",
            ),
            Unreachable("HTTP 503", timedelta(seconds=30)),
        ),
        (
            answer("503 No", None, "Retry-After: " + "9" * 5000),
            Unreachable("HTTP 503", timedelta(seconds=999_999_999)),
        ),
    ],
)
def test_each_answer_has_its_meaning(
    server: Scripted, upstream: HttpUpstream, raw: bytes, expected: object
) -> None:
    server.raw = raw

    assert upstream.post(entry(1)) == expected
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"what?\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{}",
        answer("200 OK"),
        answer("200 OK", []),
        answer("200 OK", {"id": inspection_id(2), "stored": "new"}),
        answer("200 OK", {"id": ID}),
        answer("200 OK", {"id": ID, "stored": ["new"]}),
        answer("204 No Content"),
        answer("200 OK", {"id": ID, "stored": "new", "pad": "x" * 70_000}),
        b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b"[" * 60_000,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_receiver_that_does_not_say_what_it_has_is_not_believed(
    server: Scripted, upstream: HttpUpstream, raw: bytes
) -> None:
    server.raw = raw

    assert isinstance(upstream.post(entry(1)), Unreachable)


def test_nobody_there_is_unreachable() -> None:
    steps: list[str] = []
    upstream = HttpUpstream("http://127.0.0.1:9", steps.append)
    nobody = upstream.post(entry(1))
    upstream.close()

    assert isinstance(nobody, Unreachable)
    assert nobody.reason.startswith("no answer: ")
    assert tuple(steps) == STEPS


@pytest.mark.parametrize("url", ["", "receiver.example", "ftp://receiver.example", "file:///etc"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StationError) as refused:
        HttpUpstream(url)

    assert refused.value.fault.code is FaultCode.BAD_INPUT


@pytest.mark.parametrize(
    ("mode", "then_repeated"),
    [
        ("down", False),
        ("drop-reply", True),
        ("500-after-commit", True),
        ("stall", False),
        ("truncate", True),
        ("429", False),
        ("redirect", False),
    ],
)
def test_the_reference_receivers_misdeeds_pass_and_the_result_is_there_once(
    tmp_path: Path, mode: str, then_repeated: bool
) -> None:
    receiver = ReceiverProcess(tmp_path / "received.jsonl")
    patient = HttpUpstream(receiver.url, whole_s=20)
    hasty = HttpUpstream(receiver.url, whole_s=0.5)
    receiver.misbehave(mode, 1)
    spoiled = (hasty if mode == "stall" else patient).post(entry(1))
    after = patient.post(entry(1))
    counts = receiver.counts()
    hasty.close()
    patient.close()
    receiver.stop()

    assert isinstance(spoiled, Unreachable)
    assert after == Delivered(repeated=then_repeated)
    assert counts["unique_ids"] == 1
    assert counts["duplicates"] == 0


def test_another_body_under_the_same_id_is_rejected(tmp_path: Path) -> None:
    receiver = ReceiverProcess(tmp_path / "received.jsonl")
    upstream = HttpUpstream(receiver.url)
    first = upstream.post(entry(1))
    other = entry(1)
    other = type(other)(other.inspection_id, other.body[:-1] + b', "x": 1}', other.release_at)
    second = upstream.post(other)
    upstream.close()
    receiver.stop()

    assert first == Delivered()
    assert second == Rejected("HTTP 409")
