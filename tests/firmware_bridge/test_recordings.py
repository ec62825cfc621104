"""Recorded wires decode as they did; a recording of a site is added by putting its file here.

`NAME.jsonl` comes from `regrade devices watch … --record NAME.jsonl`, `NAME.expected.json` holds
what its device says: `python tests/firmware_bridge/test_recordings.py` writes those that are
missing, to be read and corrected by a person. Those here were recorded from emulated devices.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from firmware_bridge.codecs.code import Code
from firmware_bridge.families.index import family
from firmware_bridge.readings import Lost, TagRead
from firmware_bridge.recording import ReplayedWire, read_recording

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))


def expectation(recording: Path) -> Path:
    return recording.with_suffix(".expected.json")


def said(path: Path) -> list[dict[str, object]]:
    """What the device of a recording says, without the bytes."""
    recording = read_recording(path)
    known = family(recording.kind)
    assert known is not None
    return [_told(entry) for entry in known.decode(recording.sent_by("device"))]


def _told(entry: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if key != "raw"}


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_device_says_what_it_said(path: Path) -> None:
    assert said(path) == json.loads(expectation(path).read_text("utf-8"))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_client_fed_with_a_recording_reads_nothing_else(path: Path) -> None:
    recording = read_recording(path)
    known = family(recording.kind)
    assert known is not None
    assert known.listen is not None
    client = known.listen(lambda: ReplayedWire(recording.entries))
    readings: list[object] = []
    while not any(isinstance(reading, Lost) for reading in readings):
        readings += client.poll(0.5)
    client.close()

    messages = said(path)
    tags = {entry["epc"] for entry in messages if "epc" in entry}
    texts = {entry["text"] for entry in messages if "text" in entry}
    assert {reading.epc for reading in readings if isinstance(reading, TagRead)} <= tags
    assert {reading.text for reading in readings if isinstance(reading, Code)} <= texts


def test_there_are_recordings() -> None:
    assert len(RECORDINGS) >= 5


if __name__ == "__main__":
    for one in RECORDINGS:
        if not expectation(one).exists():
            expectation(one).write_text(json.dumps(said(one), indent=1) + "\n", "utf-8")
