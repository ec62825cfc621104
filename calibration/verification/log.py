"""The verifications of a camera, kept one a line, and what follows from the last of them."""

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from calibration.acceptance import overall
from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.sections.provenance import Result
from calibration.sections.values import TABLE, Digest, Text, VerdictWord

GEOMETRY = frozenset({"lens", "plane", "verify"})
"""The steps without which nothing at all is claimed, so none of their figures may have failed; the
last of them fails where a new lens or plane waits for the check card."""
INTERVAL = timedelta(days=1)
PASSES_A_DAY = 20
"""So many passes in a row lengthen the interval by a day."""
LONGEST = timedelta(days=7)


@checked(frozen=True, slots=True, config=TABLE)
class Verification:
    """One daily check: when, of which calibration (by digest), with which card and picture."""

    at: datetime
    camera: Text
    calibration: Digest
    card: Text
    picture: Digest
    results: tuple[Result, ...]
    by: Text | None = None

    @property
    def verdict(self) -> VerdictWord:
        """`pass`, `marginal` (a warning) or `fail` (withdrawn)."""
        return overall(self.results)


class Standing(StrEnum):
    """Whether a camera's millimetres and colour differences may be claimed, or why not."""

    VALID = "valid"
    ABSENT = "not-calibrated"
    REJECTED = "calibration-failed"
    OVERDUE = "calibration-overdue"
    CHECK_OVERDUE = "check-overdue"
    CHECK_FAILED = "check-failed"


@dataclass(frozen=True, slots=True)
class Trust:
    """The standing of a record at a moment, and until when the next check is due.

    `warnings` are what the last check found near a limit, while its claims still stand.
    """

    standing: Standing
    check_due: datetime | None = None
    warnings: tuple[Result, ...] = ()


_VERIFICATION = TypeAdapter(Verification)


def append(path: Path, verification: Verification) -> None:
    """Add the verification to the log, durably; the folder is made where it is absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(
        {**asdict(verification), "at": verification.at.isoformat()}, ensure_ascii=False
    )
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_log(path: Path | None) -> tuple[Verification, ...]:
    """Return the verifications of the log, oldest first; none where there is no file.

    A last line that was cut off by a power cut is passed over; any other damage raises
    `CalibrationError`.
    """
    if path is None or not path.exists():
        return ()
    lines = path.read_text("utf-8", errors="replace").split("\n")
    whole, last = lines[:-1], lines[-1]
    kept = [_parsed(path, number, line) for number, line in enumerate(whole, 1) if line]
    found = [each for each in kept if each is not None]
    if last:
        found += [each for each in [_tried(last)] if each]
    return tuple(found)


def log_of(record: Path) -> Path:
    """Where the verifications of the record at this path are kept: beside it."""
    return record.with_name(f"{record.stem}.verifications.jsonl")


class Standings:
    """Asks how a record stands, reading its log again only once that has changed."""

    def __init__(self, record: Calibration | None, log: Path | None) -> None:
        self._record = record
        self._log = log
        self._read: tuple[int, int] | None = None
        self._known: tuple[Verification, ...] = ()

    def at(self, moment: datetime) -> Trust:
        """How the record stands at an aware time. A log that cannot be read counts as no check."""
        try:
            self._refresh()
        except (CalibrationError, OSError) as error:
            logging.getLogger(__name__).warning("%s", error)
            self._known = ()
        return trust(self._record, self._known, moment)

    def _refresh(self) -> None:
        if self._log is None or not self._log.exists():
            self._read, self._known = None, ()
            return
        status = self._log.stat()
        seen = (status.st_mtime_ns, status.st_size)
        if seen != self._read:
            self._read = seen
            self._known = read_log(self._log)


def trust(record: Calibration | None, verifications: Sequence[Verification], at: datetime) -> Trust:
    """Return whether sizes and colours may be claimed from the record at the aware time `at`.

    A record whose lens or plane failed its acceptance was never fit for a claim. A record without
    a check reference has nothing to be verified by, and stands by its dates.
    Else the last verification of this very record decides: failed, and the claims are withdrawn;
    overdue, the same. On its first day a record needs none: it was made with the card.
    """
    if record is None:
        return Trust(Standing.ABSENT)
    if any(each.step in GEOMETRY and each.verdict == "fail" for each in record.results):
        return Trust(Standing.REJECTED)
    if not record.in_date(at):
        return Trust(Standing.OVERDUE)
    if record.check is None:
        return Trust(Standing.VALID)
    own = [each for each in verifications if each.calibration == record.digest]
    due = (own[-1].at if own else record.made_at) + interval(own)
    if own and own[-1].verdict == "fail":
        return Trust(Standing.CHECK_FAILED, due)
    if at >= due:
        return Trust(Standing.CHECK_OVERDUE, due)
    last = own[-1].results if own else ()
    return Trust(Standing.VALID, due, tuple(each for each in last if each.verdict == "marginal"))


def interval(verifications: Sequence[Verification]) -> timedelta:
    """Return how long the last verification holds: a day, and one more for every
    `PASSES_A_DAY` passes in a row, up to `LONGEST`; a warning starts the count again."""
    row = 0
    for each in reversed(verifications):
        if each.verdict != "pass":
            break
        row += 1
    return min(LONGEST, INTERVAL * (1 + row // PASSES_A_DAY))


def _parsed(path: Path, number: int, line: str) -> Verification | None:
    found = _tried(line)
    if found is None and not line.lstrip().startswith("{"):
        raise _damaged(path, number)
    if found is None:
        try:
            json.loads(line)
        except ValueError:
            return None
        raise _damaged(path, number)
    return found


def _tried(line: str) -> Verification | None:
    try:
        return _VERIFICATION.validate_json(line)
    except ValidationError:
        return None


def _damaged(path: Path, number: int) -> CalibrationError:
    return CalibrationError(
        f"{path} is damaged in line {number}: put it aside and verify the camera again."
    )
