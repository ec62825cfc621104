"""Evidence pictures on disk, each in a file named by the digest of its bytes."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from station.domain.capture import Frame
from station.domain.faults import Fault, FaultCode, StationError

STEPS = ("frame-begun", "frame-written", "frame-synced", "frame-renamed", "frame-kept")
GRACE = timedelta(hours=24)

_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def _nothing(step: str) -> None:
    del step


class FrameFiles:
    """Port Frames: `directory/evidence/ab/cdef….jpg` for digest `abcdef…`, from any thread.

    `reached` is told each durable step.
    """

    def __init__(self, directory: Path, reached: Callable[[str], None] = _nothing) -> None:
        self._root = root = directory / "evidence"
        self._incoming = root / "incoming"
        self._reached = reached
        try:
            for folder in (self._incoming, *(root / f"{byte:02x}" for byte in range(256))):
                folder.mkdir(parents=True, exist_ok=True)
            _sync(root)
            _sync(directory)
        except OSError as error:
            raise self._fault(error) from error

    def keep(self, inspection: str, frame: Frame, evidence: bytes) -> None:
        """Make the bytes durable; on return they would survive a power cut.

        Keeping them again is harmless and mends an altered file. ValueError if they are not the
        frame's bytes; StationError if they cannot be written, and then no file of that name was
        made or changed.
        """
        del inspection
        if hashlib.sha256(evidence).hexdigest() != frame.digest:
            raise ValueError(f"the bytes of shot {frame.shot} are not those of its digest")
        suffix = _SUFFIXES.get(frame.media_type)
        if suffix is None:
            raise ValueError(f"no file ending is known for {frame.media_type}")
        try:
            self._write(self._path(frame.digest, suffix), evidence)
        except OSError as error:
            raise self._fault(error) from error

    def evidence(self, digest: str) -> bytes:
        """The bytes as the camera delivered them; StationError if absent or altered."""
        altered = False
        for suffix in _SUFFIXES.values():
            try:
                kept = self._path(digest, suffix).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._fault(error) from error
            if hashlib.sha256(kept).hexdigest() == digest:
                return kept
            altered = True
        state = "was altered" if altered else "is missing"
        raise _store_failed(
            f"The evidence picture {digest[:12]}… {state} in {self._root}: "
            "put it back from a backup."
        )

    def missing(self, digests: Iterable[str]) -> tuple[str, ...]:
        """Those of the digests whose bytes are absent or have another digest."""
        return tuple(digest for digest in digests if not self._whole(digest))

    def sweep(self, now: datetime, needed: Callable[[str], bool]) -> Iterator[Path | None]:
        """Remove what a stopped process left behind: unfinished files, and pictures that nothing
        needs, each once it is older than the grace of 24 hours.

        One step for each file, which gives it if it was removed: there may be millions.
        """
        old = (now - GRACE).timestamp()
        for path, digest in self._files():
            removed = None
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < old and not (digest and needed(digest)):
                    path.unlink()
                    removed = path
            yield removed

    def _path(self, digest: str, suffix: str) -> Path:
        return self._root / digest[:2] / f"{digest[2:]}{suffix}"

    def _files(self) -> Iterator[tuple[Path, str]]:
        """Every file with its digest; the digest of an unfinished one is empty."""
        for folder in sorted(folder for folder in self._root.iterdir() if folder.is_dir()):
            for path in sorted(folder.iterdir()):
                yield path, "" if folder == self._incoming else folder.name + path.stem

    def _whole(self, digest: str) -> bool:
        try:
            self.evidence(digest)
        except StationError:
            return False
        return True

    def _write(self, path: Path, evidence: bytes) -> None:
        self._reached("frame-begun")
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(evidence)
                file.flush()
                self._reached("frame-written")
                os.fsync(file.fileno())
            self._reached("frame-synced")
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        self._reached("frame-renamed")
        _sync(path.parent)
        self._reached("frame-kept")

    def _fault(self, error: OSError) -> StationError:
        if error.errno in _FULL:
            return StationError(
                Fault(
                    FaultCode.DISK_FULL,
                    "disk",
                    f"The disk that holds {self._root} is full: free some space on it; "
                    "the station goes on by itself once there is room.",
                    blocks=True,
                )
            )
        return _store_failed(
            f"Pictures cannot be kept in {self._root} ({error.strerror}): "
            "check that disk and the rights of the station's user."
        )


def _store_failed(sentence: str) -> StationError:
    return StationError(Fault(FaultCode.STORE_FAILED, "store", sentence, blocks=True))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
