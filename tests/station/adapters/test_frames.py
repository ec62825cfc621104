"""Evidence pictures are on disk under their own digest, or nothing is."""

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.adapters.frames import GRACE, STEPS, FrameFiles
from station.domain.faults import FaultCode, StationError
from tests.support.kept import frame, pixels
from tests.support.small_disk import small_disk

SHOT = "top-bright"
NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> FrameFiles:
    return FrameFiles(tmp_path)


def keep(files: FrameFiles, number: int) -> str:
    files.keep("i-1", frame(number, SHOT), pixels(number, SHOT))
    return frame(number, SHOT).digest


def path_of(tmp_path: Path, digest: str) -> Path:
    return tmp_path / "evidence" / digest[:2] / f"{digest[2:]}.jpg"


def age(path: Path, by: timedelta) -> None:
    then = (NOW - by).timestamp()
    os.utime(path, (then, then))


def test_a_picture_is_kept_under_its_digest(files: FrameFiles, tmp_path: Path) -> None:
    digest = keep(files, 1)

    assert files.evidence(digest) == pixels(1, SHOT)
    assert path_of(tmp_path, digest).read_bytes() == pixels(1, SHOT)
    assert list((tmp_path / "evidence" / "incoming").iterdir()) == []


def test_a_lossless_picture_is_kept_too(files: FrameFiles) -> None:
    lossless = replace(frame(1, SHOT), media_type="image/png")
    files.keep("i-1", lossless, pixels(1, SHOT))

    assert files.evidence(lossless.digest) == pixels(1, SHOT)


def test_bytes_of_another_picture_are_a_bug(files: FrameFiles) -> None:
    with pytest.raises(ValueError, match="not those of its digest"):
        files.keep("i-1", frame(1, SHOT), pixels(2, SHOT))

    assert files.missing([frame(1, SHOT).digest]) == (frame(1, SHOT).digest,)


def test_a_picture_of_unknown_kind_is_a_bug(files: FrameFiles) -> None:
    with pytest.raises(ValueError, match="image/webp"):
        files.keep("i-1", replace(frame(1, SHOT), media_type="image/webp"), pixels(1, SHOT))


def test_absent_and_altered_pictures_are_missing(files: FrameFiles, tmp_path: Path) -> None:
    whole, altered, gone = (keep(files, number) for number in (1, 2, 3))
    path_of(tmp_path, altered).write_bytes(pixels(9, SHOT))
    path_of(tmp_path, gone).unlink()

    assert files.missing([whole, altered, gone]) == (altered, gone)


def test_every_bit_of_a_picture_counts(files: FrameFiles, tmp_path: Path) -> None:
    digest = keep(files, 1)
    original = pixels(1, SHOT)
    for bit in range(0, len(original) * 8, 97):
        flipped = bytearray(original)
        flipped[bit // 8] ^= 1 << bit % 8
        path_of(tmp_path, digest).write_bytes(flipped)

        assert files.missing([digest]) == (digest,)


@pytest.mark.parametrize(("alter", "words"), [(True, "was altered"), (False, "is missing")])
def test_asking_for_a_picture_that_is_not_whole_says_so(
    files: FrameFiles, tmp_path: Path, alter: bool, words: str
) -> None:
    digest = keep(files, 1)
    if alter:
        path_of(tmp_path, digest).write_bytes(b"")
    else:
        path_of(tmp_path, digest).unlink()

    with pytest.raises(StationError, match=words) as failed:
        files.evidence(digest)

    assert failed.value.fault.code is FaultCode.STORE_FAILED


def test_keeping_again_mends_an_altered_file(files: FrameFiles, tmp_path: Path) -> None:
    digest = keep(files, 1)
    path_of(tmp_path, digest).write_bytes(b"")
    keep(files, 1)

    assert files.missing([digest]) == ()


def test_the_sweep_takes_only_what_is_old_and_needed_by_nobody(
    files: FrameFiles, tmp_path: Path
) -> None:
    needed, old, young = (keep(files, number) for number in (1, 2, 3))
    unfinished = tmp_path / "evidence" / "incoming" / "tmp1"
    fresh = tmp_path / "evidence" / "incoming" / "tmp2"
    for path in (unfinished, fresh):
        path.write_bytes(b"half a pict")
    for path in (path_of(tmp_path, needed), path_of(tmp_path, old), unfinished):
        age(path, GRACE + timedelta(minutes=1))
    for path in (path_of(tmp_path, young), fresh):
        age(path, GRACE - timedelta(minutes=1))

    removed = files.sweep(NOW, lambda digest: digest == needed)

    assert {path for path in removed if path} == {path_of(tmp_path, old), unfinished}
    assert files.missing([needed, young, old]) == (old,)
    assert fresh.exists()


def test_each_step_is_told_in_order(tmp_path: Path) -> None:
    steps: list[str] = []
    keep(FrameFiles(tmp_path, steps.append), 1)

    assert tuple(steps) == STEPS


def test_a_full_disk_keeps_nothing_and_says_so() -> None:
    with small_disk(4 << 20) as disk:
        files = FrameFiles(disk)
        noise = os.urandom(8 << 20)
        facts = replace(frame(1, SHOT), digest=hashlib.sha256(noise).hexdigest())
        with pytest.raises(StationError) as failed:
            files.keep("i-1", facts, noise)

        assert failed.value.fault.code is FaultCode.DISK_FULL
        assert failed.value.fault.subject == "disk"
        assert failed.value.fault.blocks
        assert list((disk / "evidence" / "incoming").iterdir()) == []
        assert keep(files, 2)


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")

    with pytest.raises(StationError) as failed:
        FrameFiles(tmp_path)

    assert failed.value.fault.code is FaultCode.STORE_FAILED
