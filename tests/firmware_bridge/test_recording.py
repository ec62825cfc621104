"""Recordings of a wire: written as it happens, read again, replayed to a client and by a device."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import FakeTime, Loopback

from firmware_bridge.clients.m100 import M100Reader
from firmware_bridge.emulators.replayed import Replayed
from firmware_bridge.families.m100 import FAMILY, imitate
from firmware_bridge.readings import Back, Lost, TagRead
from firmware_bridge.recording import (
    Changed,
    Passed,
    Recorder,
    Recording,
    RecordingError,
    ReplayedWire,
    TappedWire,
    read_recording,
)

EPC = "3036450FEC2C9B80000003E9"
POLLS = 60


def recorded(path: Path) -> Recording:
    """A conversation of the real client with an imitated reader, kept in a file."""
    time = FakeTime()
    reader = imitate([f"tag {EPC}"])
    with path.open("w", encoding="utf-8") as out:
        recorder = Recorder("m100", out)
        client = M100Reader(
            lambda: TappedWire(lambda: Loopback(reader, time), recorder.see, time),
            clock=time,
            sleep=time.sleep,
        )
        for _ in range(POLLS):
            client.poll(0.05)
        client.close()
    return read_recording(path)


def tags_of(events: list[object]) -> list[str]:
    return [event.epc for event in events if isinstance(event, TagRead)]


def test_a_recording_holds_what_both_sides_sent(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "site.jsonl")

    assert recording.kind == "m100"
    assert recording.entries[0] == Changed(100.0, "opened")
    assert recording.sent_by("computer").startswith(bytes.fromhex("BB00280000287E"))
    said = FAMILY.decode(recording.sent_by("device"))
    assert {entry["epc"] for entry in said if "epc" in entry} == {EPC}
    assert not any(entry["damaged"] for entry in said)


def test_a_recording_fed_to_the_client_gives_the_same_tags(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "site.jsonl")
    wire = ReplayedWire(recording.entries)
    client = M100Reader(lambda: wire, clock=wire.clock, sleep=lambda _: None)

    events: list[object] = []
    while not any(isinstance(event, Lost) for event in events):
        events += client.poll(0.05)

    assert events[0] == Back()
    assert set(tags_of(events)) == {EPC}


def test_a_recorded_device_answers_again_as_it_did(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "site.jsonl")
    time = FakeTime()
    replayed = Replayed(recording)
    client = M100Reader(lambda: Loopback(replayed, time), clock=time, sleep=time.sleep)

    events = [event for _ in range(POLLS) for event in client.poll(0.05)]

    assert events[0] == Back()
    assert set(tags_of(events)) == {EPC}


def test_nothing_can_be_done_to_a_recorded_device(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plays by itself"):
        Replayed(Recording("m100", ())).act("tag 3036", 0.0)


@given(
    st.lists(
        st.builds(
            Passed,
            st.floats(0, 1e6).map(lambda t: round(t, 6)),
            st.sampled_from(["device", "computer"]),
            st.binary(max_size=40),
        )
        | st.builds(
            Changed,
            st.floats(0, 1e6).map(lambda t: round(t, 6)),
            st.sampled_from(["opened", "lost"]),
        )
    )
)
def test_what_is_written_is_read_again(entries: list[Passed | Changed]) -> None:
    out = io.StringIO()
    recorder = Recorder("plain", out)
    for entry in entries:
        recorder.see(entry)

    assert read_lines(out.getvalue()) == Recording("plain", tuple(entries))


def read_lines(text: str) -> Recording:
    """Read a recording from text, as from a file of it."""

    class Lines:
        name = "lines"

        def open(self, **_: str) -> io.StringIO:
            return io.StringIO(text)

    return read_recording(Lines())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("{}", "line 1"),
        ('{"recording": 9, "kind": "m100"}', "line 1: a recording of version 9"),
        ('{"recording": 1, "kind": "m100"}\nnonsense', "line 2: not an entry"),
        ('{"recording": 1, "kind": "m100"}\n{"t": 0, "from": "cat", "hex": ""}', "line 2: bytes"),
        ('{"recording": 1, "kind": "m100"}\n{"t": 0, "from": "device", "hex": "B"}', "line 2"),
        ('{"recording": 1, "kind": "m100"}\n{"t": 0, "wire": "torn"}', "line 2: a wire"),
        ('{"recording": 1, "kind": "m100"}\n{"t": NaN, "wire": "lost"}', "line 2: a time"),
        ('{"recording": 1, "kind": "m100"}\n' + " " * 3_000_000 + "{", "line 2"),
        ('{"recording": 1, "kind": "m100"}\n' + "[" * 100_000, "line 2"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_its_line(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text, "utf-8")

    with pytest.raises(RecordingError, match=said):
        read_recording(path)
