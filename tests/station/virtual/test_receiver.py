"""The reference receiver keeps each result once, whatever happens to it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from station.virtual.receiver_process import ReceiverProcess
from station.virtual.receiver_store import ReceiverStore, Stored


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    process = ReceiverProcess(tmp_path / "received.jsonl")
    yield process
    process.stop()


def post(
    receiver: ReceiverProcess, key: str, body: bytes, path: str = "/inspections"
) -> tuple[int, dict[str, object]]:
    connection = HTTPConnection("127.0.0.1", int(receiver.url.rpartition(":")[2]), timeout=60)
    connection.request("POST", path, body, {"Idempotency-Key": key} if key else {})
    response = connection.getresponse()
    content = json.loads(response.read())
    connection.close()
    return response.status, content


def body(key: str, grade: str = "repair") -> bytes:
    return json.dumps({"inspection_id": key, "grade": grade}).encode()


def test_a_result_is_kept_once(receiver: ReceiverProcess, tmp_path: Path) -> None:
    first = post(receiver, "a", body("a"))
    again = post(receiver, "a", body("a"))

    assert first == (201, {"id": "a", "stored": "new"})
    assert again == (200, {"id": "a", "stored": "repeated"})
    assert receiver.counts() == {"unique_ids": 1, "duplicates": 0, "repeated_posts": 1}
    assert len((tmp_path / "received.jsonl").read_text().splitlines()) == 1


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing(
    receiver: ReceiverProcess, tmp_path: Path
) -> None:
    post(receiver, "a", body("a"))
    status, _ = post(receiver, "a", body("a", grade="scrap"))

    kept = json.loads((tmp_path / "received.jsonl").read_text())
    assert status == 409
    assert kept["body"] == body("a").decode()


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("", body("a")),
        ("b", body("a")),
        ("a", b"not json"),
        ("a", b"[1]"),
        ("a", b"\xff\xfe{"),
        ("a", b"[" * 5000),
    ],
)
def test_a_result_that_is_not_named_is_refused(
    receiver: ReceiverProcess, key: str, sent: bytes
) -> None:
    status, content = post(receiver, key, sent)

    assert status == 400
    assert "name the inspection" in str(content["error"])
    assert receiver.counts()["unique_ids"] == 0


def test_nothing_else_is_taken(receiver: ReceiverProcess) -> None:
    assert post(receiver, "a", body("a"), "/elsewhere")[0] == 404
    with pytest.raises(ValueError, match="does not do that"):
        receiver.misbehave("explode", 1)


def test_what_was_kept_survives_a_kill(tmp_path: Path) -> None:
    first = ReceiverProcess(tmp_path / "received.jsonl")
    post(first, "a", body("a"))
    first._process.kill()
    first.stop()
    second = ReceiverProcess(tmp_path / "received.jsonl")
    again = post(second, "a", body("a"))
    second.stop()

    assert again == (200, {"id": "a", "stored": "repeated"})


def test_a_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "received.jsonl"
    store = ReceiverStore(path)
    store.keep("a", body("a"))
    store.keep("b", body("b"))
    store.close()
    path.write_bytes(path.read_bytes()[:-10])
    store = ReceiverStore(path)
    again = store.keep("b", body("b"))
    store.close()

    assert again is Stored.NEW
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["a", "b"]


def test_duplicates_are_counted_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "received.jsonl"
    store = ReceiverStore(path)
    store.keep("a", body("a"))
    store.close()
    path.write_bytes(path.read_bytes() * 3)
    store = ReceiverStore(path)

    assert store.counts() == {"unique_ids": 1, "duplicates": 2, "repeated_posts": 0}
    store.close()


@pytest.mark.parametrize("mode", ["drop-reply", "down"])
def test_a_spoiled_post_gets_no_answer_and_then_all_is_well(
    receiver: ReceiverProcess, mode: str
) -> None:
    receiver.misbehave(mode, 1)
    with pytest.raises((HTTPException, OSError)):
        post(receiver, "a", body("a"))
    _, content = post(receiver, "a", body("a"))

    assert content["stored"] == ("repeated" if mode == "drop-reply" else "new")


PARENT = """
import sys
from pathlib import Path
from station.virtual.receiver_process import ReceiverProcess
receiver = ReceiverProcess(Path(sys.argv[1]))
print(receiver.url, flush=True)
sys.stdin.read()
"""


def test_the_receiver_ends_with_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "received.jsonl"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert parent.stdout
    assert parent.stdin
    parent.stdout.readline()
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    # The store's lock is free only once the orphan has gone.
    store = ReceiverStore(path)
    store.close()
    parent.stdout.close()
    parent.stdin.close()
